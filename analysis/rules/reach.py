"""Whether all that a commit changes of the product belongs to one device, area or model: only then it reaches nobody else.

A title may name a device where shared code is mended, or only mention it. What bears it out is each file's path, or that
every changed line stands in a block that names the device: `if is_hip():`, `def forward_npu(`.
"""

import re
from collections.abc import Sequence

from analysis.facts.syntax.changed import ChangedFile
from analysis.triage.areas import general
from analysis.triage.hardware import WRITTEN

_NO_LETTER = re.compile(r"[\W_]+")
_FAMILIES = {"amd_rocm": "amd", "npu_ascend": "npu", "cpu_xpu": "intel"}
"""The families of devices by the areas that are theirs."""


def is_for_device(family: str, files: Sequence[ChangedFile]) -> bool:
    """Whether all of these files, and there are some, are changed for devices of that family alone."""
    return bool(files) and all(_is_of(WRITTEN[family], file) for file in files)


def is_for_area(key: str, files: Sequence[ChangedFile]) -> bool:
    """Whether all of them lie in an area of the general vocabulary, or are changed for its devices alone."""
    family = _FAMILIES.get(key)
    return bool(files) and all(
        general().lies_in(key, file.path) or (family is not None and _is_of(WRITTEN[family], file)) for file in files
    )


def is_for_name(name: str, files: Sequence[ChangedFile]) -> bool:
    """Whether the paths of all of them have a name, such as a model's."""
    wanted = _squeezed(name)
    return bool(files) and all(wanted in _squeezed(file.path) for file in files)


def _squeezed(text: str) -> str:
    return _NO_LETTER.sub("", text).lower()


def _is_of(written: re.Pattern[str], file: ChangedFile) -> bool:
    if written.search(file.path.lower()):
        return True
    return bool(file.hunks) and file.is_whole and all(_is_guarded(written, file, at) for at in range(len(file.hunks)))


def _is_guarded(written: re.Pattern[str], file: ChangedFile, at: int) -> bool:
    """Whether each changed line of a hunk names the device, or stands in a block that does."""
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
