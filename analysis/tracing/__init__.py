"""How far a change has come, and which changes may have broken something.

`trace` follows a fix from its landing to the versions that have it; `suspects` ranks the commits of a range.
"""
