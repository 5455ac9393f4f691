"""Checks everything a run needs, and says for each part whether it works and how to fix it."""

import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from analysis.digest.pipeline import Step
from analysis.errors import Problem
from bot.config import FILE, Configuration, load, machine_zone
from bot.service.bot_checks import bot, is_served, read, web
from bot.service.check import Check

if TYPE_CHECKING:
    from analysis.sources import CommitSource

_HONEST = 0.9
"""The share of a model's quotations and statements that must be true, on a commit of ten lines."""


def examine(
    environ: Mapping[str, str],
    config: Path | None,
    repo: str | None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    measured: Step | None = None,
) -> Iterator[Check]:
    """Yield a check for each part, in the order a run needs them; with `measured`, a callback, measure the model."""
    try:
        configuration = load(environ, config)
    except Problem as problem:
        yield Check("configuration", "broken", str(problem), "Then run `daybrief doctor` again.")
        return
    where = str(configuration.source) if configuration.source else f"no {FILE} here; using defaults and the environment"
    from bot.service.connections import idle

    unused = idle(configuration.settings)
    yield Check("configuration", "warning" if unused else "ok", " ".join([where, *unused]))
    yield _store(configuration, now())
    yield _zones()
    yield _git(configuration)
    github = _github(configuration, now())
    yield github
    if repo:
        yield from _repository(configuration, repo, now())
    yield _model(configuration)
    if measured:
        yield from _measured(configuration, measured)
    yield from web(configuration)
    yield from bot(configuration, now(), reads_github=github.state != "broken")


def _store(configuration: Configuration, now: datetime) -> Check:
    from bot.service.readiness import store_trouble
    from storage.store import Store

    try:
        store = Store(configuration.store_path)
        try:
            with store.read() as db:
                commits = db.execute("select count(*) from commits").fetchone()[0]
                sound = db.execute("pragma quick_check(1)").fetchone()[0]
            unwritten = store_trouble(store, now) if sound == "ok" else ""
        finally:
            store.close()
    except Problem as problem:
        return Check("store", "broken", str(problem), "Repair the file, or set another one as [store] path.")
    if sound != "ok":
        return Check(
            "store",
            "broken",
            f"{store.path} is damaged: {sound}",
            "Restore a backup, or move it away to have it rebuilt from the sources.",
        )
    found = f"{store.path} ({commits:,} commit{'' if commits == 1 else 's'})"
    if store.is_read_only and not is_served(configuration):
        return Check("store", "warning", f"{found} is read-only", "Make it writable to fetch more.")
    if unwritten:
        return Check("store", "broken", unwritten, "Until this is fixed, nothing is fetched or posted.")
    return Check("store", "ok", found)


def _zones() -> Check:
    from zoneinfo import available_timezones

    count = len(available_timezones())
    if not count:
        return Check("time zones", "broken", "no zone data on this machine", "Install the package tzdata.")
    return Check("time zones", "ok", f"{count} zones, this machine is in {machine_zone()}")


def _git(configuration: Configuration) -> Check:
    from analysis.sources.git_command import OLDEST_GIT, is_too_old

    remedy = f"Install git {'.'.join(map(str, OLDEST_GIT))} or newer to read local clones; GitHub works without it."
    program = shutil.which("git", path=configuration.environ.get("PATH"))
    if not program:
        return Check("git", "warning", "not installed", remedy)
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True)  # noqa: S603 - found on the PATH
    except (OSError, subprocess.SubprocessError) as error:
        return Check("git", "warning", f"{program} does not run ({error})", remedy)
    version = done.stdout.strip()
    state: Literal["ok", "warning"] = "warning" if is_too_old(version) else "ok"
    return Check("git", state, f"{version}, {program}", remedy if state == "warning" else "")


def _github(configuration: Configuration, now: datetime) -> Check:
    from bot.digests.repositories import SOON, open_github

    github = open_github(configuration.settings.github)
    server = github.server
    try:
        limit = github.rate_limit()
    except Problem as problem:
        remedy = "Check [github] base_url, and the token or the app; local clones work without GitHub."
        return Check("GitHub", "broken" if _needs_github(configuration) else "warning", str(problem), remedy)
    left = (
        f"{limit.left:,} of {limit.limit:,} requests left until {limit.renewed:%H:%M} UTC"
        if limit
        else f"{server.base_url} has no request limit"
    )
    if limit and not limit.left:
        return Check("GitHub", "broken", left, "Wait until then, or use another token.")
    if not server.signs_in:
        return Check(
            "GitHub",
            "warning",
            f"no token: {left}",
            "Set [github] token: reading a busy repository's day takes about 60 requests.",
        )
    if server.app:
        until = f"{github.expires:%H:%M} UTC" if github.expires else "it expires"
        return Check("GitHub", "ok", f"app installation accepted, its token is renewed before {until}; {left}")
    if github.expires is None:
        return Check("GitHub", "ok", f"token accepted, {left}")
    found = f"token accepted, expires on {github.expires:%Y-%m-%d}; {left}"
    if github.expires - now > SOON:
        return Check("GitHub", "ok", found)
    return Check("GitHub", "warning", found, "Create a new one and set it as [github] token.")


