"""What users suffer from, by the words that name it in a title or a body."""

import re

SYMPTOMS: dict[str, re.Pattern[str]] = {
    code: re.compile(pattern, re.IGNORECASE)
    for code, pattern in (
        ("data_loss", r"\bdata loss\b|\bloses? (?:data|requests)\b|\blost (?:data|requests)\b|\bcorrupt(?:s|ed|ion)?\b"),
        ("security", r"\bCVE-\d|\bvulnerab\w+|\bsecurity (?:fix|issue|hole|hardening)|\b(?:code|command|sql) injection\b|\bSSRF\b|\bpath traversal\b|\bRCE\b"),
        ("crash", r"\bcrash(?:es|ed|ing)?\b|\bseg(?:mentation )?fault\b|\bcore dump\w*|\bpanics?\b|\billegal memory access\b|\bIMA\b"),
        ("hang", r"\bhangs?\b|\bhanging\b|\bhung\b|\bdead-?locks?\b|\bgets? stuck\b|\bstuck\b|\bfreez(?:e|es|ing)\b|\binfinite loop\b"),
        ("wrong_result", r"\bNaNs?\b|\bwrong(?:ly)? (?:\w+ )?(?:result|output|answer|value|token|text|shape|dtype|index|weight|bias|scale|offset|position|logit|score|size\b|order\b)|\bincorrect(?:ly)?\b|\b(?:answers?|results?|outputs?|values?)\b.{0,40}\bwrong\b|\bgarbage\b(?![ -]collect)|\bgibberish\b|\baccuracy (?:drop|issue|bug|regression|loss|problem)|\bnumerical (?:error|issue|instability)|\bprecision (?:issue|bug|error)"),
        ("leak", r"\b(?:memory|resource|fd|thread|handle)?[ -]?leak(?:s|ed|ing)?\b"),
        ("out_of_memory", r"\bOOMs?\b|\bout[ -]of[ -]memory\b"),
        ("error", r"\b\w+Error\b|\b\w+Exception\b|\berrors?\b|\bfail(?:s|ed|ure|ures|ing)?\b|\bbroken\b|\bbug\b|\bregression\b"),
        ("dropped_support", r"(?<![\w-])(?:drop(?:s|p(?:ed|ing))?|remov(?:e[sd]?|ing)|end(?:s|ed|ing)?) (?:(?!and\b|to\b)\S+ ){0,4}support\b|(?<![\w-])drop(?:s|p(?:ed|ing))? (?:python|py|cuda|pytorch|torch|rocm) ?\d|\bno longer support(?:s|ed)?\b"),
    )
}  # fmt: skip
"""The patterns, the gravest first."""


def found_in(text: str) -> list[tuple[str, str]]:
    """Return the symptoms that a text names, each with the words that do, the gravest first."""
    return [(code, found[0]) for code, pattern in SYMPTOMS.items() if (found := pattern.search(text))]
