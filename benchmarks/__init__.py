"""What Daybrief costs: time, requests, tokens, memory, each against its budget. `python -m benchmarks` prints the table.

Each module measures one thing and knows its budgets; `measured` says what a measurement is, `material` where the commits
come from.
"""
