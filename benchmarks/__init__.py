"""What Daybrief costs: time, requests, tokens, memory, each against its budget. `python -m benchmarks` prints a table.

Each module measures one thing and knows its budgets; `measured` defines a measurement, `material` provides the commits.
"""
