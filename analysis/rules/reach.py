"""Whether everything a commit changes in the product belongs to one device, area or model: only then is nobody else affected.

A title may name a device although shared code is fixed, or only mention it. It is confirmed by each file's path, or by
every changed line being in a block that names the device: `if is_hip():`, `def forward_npu(`.
"""

import re
from collections.abc import Sequence

from analysis.facts.syntax.changed import ChangedFile
from analysis.triage.areas import general
from analysis.triage.hardware import WRITTEN

_NO_LETTER = re.compile(r"[\W_]+")
_FAMILIES = {"amd_rocm": "amd", "npu_ascend": "npu", "cpu_xpu": "intel"}
"""Device families by their areas."""


def is_for_device(family: str, files: Sequence[ChangedFile]) -> bool:
    """Whether there are files and all of them are changed only for devices of that family."""
    return bool(files) and all(_is_of(WRITTEN[family], file) for file in files)


def is_for_area(key: str, files: Sequence[ChangedFile]) -> bool:
    """Whether all of them are in an area of the general vocabulary, or are changed only for its devices."""
    family = _FAMILIES.get(key)
    return bool(files) and all(
        general().lies_in(key, file.path) or (family is not None and _is_of(WRITTEN[family], file)) for file in files
    )


def is_for_name(name: str, files: Sequence[ChangedFile]) -> bool:
    """Whether all of their paths contain a name, such as a model's."""
    wanted = _squeezed(name)
    return bool(files) and all(wanted in _squeezed(file.path) for file in files)


def _squeezed(text: str) -> str:
    return _NO_LETTER.sub("", text).lower()


def _is_of(written: re.Pattern[str], file: ChangedFile) -> bool:
    if written.search(file.path.lower()):
        return True
    return bool(file.hunks) and file.is_whole and all(_is_guarded(written, file, at) for at in range(len(file.hunks)))


def _is_guarded(written: re.Pattern[str], file: ChangedFile, at: int) -> bool:
    """Whether each changed line of a hunk names the device, or is in a block that does."""
    hunk = file.hunks[at]
    heading = hunk.heading
    blocks = [(_indent(heading), bool(written.search(heading.lower())))] if heading.strip() else []
    for line in hunk.lines:
        text = line.text.strip()
        if not any(map(str.isalnum, text)):
            continue
        indent = _indent(line.text)
        while blocks and blocks[-1][0] >= indent:
            blocks.pop()
        is_named = bool(written.search(text.lower()))
        is_inside = is_named or (bool(blocks) and blocks[-1][1])
        if (line.added or line.removed) and not is_inside:
            return False
        blocks.append((indent, is_inside))
    return True


def _indent(text: str) -> int:
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip())
