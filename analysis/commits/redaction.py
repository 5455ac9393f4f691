"""Takes secrets out of text before it leaves for a model.

The patterns are of keys that have a form of their own, and of values given to names that say what they are. Repeats are
bounded: an unbounded one takes minutes on a hostile line.
"""

import binascii
import re
from collections.abc import Iterable

MARK = "[secret removed]"

_SHORTEST_OWN = 6
_LONGEST_BLOCK = 8_000

_KEYS = re.compile(
    r"\b(?:"
    r"sk-(?=[A-Za-z0-9_-]{0,100}\d)(?:proj-|ant-|or-)?[A-Za-z0-9_-]{20,200}"  # OpenAI, Anthropic and their likes
    r"|gsk_[A-Za-z0-9]{40,80}|xai-[A-Za-z0-9]{60,100}"  # Groq, xAI
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}"  # GitHub
    r"|glpat-[A-Za-z0-9_-]{20,64}"  # GitLab
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,255}|xapp-\d-[A-Za-z0-9-]{10,255}"  # Slack
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS
    r"|AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{20,40}"  # Google
    r"|hf_[A-Za-z0-9]{30,64}"  # Hugging Face
    r"|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,255}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,128}"  # Stripe
    r"|nvapi-[A-Za-z0-9_-]{40,128}"
    r"|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{30,64}"  # SendGrid
    r"|hvs\.[A-Za-z0-9_-]{24,128}|dop_v1_[a-f0-9]{64}|dapi[a-f0-9]{32}\b"  # Vault, DigitalOcean, Databricks
    r"|\d{8,10}:AA[A-Za-z0-9_-]{33}"  # Telegram
    r"|[MNO][A-Za-z\d_-]{23,27}\.[A-Za-z\d_-]{6}\.[A-Za-z\d_-]{27,40}"  # Discord
    r"|dckr_pat_[A-Za-z0-9_-]{20,64}|ya29\.[A-Za-z0-9_-]{20,300}|SK[0-9a-f]{32}\b|key-[0-9a-f]{32}\b"  # Docker, Google, Twilio, Mailgun
    r"|lin_api_[A-Za-z0-9]{32,64}|ATATT3[A-Za-z0-9_=-]{50,300}|AGE-SECRET-KEY-1[0-9A-Z]{58}"  # Linear, Atlassian, age
    r"|shp(?:at|ca|pa|ss)_[0-9a-f]{32}|glrt-[A-Za-z0-9_-]{20,64}|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}"  # Shopify, GitLab, Grafana
    r"|NRAK-[A-Z0-9]{27}|EAAA[A-Za-z0-9_-]{58,64}|pscale_(?:pw|tkn|oauth)_[A-Za-z0-9_.-]{32,64}"  # New Relic, Square, PlanetScale
    r"|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}|sbp_[0-9a-f]{40}"  # Airtable, Supabase
    r"|eyJ[A-Za-z0-9_-]{10,500}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{10,500}"  # JSON web tokens
    r")"
)
_BEGIN = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINES = re.compile(r"(?:\s{0,8}[+ -]?\s{0,8}[A-Za-z0-9+/=]{16,200}(?=\s|$)){0,200}")
_WEBHOOK = re.compile(
    r"(\bhttps://(?:hooks\.slack\.com/(?:services|workflows)/|(?:\w{1,10}\.)?discord(?:app)?\.com/api/webhooks/))[\w/-]{20,300}"
)
_BEARER = re.compile(r"(?i)(\b(?:bearer|basic)\s{1,4})(?=[A-Za-z._~+/=-]{0,200}\d)([A-Za-z0-9._~+/=-]{20,400})")
_SAYS_SO = (
    r"(?:password|passwd|secret|api[_-]?key|access[_-]?key|account[_-]?key|auth[_-]?token|access[_-]?token"
    r"|private[_-]?key|client[_-]?secret|passphrase|(?<![a-z])pwd(?![a-z])|(?<=[_.-])pass(?![a-z])"
    r"|(?:hf|api|bot|github|slack|discord|refresh|session)[_-]?token)"
)
_TOKEN = re.compile(
    r"(?i)((?<![\w.-])(?:[\w.-]{0,40}[_.-])?token(?P<suffix>)[\"']?\s{0,4}(?:[:=]|:=|=>)\s{0,4}[\"']?)([\w+/=.~-]{16,200})(?![\w(\[])"
)
"""A bare `token` may be a word of a language model's; only a long value of letters and digits is taken for a key."""
_OPTION = re.compile(
    r"(?i)((?<![\w-])(?:curl\b[^\n]{0,200}?\s(?:-u|--user)[ =][\"']?[^\s:\"']{1,64}:|(?:--(?:[a-z]{1,20}-){0,3}(?:password|token|secret|api-key))[ =][\"']?))"
    r"(?P<suffix>)((?!\[)[^\s\"'$`{}<>]{6,200})"
)
"""Values on a command line: `curl -u name:password`, `--password value`."""
_NAMED = re.compile(
    rf"(?i)((?<![\w.-])[\w.-]{{0,40}}?{_SAYS_SO}(?P<suffix>[\w-]{{0,20}})[\"']?\s{{0,4}}(?:[:=]|:=|=>)\s{{0,4}}[\"'])([^\"'\s${{}}<>]{{8,200}})([\"'])"
)
_ENV_LINE = re.compile(
    r"(?m)(^[+ -]?[ \t]{0,40}(?:export[ ]|ENV[ ]|ARG[ ]|-[ ])?(?:[A-Z][A-Z0-9_]{0,40}?)?(?:PASSWORD|PASSWD|PASS|PWD|SECRET|API_?KEY|ACCESS_?KEY|TOKEN|PRIVATE_?KEY)"
    r"(?P<suffix>[A-Z0-9_]{0,20})=)([^\s\"'#;(){}<>$`]{8,200})(?=\s*(?:#.*)?$)"
)
_YAML_LINE = re.compile(
    rf"(?im)(^[+ -]?[ \t]{{0,40}}(?:-[ ])?[\w.-]{{0,40}}?{_SAYS_SO}(?P<suffix>[\w-]{{0,20}})[ ]?[:=][ ]{{1,4}})([^\s\"'#;(){{}}<>\[\]$,`]{{12,200}})(?=\s*$)"
)
_PLACES = (
    r";\s?(?:AccountKey|SharedAccessKey|Password|Pwd)\s?=\s?", r"[^;\s\"'$<>{}]{6,200}",  # a connection string
    r"[?&]sig=", r"[A-Za-z0-9%+/=_-]{30,120}",  # a signed address
    r"\bpass[_ -]?phrase[\"']?\s{0,4}(?:[:=]|:=|=>)\s{0,4}[\"']", r"[^\"'\n${}<>]{8,200}(?=[\"'])",
    r"\bmachine\s{1,8}\S{1,200}\s{1,8}login\s{1,8}\S{1,200}\s{1,8}password\s{1,8}", r"\S{4,200}",  # .netrc
    r"\bmysql(?:dump|admin)?\b[^\n]{0,200}?\s-p", r"[^\s'\"$<>{}]{6,100}",
    r"(?<!\w)_auth(?:Token)?\s?=\s?[\"']?", r"[\w+/=.-]{12,400}",  # .npmrc
    r"[\"']auth[\"']\s{0,4}:\s{0,4}[\"']", r"[A-Za-z0-9+/]{16,400}={0,2}(?=[\"'])",  # Docker's configuration
    r"\bcookie[\"']?\s?:\s?[\"']?[^\n]{0,200}?\b(?:session|sid|auth|token|jwt)\w{0,20}=", r"[^;\s\"'$<>{}]{16,400}",
    r"[?&](?:access_token|api_key|apikey|auth_token)=", r"[\w.%+/=-]{16,400}",
)  # fmt: skip
"""Where secrets stand, and what they look like there."""
_PLACED = tuple(
    re.compile(rf"(?i)({before})(?P<suffix>)({value})")
    for before, value in zip(_PLACES[::2], _PLACES[1::2], strict=True)
)
_WRAPPED = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,400}={0,2}(?![A-Za-z0-9+/=])")
"""What may be a key in base64."""
_IN_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{1,15}://[^\s/:@\"'{}$<>]{0,64}:)([^\s/@\"'{}$<>]{3,128})(@)")
_PASSWORD_NAME = re.compile(r"(?i)pass(?:word|wd|phrase)?|pwd")
_PASSWORD = re.compile(r"PASS(?:WORD|WD)?[A-Z0-9_]{0,20}=$|PWD=$")
_WORD = re.compile(
    r"(?i).{0,12}(?:pass(?:word|wd)?|secret|postgres|example|admin|root|user|guest|mysql|redis|demo|sample)\d{0,4}$"
)
"""Passwords of examples, which everybody uses."""
_SECRET_NAME = re.compile(rf"(?i){_SAYS_SO}(?P<suffix>[\w-]{{0,20}})|(?:^|[_.-])token$")
_HARMLESS = re.compile(
    r"(?i)^(?:x{3,}|\*{3,}|\.{3,}|your[_-].*|my[_-].*|example.*|dummy.*|fake.*|test.*|change-?me.*|placeholder.*|none|null|true|false|(?:[a-z]{1,5}-){0,2}0?123\d*)$"
    r"|^(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)$|^(?:/|\./|~/|--|https?://)"
)
"""Placeholders, names of environment variables, flags, paths and addresses."""
_NO_SECRET_SUFFIX = re.compile(
    r"(?i)(?:name|file|path|url|uri|env|var|variable|field|type|header|prefix|param|ref|policy)$"
)