def _needs_github(configuration: Configuration) -> bool:
    """Whether GitHub is required: by `serve`, if posts need it; else always, since any repository may be asked for."""
    from bot.digests.core import open_core
    from bot.service.readiness import needs_github, places_on_github
    from bot.service.startup import look_at_startup

    if not is_served(configuration):
        return True
    try:
        core = open_core(configuration)
    except Problem:
        return True
    try:
        return needs_github(configuration.settings, places_on_github(look_at_startup(core).feeds))
    finally:
        core.stores.store.close()


def _repository(configuration: Configuration, repo: str, now: datetime) -> Iterator[Check]:
    from bot.digests.repositories import open_github, open_source, parse_place

    github = configuration.settings.github

    def source() -> "CommitSource":
        return open_source(
            parse_place(repo),
            base_url=github.base_url,
            github=lambda: open_github(github),
            branch=None,
            environ=configuration.environ,
            pages=None,
            now=lambda: now,
        )

    check = read(repo, source, now)
    yield check
    if check.state != "broken":
        yield _pull_requests(configuration, source(), now)


def _pull_requests(configuration: Configuration, source: "CommitSource", now: datetime) -> Check:
    from bot.digests.repositories import open_github, open_pull_requests
    from formatters.i18n.wording import label

    github, what = configuration.settings.github, "pull requests"
    if not github.pull_requests:
        return Check(what, "ok", "not read: [github] pull_requests is false")
    reader = open_pull_requests(
        source,
        base_url=github.base_url,
        github=lambda: open_github(github),
        may_ask=github.signs_in,
        now=lambda: now,
        pages=None,
    )
    if reader is None:
        return Check(what, "ok", f"not read: nothing shows that {source.repo}, a clone, is on GitHub")
    gap = reader.probe()
    if gap is None:
        return Check(what, "ok", "can be read")
    return Check(
        what,
        "warning",
        f"cannot be read: {label(f'unread.{gap}', 'en')}",
        "Until this is fixed, digests lack what people wrote there.",
    )


def _model(configuration: Configuration) -> Check:
    model = configuration.settings.model
    if not model.name:
        return Check(
            "model", "ok", "none configured, so the rules do the analysis", "Set [model] name and base_url to use one."
        )
    from bot.service.model_trial import configured, tried

    wanted = configured(configuration.settings, model.deadline)
    result = tried(configuration.settings)
    if result.problem:
        return Check(
            "model",
            "broken",
            f"{model.name} at {wanted.place}: {result.problem}",
            "Check [model] base_url, name and api_key; until this is fixed, the rules do the analysis.",
        )
    found = f"{model.name} at {wanted.place} answers in {result.seconds:.1f} s, {result.form}"
    if result.doubt:
        return Check("model", "warning", f"{found}; {result.doubt}", "Check what it says, or use a larger model.")
    return Check("model", "ok", found)


def _measured(configuration: Configuration, step: Step) -> Iterator[Check]:
    """Measure the configured model with questions that cost as much as three commits."""
    from bot.service.model_trial import configured, measure

    settings = configuration.settings.model
    if not settings.name:
        return
    done = measure(configured(configuration.settings, settings.deadline), settings.concurrency, step)
    if done.problem:
        yield Check("model measured", "broken", done.problem, "Until this is fixed, the rules do the analysis.")
        return
    form: dict[str, float] = {"asked": done.asked, "shaped": done.shaped}
    found = f"{done.shaped} of {done.asked} answers have the requested format, {done.form}"
    remedy = (
        ""
        if done.shaped == done.asked
        else "The others are requested again, which costs extra: use a larger model, or a server that supports schemas."
    )
    yield Check("model form", "ok" if done.shaped == done.asked else "warning", found, remedy, form)
    evidence: dict[str, float] = {
        "quotes": done.quotes,
        "found": done.found,
        "sentences": done.sentences,
        "refuted": done.refuted,
    }
    found = f"{done.found} of {done.quotes} quoted lines are in the commit; {done.refuted} of {done.sentences} sentences are not supported by it"
    is_honest = (
        done.quotes > 0 and done.found >= _HONEST * done.quotes and done.refuted <= (1 - _HONEST) * done.sentences
    )
    remedy = "" if is_honest else "Unsupported sentences are not shown, so digests will say less: use a larger model."
    yield Check("model evidence", "ok" if is_honest else "warning", found, remedy, evidence)
    begins = f"starts after {done.first:.1f} s and " if done.first is not None else ""
    found = f"an answer {begins}is complete after {done.whole:.1f} s; a day of fifty commits takes about {done.day.seconds:.0f} s with {settings.concurrency} calls at once"
    speed = {"whole": done.whole, "day": done.day.seconds} | ({} if done.first is None else {"first": done.first})
    yield Check("model speed", "ok", found, figures={name: round(value, 3) for name, value in speed.items()})
    cost: dict[str, float] = {
        "calls": done.day.calls,
        "tokens_in": done.day.tokens_in,
        "tokens_out": done.day.tokens_out,
    }
    found = f"a day of fifty commits takes about {done.day.calls} calls, {done.day.tokens_in:,} input tokens and {done.day.tokens_out:,} output tokens"
    if (price := settings.price(done.day)) is None:
        yield Check("model cost", "ok", f"{found}; set [model] price_in and price_out to see the cost", figures=cost)
    else:
        yield Check("model cost", "ok", f"{found}, at {price:.2f}", figures=cost | {"price": round(price, 4)})
