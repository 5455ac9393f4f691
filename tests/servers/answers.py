"""What a model answers that follows Daybrief's prompts and says little."""

import re
from typing import Any

Json = dict[str, Any]
PLAIN = {"headline": "It does something.", "effect": "Users notice it.", "importance": "medium"}


def shape(asked: Json) -> str:
    """Return what was asked for: Full, Short, Lines, Order or Themes."""
    form = asked.get("response_format") or {}
    if form.get("type") == "json_schema":
        return str(form["json_schema"]["name"])
    told = asked["messages"][0]["content"]
    return next(name for name in ("Themes", "Order", "Lines", "Full", "Short") if f'"title": "_{name}"' in told)


def shown(asked: Json) -> str:
    """Return the text from outside that the model saw."""
    return str(asked["messages"][-1]["content"])


def reader(asked: Json) -> Json:
    """Answer with words that any commit bears out."""
    if shape(asked) == "Lines":
        return {"items": [{"sha": sha, **PLAIN} for sha in re.findall(r"(?m)^## ([0-9a-f]{7})$", shown(asked))]}
    if shape(asked) == "Themes":
        named = re.findall(r"(?m)^- ([0-9a-f]{7}) ", shown(asked))
        return {"themes": [{"text": "Much was done.", "commits": named[:2]}]}
    if shape(asked) == "Order":
        return {"shas": re.findall(r"(?m)^- ([0-9a-f]{7}) ", shown(asked))}
    more: Json = {"impact": [], "insight": []} if shape(asked) == "Full" else {}
    return {**PLAIN, "risks": [], "recommendations": [], **more}
