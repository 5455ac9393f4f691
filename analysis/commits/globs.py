"""Globs as .gitignore, CODEOWNERS and labelers write them, as patterns that never take longer than the path is long.

Whoever wrote a glob may be anybody. A library's translation goes back over a name once for each of its stars: a few of
them take hours. Here what stands before a star is matched at its first place and never looked at again, which finds the same.
https://git-scm.com/docs/gitignore#_pattern_format
"""

import re

LONGEST = 500
"""Characters of a glob; no project has a longer one."""

_PIECE = re.compile(r"\\(.)|(\*+)|(\?)|(\[[!^]?\]?[^\]\n]*\])|(.)", re.DOTALL)


def pattern_of(glob: str, *, whole: bool = False) -> re.Pattern[str]:
    """Return a pattern that is to be searched in a path with a `/` before it; a folder means what lies below it.

    Where the `whole` name must fit, as those of branches, nothing may lie below it but what `**` stands for.

    Raises:
        ValueError: it is no glob, or longer than LONGEST.
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
    made = f"[{'^/' if is_not else ''}{inner}]"
    try:
        re.compile(made)
    except re.error as error:
        raise ValueError(f"{text!r} is not a character range ({error})") from None
    return made
