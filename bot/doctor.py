"""Looks at everything a run needs, and says of each part whether it works and how to mend it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from analysis.errors import Problem
from bot.config import FILE, Configuration, load, machine_zone


@dataclass(frozen=True, slots=True)
class Check:
    """One part: `remedy` is empty where nothing is to be done."""

    what: str
    state: Literal["ok", "warning", "broken"]
    found: str
    remedy: str = ""


def examine(environ: Mapping[str, str], config: Path | None, repo: str | None) -> Iterator[Check]:
    """Yield a check for each part, in the order in which a run needs them."""
    try:
        configuration = load(environ, config)
    except Problem as problem:
        yield Check(
            "configuration", "broken", str(problem), "Correct the place named, then run `daybrief doctor` again."
        )
        return
    where = str(configuration.source) if configuration.source else f"no {FILE} here; defaults and the environment hold"
    yield Check("configuration", "ok", where)
    yield from _store(configuration)
    yield _zones()
    yield _git(environ)
    yield from _github(configuration, repo)
    yield _model(configuration)


def _store(configuration: Configuration) -> Iterator[Check]:
    from storage.store import Store

    try:
        store = Store(configuration.store_path)
        with store.read() as db:
            commits = db.execute("select count(*) from commits").fetchone()[0]
            sound = db.execute("pragma quick_check(1)").fetchone()[0]
    except Problem as problem:
        yield Check("store", "broken", str(problem), "Mend the file or name another one as [store] path.")
        return
    if sound != "ok":
        yield Check(
            "store", "broken", f"{store.path} is damaged: {sound}", "Move it away; it is made anew from the sources."
        )
    elif store.is_read_only:
        yield Check(
            "store",
            "warning",
            f"{store.path} may only be read ({commits:,} commits)",
            "Make it writable to fetch more.",
        )
    else:
        yield Check("store", "ok", f"{store.path} ({commits:,} commits)")
    store.close()


def _zones() -> Check:
    from zoneinfo import available_timezones

    count = len(available_timezones())
    if not count:
        return Check("time zones", "broken", "no zone data on this machine", "Install the package tzdata.")
    return Check("time zones", "ok", f"{count} zones, this machine is in {machine_zone()}")


def _git(environ: Mapping[str, str]) -> Check:
    import shutil

    found = shutil.which("git", path=environ.get("PATH"))
    if not found:
        return Check(
            "git", "warning", "not installed", "Install git 2.37 or newer to read local clones; GitHub works without."
        )
    return Check("git", "ok", found)


def _github(configuration: Configuration, repo: str | None) -> Iterator[Check]:
    from analysis.sources.github_requests import GitHub, Requests
    from analysis.sources.github_rest import GitHubRepository
    from storage.pages import Pages
    from storage.store import Store

    github = configuration.settings.github
    server = GitHub(github.base_url.rstrip("/"), github.token.get_secret_value())
    try:
        limit = Requests(server).rate_limit()
    except Problem as problem:
        yield Check(
            "GitHub", "broken", str(problem), "Check [github] base_url and token; local clones work without GitHub."
        )
        return
    left = f"{limit.left:,} of {limit.limit:,} requests left until {limit.renewed:%H:%M} UTC"
    if not server.token:
        yield Check(
            "GitHub",
            "warning",
            f"no token: {left}",
            "Set [github] token: a day of a busy repository needs about 60 requests.",
        )
    elif not limit.left:
        yield Check("GitHub", "broken", left, "Wait until then, or use another token.")
    else:
        yield Check("GitHub", "ok", f"token accepted, {left}")
    if repo:
        from bot.repositories import open_source, parse_place

        try:
            place = parse_place(repo)
            source = open_source(
                place, base_url=server.base_url, token=server.token, branch=None, environ=configuration.environ,
                pages=Pages(Store(configuration.store_path), 0),
            )  # fmt: skip
            now = datetime.now(UTC)
            if isinstance(source, GitHubRepository):
                source.check()
            else:
                source.landed(now - timedelta(days=1), now)
        except Problem as problem:
            yield Check(repo, "broken", str(problem))
        else:
            yield Check(repo, "ok", "can be read")


def _model(configuration: Configuration) -> Check:
    model = configuration.settings.model
    if not model.name:
        return Check(
            "model", "ok", "none is configured: the rules analyse", "Set [model] name and base_url to use one."
        )
    from analysis.completions import Model, try_out

    base_url = model.base_url or "https://api.openai.com/v1"
    result = try_out(Model(base_url, model.name, model.api_key.get_secret_value(), min(model.deadline, 60.0)))
    if result.problem:
        return Check(
            "model",
            "broken",
            f"{model.name} at {base_url}: {result.problem}",
            "Check [model] base_url, name and api_key; until then the rules stand in.",
        )
    return Check("model", "ok", f"{model.name} at {base_url} answers in {result.seconds:.1f} s, {result.form}")
