"""Handlers about days: today, yesterday, a date; all commits of a day, why the important ones are, 👍 and 👎."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.digest.pipeline import Step, silent
from analysis.triage.areas import Areas
from bot.commands.mistakes import Mistake
from bot.commands.spans import read_span, say_span
from bot.conversation.context import CommandContext
from bot.conversation.progress import Progress
from bot.delivery.feeds import DIGEST, KINDS, reported
from bot.delivery.posts import archive_page, commit_rows, digest_post, named, report_files, show_command
from bot.digests.repositories import Place, parse_place
from bot.i18n.wording import said
from bot.port.platform import Later, Refused
from formatters.i18n.wording import say_days
from formatters.outline import outline
from formatters.post import sections
from formatters.reply import Button, CommitList, Reply, Sheet
from formatters.text.item import item_of
from formatters.text.scope import say_repository
from storage.deliveries import Delivery, State
from storage.digests import NOTHING_TOLD, DigestRecord
from storage.feeds import Feed

ELSEWHERE = "elsewhere"
"""The word for a day's commits without an area."""

Answer = Callable[[Digest, Areas, int], Awaitable[Reply]]
"""Turns a digest, its areas, and its repository's number into a reply."""


async def today(context: CommandContext) -> AsyncIterator[Reply]:
    """What has landed today so far."""
    repo = context.repository()
    zone = context.zone(repo)
    async for reply in _shown(context, repo, Window.of(context.today(zone), zone)):
        yield reply


async def yesterday(context: CommandContext) -> AsyncIterator[Reply]:
    """Yesterday's digest."""
    repo = context.repository()
    zone = context.zone(repo)
    async for reply in _shown(context, repo, Window.of(context.today(zone) - timedelta(days=1), zone)):
        yield reply


