"""The analyser that needs no model: people are quoted, the diff proves the rest, and nothing is made up.

One module per field of an analysis. What cannot be proved is not said: a field without evidence stays empty.
"""

from analysis.rules.analyser import RulesAnalyser

__all__ = ["RulesAnalyser"]
