"""Families of devices by the words that people and code use for them: Hopper, sm90 and H200 are one family.

A claim that names a device the commit does not mention was made up by the model.
"""

import re

_FAMILIES = {
    "ampere": (r"Ampere|SM_?8[06]|A100|A800|A10G?|A30|A40|RTX ?30[5-9]0", r"ampere|sm_?8[06]|a100|a800|a10|a30|a40|rtx ?30|compute_8"),
    "ada": (r"Ada Lovelace|SM_?89|L40S?|RTX ?40[6-9]0", r"ada|sm_?89|l40|l4\b|rtx ?40|4090|compute_89"),
    "hopper": (r"Hopper|SM_?90a?|H20|H100|H200|H800|GH200", r"hopper|sm_?90|h20|h100|h200|h800|compute_90"),
    "blackwell": (
        r"Blackwell|SM_?1[02][03]a?|B100|B200|B300|GB200|GB300|RTX ?50[5-9]0",
        r"blackwell|sm_?1[02][03]|b100|b200|b300|rtx ?50|5090|compute_1[02]|nvfp4",
    ),
    "amd": (r"AMD|ROCm|MI\d{3}[AX]?|gfx\d{3,4}[a-z]?|CDNA\d?", r"amd|rocm|hip|mi\d{3}|gfx\d|cdna|aiter|ck_tile"),
    "npu": (r"Ascend|NPUs?|CANN", r"ascend|npu|cann"),
    "tpu": (r"TPUs?", r"tpu|pallas|xla"),
    "intel": (r"XPUs?|Gaudi\d?|HPUs?", r"xpu|gaudi|hpu|habana|sycl|intel"),
    "musa": (r"MUSA|Moore Threads", r"musa|moore"),
}  # fmt: skip
"""By family: the exact names people use; how a commit may show it, in lower case and also as part of longer names."""

_TOLD = re.compile(
    rf"(?<![\w-])(?:{'|'.join(f'(?P<{family}>{told})' for family, (told, _) in _FAMILIES.items())})(?![\w-])", re.ASCII
)
_SHOWN = {family: re.compile(shown) for family, (_, shown) in _FAMILIES.items()}


WRITTEN = {
    family: re.compile(rf"(?<![a-z0-9])(?:is_?)?(?:{shown})(?:s|[ax])?(?![a-z])")
    for family, (_, shown) in _FAMILIES.items()
}
"""By family: how a path or a line of code, in lower case, names it as a whole word."""


def told_in(text: str) -> frozenset[str]:
    """Return the families of the devices that a sentence names."""
    return frozenset(match.lastgroup for match in _TOLD.finditer(text) if match.lastgroup)


def shown_in(text: str) -> frozenset[str]:
    """Return the families of devices that a commit's text, in lower case, mentions in a name or in words."""
    return frozenset(family for family, pattern in _SHOWN.items() if pattern.search(text))


def named_in(text: str) -> dict[str, str]:
    """Return the devices that a text names, one per family, spelt as in the text."""
    found: dict[str, str] = {}
    for match in _TOLD.finditer(text):
        found.setdefault(match.lastgroup or "", match[0])
    return found
