"""What users suffer from, by the words that name it in a title or a body."""

import re
from functools import lru_cache

SYMPTOMS: dict[str, re.Pattern[str]] = {
    code: re.compile(pattern, re.IGNORECASE)
    for code, pattern in (
        ("data_loss", r"\bdata loss\b|\b(?:loses?|lost|losing) (?:\w+ )?(?:data|requests|messages|events|updates|writes|rows|records)\b|\bdropped (?:messages|events|requests)\b|\bcorrupt(?:s|ed|ing|ion)?\b|\bsilently (?:dropp|discard|los|truncat|overwr|ignor|skipp|fall)\w*|\bsilent(?:ly)? (?:data|stream) |数据(?:丢失|损坏)|丢失数据"),
        ("security", r"\bCVE-\d|\bvulnerab\w+|\bsecurity (?:fix|issue|hole|hardening)|\b(?:code|command|sql) injection\b|\bSSRF\b|\bXSS\b|\bCSRF\b|\bReDoS\b|\bGHSA-\w|\b(?:path|directory) traversal\b|\bRCE\b|\b(?:arbitrary|remote) code execution\b|\bprivilege escalation\b|\bprototype pollution\b|\bcredentials? (?:header|leak|expos)\w*|\b(?:leak|expos|disclos|send|sent|forward)\w* (?:\w+ ){0,4}(?:credential|password|secret|api[ -]?key|auth(?:orization)? header|cookie)s?\b|\bcross[- ]origin redirect|\bopen redirects?\b|\b(?:header|log|template|crlf) injection\b|\brequest smuggling\b|\bauth(?:entication|orization)? bypass\w*|\bbypass(?:es|ed|ing)? (?:the )?(?:auth|permission|sandbox|access)\w*|\bsandbox escape|\bunsafe deseriali[sz]ation|\btiming attack|漏洞|越权|注入攻击"),
        ("crash", r"\bcrash(?:es|ed|ing)?\b(?! (?:report|handler|log|page))|\bseg(?:mentation )?-?faults?\b|\bSIG(?:SEGV|ABRT|BUS|ILL)\b|\bcore dump\w*|\bpanic(?:s|ked|king)?\b|\buse[ -]after[ -]free\b|\bdouble[ -]free\b|\bnull[ -]?(?:pointer|ptr)\b|\bstack[ _-]?overflow\b|\binfinite recursion\b|\billegal memory access\b|\bIMA\b|\b(?:fail(?:s|ed|ing|ure)?|unable|refus(?:es|ed)) to (?:start|launch|boot|load|initiali[sz]e|come up)\b|\bout[- ]of[- ]bounds\b|\bdangling (?:pointer|reference)|\babort(?:s|ed)? (?:the )?(?:process|server|engine|worker)|崩溃|段错误|越界|启动失败"),
        ("hang", r"\bhangs?\b|\bhanging\b|\bhung\b|\bdead-?lock(?:s|ed|ing)?\b|\bstuck\b(?!-at)|\bfreezes\b(?! (?:the|all|layers|weights|param))|\b(?:ui|app|server|client|process|engine|worker|terminal)s? (?:freeze|freezing|froze)\b|\b(?:infinite|endless) loops?\b|\b(?:wait|block|spin|loop|reload|retr(?:y|ie))(?:s|ed|ing)? (?:forever|endlessly|indefinitely)\b|\bendlessly\b|\bnever (?:wak|return|complet|finish|terminat|resolv|fir|notif)\w*|\blost wake-?ups?\b|死锁|卡死|挂起|死循环"),
        ("race", r"\b(?:data )?race conditions?\b|\bdata races?\b|\braces? (?:between|when|while)\b|\b(?:a|another|two|three|both|several|these|this|the|possible|potential|rare) races?\b(?! (?:detector|track|car)|-)|\bracy\b|\bdata-?race\b|竞态"),
        ("wrong_result", r"\bNaNs?\b|\bwrong(?:ly)? (?:\w+ )?(?:result|output|answer|value|token|text|shape|dtype|index|weight|bias|scale|offset|position|logit|score|size\b|order\b|ordering\b|time ?zone)|\bincorrect(?:ly)?\b(?! (?:spell|comment|doc|link|indent|grammar|wording|type (?:annotation|hint)))|\b(?:answers?|results?|outputs?|values?)\b.{0,40}\bwrong\b|\bgarbage\b(?![ -]collect)|\bgibberish\b|\baccuracy (?:drop|issue|bug|regression|loss|problem)|\bnumerical (?:error|issue|instability)|\bprecision (?:issue|bug|error)|\bgarbled\b|\bincoherent\b|\bstale (?:\w+ )?(?:read|data|byte|value|cache|state|result|entr|handle|slot|page|weight)\w*|\bmis-?(?:decod|encod|align|rout|pars|interpret|appl|comput)\w+|\btruncat(?:es|ed)\b|\bbroken outputs?\b|\b(?:was|were|is|are|been) (?:silently )?(?:ignored|inverted|swapped|lost|doubled|overwritten)\b|结果(?:错误|不正确)|精度(?:问题|下降|异常)|输出(?:错误|乱码)"),
        ("leak", r"\b(?:mem|memory|resource|fd|thread|handle)?[ -]?leak(?:s|ed|ing|age|ages)?\b(?! (?:in)?to\b| through\b)|\bunbounded (?:memory |cache )?growth\b|内存泄漏|泄漏|显存泄漏"),
        ("out_of_memory", r"\bOOMs?\b|\bout[ -]of[ -]memory\b|内存不足|显存不足|爆显存"),
        ("error", r"\b\w+Error\b|\b\w+Exception\b|\berrors?\b|\bfail(?:s|ed|ure|ures|ing)?\b|\bbroken\b|\bbug\b|\bregression\b"),
        ("dropped_support", r"(?<![\w-])(?:drop(?:s|p(?:ed|ing))?|remov(?:e[sd]?|ing)|end(?:s|ed|ing)?) (?:(?!and\b|to\b)\S+ ){0,4}support\b|(?<![\w-])drop(?:s|p(?:ed|ing))? (?:python|py|cuda|pytorch|torch|rocm) ?\d|\bno longer support(?:s|ed)?\b"),
    )
}  # fmt: skip
"""The patterns, the gravest first."""


@lru_cache(maxsize=64)
def found_in(text: str) -> tuple[tuple[str, str], ...]:
    """Return the symptoms that a text names, each with the words that do, the gravest first."""
    return tuple((code, found[0]) for code, pattern in SYMPTOMS.items() if (found := pattern.search(text)))