def redact(text: str, own: Iterable[str] = ()) -> tuple[str, int]:
    """Return `text` without secrets, and how many were taken out. `own` are exact values that must not leave."""
    count = 0
    # The longest first: a short one may be a part of a long one, whose rest would stay.
    for value in sorted(set(own), key=len, reverse=True):
        if len(value) >= _SHORTEST_OWN and value in text:
            count += text.count(value)
            text = text.replace(value, MARK)

    def named(found: re.Match[str]) -> str:
        nonlocal count
        groups = found.groups()
        value = groups[2]
        if _HARMLESS.search(value) or _NO_SECRET_SUFFIX.search(found["suffix"]):
            return found[0]
        if found.re is _NAMED and not re.search(r"\d", value):
            is_word = _WORD.match(value) if _PASSWORD_NAME.search(groups[0]) else re.fullmatch(r"[a-z_-]+", value)
            if is_word:
                return found[0]
        is_password = found.re is _ENV_LINE and _PASSWORD.search(groups[0]) and not _WORD.match(value)
        is_placed = found.re in {_NAMED, _OPTION, *_PLACED} or is_password
        if not is_placed and not (re.search(r"\d.*\d", value) and re.search(r"[A-Za-z]", value)):
            return found[0]
        count += 1
        return groups[0] + MARK + "".join(groups[3:])

    text, blocks = _without_blocks(text)
    text, keys = _KEYS.subn(MARK, text)
    text, hooks = _WEBHOOK.subn(rf"\1{MARK}", text)
    text, bearers = _BEARER.subn(rf"\1{MARK}", text)
    text, urls = _in_urls(text)
    for pattern in (_NAMED, _ENV_LINE, _YAML_LINE, _TOKEN, _OPTION, *_PLACED):
        text = pattern.sub(named, text)
    text, wrapped = _without_wrapped(text)
    return text, count + blocks + keys + hooks + bearers + urls + wrapped


