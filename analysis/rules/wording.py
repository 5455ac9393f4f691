"""What the rules say, by key and language; the sentences are in `analysis/i18n/`."""

import re
from posixpath import basename

from analysis.commits.file_kinds import language_of
from analysis.facts import Fact, FactKind
from analysis.i18n.catalogue import Sentences
from analysis.i18n.language import FOLDER, Language
from analysis.i18n.typography import outside, typeset
from analysis.triage.areas import general
from analysis.triage.reason import Reason

_LONG_SHA = 40
_LONGEST_DETAIL = 150
_SENTENCE_ENDS = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)\.\s+(?=[A-Z`\"'(])|[;!?]\s+(?=[A-Z])")
_MOST_NAMES = 4

_WITH_CONDITION = {FactKind.CHECK_ADDED, FactKind.CHECK_REMOVED}
"""Facts that state the condition under which they apply."""


say = Sentences(FOLDER).say


def say_reason(reason: Reason, language: Language) -> str:
    """Say why a commit ranks as it does."""
    code, _, kind = reason.code.partition(".")
    if code == "type":
        return say("reason.type", language, detail=say(f"type.{kind}", language))
    if code == "learned":
        return say(f"{reason.code}_{'for' if reason.points > 0 else 'against'}", language, detail=reason.detail)
    detail = reason.detail
    if code == "surroundings":
        detail = listed([say(f"kind.{kind}", language) for kind in detail.split(",")], language)
    if code == FactKind.MODULE_REMOVED:
        detail = basename(detail)
    if code == "platform":
        detail = general().name(detail, language)
    if code == "corrected":
        detail = say(f"importance.{detail}", language)
    text = say(f"reason.{code}", language, detail=detail)
    return typeset(text, language)


def short_name(path: str) -> str:
    """A file as readers know it: its name, with its folder if the name is a common one."""
    name, folder = basename(path), path.rpartition("/")[0].rpartition("/")[2]
    return f"{folder}/{name}" if folder and name in _EVERYWHERE else name


def told_apart(one: str, other: str) -> tuple[str, str]:
    """Two files as readers know them, each with as many of its folders as it takes to tell them apart."""
    names = short_name(one), short_name(other)
    for depth in range(2, max(one.count("/"), other.count("/")) + 2):
        if names[0] != names[1]:
            break
        names = "/".join(one.split("/")[-depth:]), "/".join(other.split("/")[-depth:])
    return names


_EVERYWHERE = {
    "__init__.py", "utils.py", "common.py", "mod.rs", "lib.rs", "main.rs", "main.py", "index.ts", "index.js", "config.py",
    "base.py", "types.py", "constants.py", "Dockerfile", "doc.go", "util.go", "config.go", "core.rs", "backend.rs", "error.rs", "writer.rs", "reader.rs",
}  # fmt: skip


def listed(words: list[str], language: Language) -> str:
    """Join words as in a sentence: `a, b and c`."""
    if len(words) <= 1:
        return "".join(words)
    return say("list.comma", language).join(words[:-1]) + say("list.last", language) + words[-1]


def first_listed(texts: list[str], most: int, language: Language) -> str:
    """Join texts as in a sentence; of more than `most`, only the first: `a`, `b` and others.

    They are not counted: a hunk that shows a definition in part hides its name, so that any number could be too low.
    """
    if len(texts) <= most + 1:  # "and others" is no shorter than the one name left
        return listed(texts, language)
    return say("list.others", language, names=say("list.comma", language).join(texts[:most]))


def say_fact(fact: Fact, language: Language) -> str:
    """Say a fact in one clause, with its values: it begins in lower case and has no full stop."""
    before, after = short_value(fact.before), short_value(fact.after)
    detail, value = fact.detail, ""
    if fact.kind is FactKind.REVERTS:
        number = say("list.aside", language, detail=detail) if detail else ""
        return say("lead.reverts", language, title=outside(fact.name), number=number)
    if fact.kind in {FactKind.FLAG_ADDED, FactKind.COMMAND_ADDED, FactKind.TEST_DISABLED} and detail:
        colon = say("list.colon", language)
        detail = f"{colon}“{outside(_first_sentence(detail))}”"
    elif fact.kind is FactKind.DEPRECATED and detail:
        colon = say("list.colon", language)
        detail = f"{colon}“{outside(detail)}”"
    elif fact.kind is FactKind.MODULE_REMOVED:
        detail = first_listed([f"`{name}`" for name in fact.detail.split(", ")], _MOST_NAMES, language)
    elif fact.kind in _WITH_CONDITION:
        detail = error_text(detail)
    if fact.after and fact.kind is FactKind.GATE_ADDED:
        value = say("list.aside", language, detail=fact.after)
    if fact.after and fact.kind in {FactKind.ENV_ADDED, FactKind.CONFIG_ADDED}:
        value = say("list.default", language, value=fact.after)
    if fact.kind is FactKind.DEPENDENCY_ADDED and after:
        after = f" {after}"
    key = _form(fact)
    if key == "requirement_gone":
        before = "" if before in fact.name else f" {before}"
    name = outside(fact.name) if fact.kind is FactKind.DEPRECATED else fact.name
    values = {
        "name": name,
        "before": before,
        "after": after,
        "detail": detail,
        "value": value,
        "package": _package(fact.path),
        "feature": fact.name.rpartition(".")[2],
    }
    text = say(f"lead.{key}", language, file=short_name(fact.path), **values)
    return typeset(text, language)


def _form(fact: Fact) -> str:
    """The key of a fact's sentence: some kinds are worded differently if a value is missing, or for some files."""
    is_image = language_of(fact.path) == "docker"
    has_both = bool(fact.before and fact.after)
    # A Python key that is looked up here now may have been looked up elsewhere before.
    is_feature = fact.name.startswith(_FEATURES)
    is_looked_up = language_of(fact.path) == "python" and fact.name[:1].islower()
    forms = {
        FactKind.DEPENDENCY_CHANGED: (not has_both, "dependency_pinned" if fact.after else "dependency_unpinned"),
        FactKind.DEPENDENCY_ADDED: (is_image and "/" not in fact.name, "dependency_installed"),
        FactKind.DEPENDENCY_REMOVED: (is_image and "/" not in fact.name, "dependency_uninstalled"),
        FactKind.CONFIG_ADDED: (
            is_image or is_looked_up or is_feature,
            "config_added_image" if is_image else "feature_added" if is_feature else "config_read",
        ),
        FactKind.CHECK_ADDED: (bool(fact.before or fact.after), "check_added_where"),
        FactKind.CHECK_REMOVED: (bool(fact.before or fact.after), "check_removed_where"),
        FactKind.REQUIREMENT_CHANGED: (not has_both, "requirement_new" if fact.after else "requirement_gone"),
        # As in the libraries of Kubernetes and OpenTelemetry, which define all feature gates in Go.
        FactKind.GATE_REMOVED: (language_of(fact.path) == "go", "gate_removed_go"),
        FactKind.DEPRECATED: (bool(_BARE_NAME.fullmatch(fact.name)), "deprecated_name"),
        FactKind.SIGNATURE_CHANGED: (
            not has_both,
            "signature_more" if fact.after else "signature_less" if fact.before else "signature_other",
        ),
        FactKind.CONFIG_REMOVED: (is_image or is_feature, "config_removed_image" if is_image else "feature_removed"),
        FactKind.TEST_DISABLED: (bool(fact.after), "test_may_fail"),
        FactKind.TEST_ENABLED: (bool(fact.before), "test_must_pass"),
        FactKind.NAME_ADDED: (fact.path.endswith("/__init__.py"), "name_exported"),
        FactKind.RENAMED: (bool(fact.detail), _renamed(fact.before)),
    }
    applies, form = forms.get(fact.kind, (False, ""))
    return form if applies else fact.kind


def _renamed(name: str) -> str:
    """The key of a renamed name's sentence, by what people do with such names."""
    return "renamed_flags" if name[:2] == "--" else "renamed_variables" if _VARIABLE.fullmatch(name) else "renamed_many"


def _package(path: str) -> str:
    """The package that a module's path corresponds to, as its users import it."""
    return _ROOT.sub("", path).removesuffix("/__init__.py").replace("/", ".")


def error_text(message: str) -> str:
    """An error's text as it can be quoted: placeholders become names in angle brackets, or dots if they have none."""
    named = _PLACE.sub(r"<\1>", message)
    return outside(_NAMELESS.sub("…", named))


def brief_error(message: str) -> str:
    """The first sentence of an error's text: what is wrong; what to do about it is in the facts."""
    return _first_sentence(error_text(message))


_VARIABLE = re.compile(r"[A-Z*][A-Z0-9_*]+")
_FEATURES = ("features.", "optional-dependencies.", "extras.")
"""How facts name a package's optional parts: a feature of a crate, an extra of a distribution."""
_ROOT = re.compile(r"^(?:src|lib|python|py)/")
_BARE_NAME = re.compile(r"[A-Za-z_][\w.:]*")
_PLACE = re.compile(r"\$?\{(\w[^{}!:]{0,60})(?:![rsa])?(?::[^{}]*)?\}")
_NAMELESS = re.compile(r"\$?\{(?::[^{}]*)?\}|%[-+#]?\d*(?:\.\d+)?[sdvqrfxT](?!\w)")


def short_value(text: str) -> str:
    """A value as written in a sentence: a SHA becomes its first seven digits."""
    is_sha = len(text) == _LONG_SHA and all(char in "0123456789abcdef" for char in text)
    return f"`{text[:7]}`" if is_sha else text


def _first_sentence(text: str) -> str:
    first = _SENTENCE_ENDS.split(text, maxsplit=1)[0]
    return first if len(first) <= _LONGEST_DETAIL else first[:_LONGEST_DETAIL].rsplit(" ", 1)[0] + " …"
