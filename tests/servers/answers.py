"""What a model answers that follows Daybrief's prompts and says little."""

import re
from typing import Any

Json = dict[str, Any]
TITLE = re.compile(r"(?m)^## ([0-9a-f]{7})\nMessage: ([^\n]*)")
"""What a question says of a commit first: its SHA and its title."""


def shape(asked: Json) -> str:
    """Return what was asked for: Commits, Day or Findings."""
    form = asked.get("response_format") or {}
    if form.get("type") == "json_schema":
        return str(form["json_schema"]["name"])
    told = asked["messages"][0]["content"]
    return next(name for name in ("Commits", "Day", "Findings") if f'"title": "{name}"' in told)


def shown(asked: Json) -> str:
    """Return the text from outside that the model saw."""
    return str(asked["messages"][-1]["content"])


def asked_of(asked: Json) -> list[str]:
    """Return the short SHAs of the commits that a question is about, in its order."""
    return re.findall(r"(?m)^(?:## |- )([0-9a-f]{7})\b", shown(asked))


def sentence(text: str, line: str = "", *, side: str = "message", path: str = "", **more: str) -> Json:
    """Return a sentence with one line of evidence, by default from the message."""
    evidence = [{"side": side, "path": path, "line": line}] if line else []
    return {"text": text, "before": "", "after": "", **more, "evidence": evidence}


def item(sha: str, title: str, **parts: Any) -> Json:
    """Return what is said of one commit: what any commit bears out, but for these parts."""
    plain = {
        "importance": "medium",
        "why": "users notice it",
        "types": [],
        "areas": [],
        "thin": False,
        "headline": sentence("It does something.", title),
        "effect": sentence("Users notice it.", title),
        "claims": [],
    }
    return {"sha": sha, **plain, **parts}


def reader(asked: Json) -> Json:
    """Answer with words that any commit bears out."""
    text = shown(asked)
    match shape(asked):
        case "Commits":
            return {"items": [item(sha, title) for sha, title in TITLE.findall(text)]}
        case "Day":
            ranked = re.findall(r"(?m)^- ([0-9a-f]{7}) \((?:high|medium)\)", text)
            return {
                "must_know": ranked[:2],
                "order": ranked,
                "themes": [{"text": "Much was done.", "commits": ranked[:2]}],
            }
        case _:
            numbers = re.findall(r"(?m)^## (\d+)$", text)
            return {"findings": [{"claim": int(number), "verdict": "follows"} for number in numbers]}
