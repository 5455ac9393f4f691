"""What a team's own files use from a repository, and which facts affect it.

`scan` reads files through a reader for each form (`shell`, `structured`, `python`, `locks`) and keeps of what they find what the
repository offers or offered (`offering`); `use` is the result and the file it is kept in; `hits` crosses it with facts.
"""

from analysis.uses.use import Use, UseKind, Uses, read_uses, write_uses

__all__ = ["Use", "UseKind", "Uses", "read_uses", "write_uses"]