async def day(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with the digest of a date, or of `first..last`."""
    repo = context.repository()
    async for reply in _shown(context, repo, span(context, repo, _date(context))):
        yield reply


async def rerun(context: CommandContext) -> AsyncIterator[Reply]:
    """Remake a day's digest, and update the posts that showed it."""
    repo = context.repository()
    window = span(context, repo, _date(context))
    yield context.working("working.digest", repo=repo, day=say_days(window, context.language))
    found = await made(context.of_channel, repo, window)
    mended = 0
    for feed in context.feeds:
        if feed.repository.lower() != repo.lower():
            continue
        for delivery in await context.services.work.quick(lambda feed=feed: _posts(context, feed)):  # type: ignore[misc]
            about = delivery.order.window
            if about and delivery.state is State.POSTED and about.first <= window.first <= about.last:
                try:
                    await context.services.mend(feed, delivery)
                except (Refused, Later) as refused:
                    why = said(refused.why if isinstance(refused, Refused) else "trouble.later", context.language)
                    raise Mistake("mistake.not_mended", day=say_days(window, context.language), why=why) from refused
                mended += 1
    if mended:
        yield context.note("done.mended", count=mended, day=say_days(window, context.language))
    else:
        yield await _post(context, *found)


def _date(context: CommandContext) -> str:
    words = [word for word in context.command.words if not context.is_repository(word)]
    if not words:
        raise Mistake("mistake.date_missing")
    return " ".join(words)


async def details(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with all commits of a day, the most important first."""
    repo, window = _asked(context, context.command.text)

    async def commits(digest: Digest, areas: Areas, number: int) -> Reply:
        rows = commit_rows(digest.entries, areas, context.language, window.zone, {digest.repo: number})
        repo = say_repository(digest.repo, digest.scope, context.language)
        title = context.say("title.day", repo=repo, day=say_days(window, context.language))
        return CommitList(title, rows, context.language, "" if rows else context.say("title.nothing"))

    async for reply in answered(context, repo, window, commits):
        yield reply


async def why(context: CommandContext) -> AsyncIterator[Reply]:
    """Explain why a day's must-know items are must-knows."""
    repo, window = _asked(context, context.command.text)

    async def reasons(digest: Digest, areas: Areas, number: int) -> Reply:
        items = [item_of(entry, context.language, areas) for entry in digest.must_know]
        return Sheet(
            title=context.say("title.why", day=say_days(window, context.language)),
            columns=(context.say("column.commit"), context.say("column.why")),
            rows=tuple((item.title, item.ranked) for item in items),
            language=context.language,
            note="" if items else context.say("title.calm"),
            actions=tuple(Button(context.say("button.show"), show_command(item.entry, number)) for item in items),
        )

    async for reply in answered(context, repo, window, reasons):
        yield reply


async def areas_of_day(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with a day's areas and their number of commits; as in the post, a commit counts in its first area."""
    repo, window = _asked(context)

    async def areas_with_counts(digest: Digest, areas: Areas, number: int) -> Reply:
        parts = sections(outline(digest, areas))
        on = say_span(window)
        return Sheet(
            title=context.say("title.areas_day", day=say_days(window, context.language)),
            columns=(context.say("column.area"), context.say("column.commits")),
            rows=tuple((part.name, str(len(part.items))) for part in parts),
            language=context.language,
            note="" if parts else context.say("title.nothing"),
            actions=tuple(
                Button(context.say("button.show"), named(f"area {part.key or ELSEWHERE} on={on}", digest.repo, number))
                for part in parts
            ),
        )

    async for reply in answered(context, repo, window, areas_with_counts):
        yield reply


async def rate(context: CommandContext) -> AsyncIterator[Reply]:
    """Store someone's opinion of a digest."""
    repo = context.repository()
    verdict = next(iter(context.command.words), "")
    if verdict not in {"up", "down"}:
        raise Mistake("mistake.rate")
    window = span(context, repo, context.value("on") or "yesterday")
    services, asker = context.services, context.asker
    who = f"{asker.platform}/{asker.workspace}/{asker.user}"
    await services.work.quick(
        lambda: services.core.stores.feedback.rate(
            repo,
            window,
            up=verdict == "up",
            who=who,
            now=services.core.now(),
            channel=f"{asker.platform}/{asker.channel}",
        )
    )
    yield context.note(f"done.rated_{verdict}")


# -- digests, stored or made


def _asked(context: CommandContext, words: str = "") -> tuple[str, Window]:
    """Return the repository and the days asked for: by option, else by `words`, else yesterday."""
    repo = context.repository()
    return repo, span(context, repo, context.value("on") or words or "yesterday")


def span(context: CommandContext, repo: str, text: str) -> Window:
    """Parse the days that are meant, in this channel's zone."""
    zone = context.zone(repo)
    return read_span(text.strip(), context.today(zone), zone)


async def _shown(context: CommandContext, repo: str, window: Window) -> AsyncIterator[Reply]:
    async for reply in answered(context, repo, window, partial(_post, context)):
        yield reply


async def _post(context: CommandContext, digest: Digest, areas: Areas, number: int) -> Reply:
    core = context.services.core
    stands = context.command.is_public or context.asker.is_direct

    def post() -> Reply:
        files = report_files(core, digest, areas) if stands else ()
        page, feed = archive_page(core, digest), context.feed_of(digest.repo)
        return digest_post(digest, areas, number, page=page, files=files, feed=feed)

    return await context.services.work.quick(post)


async def answered(context: CommandContext, repo: str, window: Window, answer: Answer) -> AsyncIterator[Reply]:
    """Answer from a digest: a stored one, or one that is made after a note that it will take a while."""
    found = await context.services.work.quick(lambda: _recalled(context, repo, window))
    if found is None:
        note = context.working("working.digest", repo=repo, day=say_days(window, context.language))
        yield note
        making = Progress(partial(made, context, repo, window), last="step.telling")
        async for newer in making.notes(context, note):
            yield newer
        found = await making.result()
    digest, areas, number = found
    part = await context.services.work.quick(
        lambda: context.services.core.memory.within(digest, context.scope_of(digest.repo))
    )
    yield await answer(part, areas, number)


async def made(context: CommandContext, repo: str, window: Window, step: Step = silent) -> tuple[Digest, Areas, int]:
    """Make a digest from the source; concurrent requests for it share the result."""
    services, language = context.services, context.language
    feed = context.feed_of(repo)
    key = ("digest", repo.lower(), window, language, feed.id if feed else 0)
    return await services.work.shared(key, lambda: _made(context, repo, window, step), repo.lower())


def _recalled(context: CommandContext, repo: str, window: Window) -> tuple[Digest, Areas, int] | None:
    """Return the digest of finished days from the store alone, preferring the channel's own post."""
    services, core = context.services, context.services.core
    if window.end > core.now():
        return None
    feed = context.feed_of(repo)
    if feed and feed.branches:  # which branch has which commit is not stored
        return None
    posted = next((d for d in _deliveries(context, feed) if d.order.window == window), None) if feed else None
    told = core.stores.digests.told(repo, window)
    if posted and posted.state is State.POSTED:
        told = DigestRecord(posted.order.told, told.branch if told else "", posted.posted_at or core.now())
    if told is None:
        return None
    digest = core.memory.recall(repo, window, context.language, services.analyser, told)
    return (digest, core.sources.areas(), core.stores.commits.numbers().get(repo, 0)) if digest else None


def _made(context: CommandContext, repo: str, window: Window, step: Step) -> tuple[Digest, Areas, int]:
    services, core = context.services, context.services.core
    feed = context.feed_of(repo)
    told = NOTHING_TOLD
    if feed and window.end <= core.now():
        told = reported(_deliveries(context, feed), window)
    source = core.sources.branches(place_of(context, repo), feed.branches if feed else ())
    digest, areas = core.digest(source, window, context.language, services.analyser, step, told=told)
    if (
        window.end <= digest.built_at
        and digest.branches is None
        and core.stores.digests.told(digest.repo, window) is None
    ):
        core.stores.digests.put(digest)
    return digest, areas, core.stores.commits.numbers().get(digest.repo, 0)


def place_of(context: CommandContext, repo: str) -> Place:
    """Return where a repository is read: the place of one of its feeds, else GitHub."""
    return parse_place(context.services.feeds.place_of(repo))


def _deliveries(context: CommandContext, feed: Feed | None) -> list[Delivery]:
    return context.services.deliveries.of(DIGEST, str(feed.id)) if feed else []


def _posts(context: CommandContext, feed: Feed) -> list[Delivery]:
    """Return all of a feed's deliveries: digests, and also reviews that include a day."""
    return [delivery for kind in KINDS for delivery in context.services.deliveries.of(kind, str(feed.id))]
