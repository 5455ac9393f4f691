"""What people wrote about a change, sentence by sentence: titles, bodies, news fragments, pull requests, comments."""

from analysis.statements.choice import headline_of, why_of
from analysis.statements.conventions import Conventions
from analysis.statements.gather import statements_of
from analysis.statements.statement import BREAKING, Source, Statement, StatementKind

__all__ = ["BREAKING", "Conventions", "Source", "Statement", "StatementKind", "headline_of", "statements_of", "why_of"]
