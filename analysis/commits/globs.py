"""Globs as in .gitignore, CODEOWNERS and labelers, as patterns that match in linear time.

Anybody may have written a glob. A library's translation backtracks once per star: a few of them take hours. Here what
precedes a star is matched at its first place without backtracking, which finds the same.
https://git-scm.com/docs/gitignore#_pattern_format
"""

import re

LONGEST = 500
"""Characters of a glob; no real project has a longer one."""

_PIECE = re.compile(r"\\(.)|(\*+)|(\?)|(\[[!^]?\]?[^\]\n]*\])|(.)", re.DOTALL)


def pattern_of(glob: str, *, whole: bool = False) -> re.Pattern[str]:
    """Return a pattern to search for in a path with a leading `/`; a folder means everything below it.

    If the `whole` name must match, as for branches, nothing may follow it except what `**` stands for.

    Raises:
        ValueError: it is not a glob, or longer than LONGEST.
    """
    if len(glob) > LONGEST:
        raise ValueError(f"{glob[:40]}… is longer than {LONGEST} characters")
    is_folder = glob.endswith("/")
    split = [part for part in glob.strip().strip("/").split("/") if part]
    parts = [part for number, part in enumerate(split) if part != "**" or split[number - 1 : number] != ["**"]]
    if not parts or glob.startswith("!"):
        raise ValueError(f"{glob!r} names no file")
    if "/" not in glob.rstrip("/") and parts != ["**"] and not whole:  # a name by itself is meant at any depth
        parts = ["**", *parts]
    end = "/" if is_folder or parts[-1] == "**" else "$" if whole else "(?:/|$)"
    runs: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            runs.append([])
        else:
            runs[-1].append(part)
    if parts[-1] == "**":
        runs.pop()
    made = "^/" + "".join(f"{_segment(part)}/" for part in runs[0])
    for run in runs[1:-1]:
        if run:
            made += f"(?>(?:[^/]+/)*?{''.join(f'{_segment(part)}/' for part in run)})"
    if len(runs) > 1:
        made += "(?:[^/]+/)*?" + "".join(f"{_segment(part)}/" for part in runs[-1])
    return re.compile(made.removesuffix("/") + end if made != "^/" else made)


def _segment(part: str) -> str:
    """Translate what stands between two slashes."""
    runs = [""]
    for found in _PIECE.finditer(part):
        escaped, star, single, among, plain = found.groups()
        if star:
            runs.append("")
        elif single:
            runs[-1] += "[^/]"
        elif among:
            runs[-1] += _among(among)
        else:
            if plain == "\\":
                raise ValueError(f"{part!r} ends with a backslash")
            runs[-1] += re.escape(escaped or plain)
    first, *others = runs
    if not others:
        return first
    middle = "".join(f"(?>[^/]*?{run})" for run in others[:-1] if run)
    return f"{first}{middle}[^/]*{others[-1]}(?=/|$)" if others[-1] else f"{first}{middle}[^/]*"


def _among(text: str) -> str:
    is_not = text[1] in "!^"
    inner = re.sub(r"([\\\[\]&~|^])", r"\\\1", text[1 + is_not : -1])
    inner = re.sub(r"(?<=.)--", r"-\\-", inner)  # the end of a range; `re` reserves two hyphens for a set difference
    made = f"[{'^/' if is_not else ''}{inner}]"
    try:
        re.compile(made)
    except re.error as error:
        raise ValueError(f"{text!r} is not a character range ({error})") from None
    return made
