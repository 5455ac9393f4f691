"""How commits are sorted and ranked by what was learned: evidence, a small linear classifier, and how it is trained.

The classifier is explainable (each decision names the evidence that weighed most) and knows nothing of rules: its word
is bounded by `analysis.triage`.
"""