def names_a_secret(name: str) -> bool:
    """Whether a name says that its value is a secret: `db.password` does, `password_file` does not."""
    found = _SECRET_NAME.search(name)
    return found is not None and not _NO_SECRET_SUFFIX.search(found["suffix"] or "")


def without_login(address: str) -> str:
    """Return an address as it may be shown: without a name and password that stand in it."""
    return re.sub(r"//[^/@]*@", "//", address)


def _in_urls(text: str) -> tuple[str, int]:
    """Take out passwords of addresses, but for those that are a word that everybody uses."""
    count = 0

    def masked(found: re.Match[str]) -> str:
        nonlocal count
        if _WORD.match(found[2]):
            return found[0]
        count += 1
        return f"{found[1]}{MARK}{found[3]}"

    return _IN_URL.sub(masked, text), count


def _without_wrapped(text: str) -> tuple[str, int]:
    """Take out keys that stand in base64."""
    count = 0

    def unwrapped(found: re.Match[str]) -> str:
        nonlocal count
        whole = found[0].rstrip("=")
        plain = binascii.a2b_base64(whole[: len(whole) // 4 * 4]).decode("ascii", "replace")
        if not _KEYS.search(plain):
            return found[0]
        count += 1
        return MARK

    return _WRAPPED.sub(unwrapped, text), count


def _without_blocks(text: str) -> tuple[str, int]:
    """Take out private keys from their first line to their last; of one that is cut, the lines that look like it."""
    pieces, at, count = [], 0, 0
    while found := _BEGIN.search(text, at):
        pieces += [text[at : found.start()], MARK]
        end = _END.search(text, found.end(), found.end() + _LONGEST_BLOCK)
        lines = _KEY_LINES.match(text, found.end())
        at = end.end() if end else lines.end() if lines else found.end()
        count += 1
    return "".join([*pieces, text[at:]]), count
