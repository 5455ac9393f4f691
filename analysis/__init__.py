"""From a repository to a finished digest.

Sources give commits, facts and triage judge them, an analyser reads them, stories join them, and a digest holds
the day. This package knows no platform, no format, no store and no clock: what it needs of those is handed in.
"""
