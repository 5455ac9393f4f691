"""The analyser that needs no model: people are quoted, the diff proves the rest, and nothing is composed.

One module for each field of an analysis. What cannot be proved is not said: a field without evidence stays empty.
"""

from analysis.rules.analyser import RulesAnalyser

__all__ = ["RulesAnalyser"]
