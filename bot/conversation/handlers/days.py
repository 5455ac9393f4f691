"""Answers about days: today, yesterday, a date; all of a day's commits, why the important ones are, 👍 and 👎."""

from collections.abc import AsyncIterator
from datetime import timedelta

from analysis.commits.window import Window
from analysis.digest.digest import Digest
from analysis.digest.pipeline import silent
from analysis.triage.areas import Areas
from bot.commands.grammar import Mistake, read_span, say_span
from bot.conversation.context import Question
from bot.delivery.feeds import DIGEST, KINDS, reported
from bot.delivery.posts import archive_page, commit_rows, digest_post, named, report_files, show_command
from bot.digests.repositories import Place, parse_place
from bot.i18n.wording import said
from bot.port.platform import Later, Refused
from formatters.i18n.wording import say_days
from formatters.outline import outline
from formatters.post import sections
from formatters.reply import Button, CommitList, Note, Reply, Sheet
from formatters.text.item import item_of
from storage.deliveries import Delivery, State
from storage.digests import NOTHING_TOLD, Told
from storage.feeds import Feed

ELSEWHERE = "elsewhere"
"""The word for a day's commits that have no area."""


async def today(question: Question) -> AsyncIterator[Reply]:
    """What landed today so far."""
    repo = question.repository()
    zone = question.zone(repo)
    async for reply in _shown(question, repo, Window.of(question.today(zone), zone)):
        yield reply


async def yesterday(question: Question) -> AsyncIterator[Reply]:
    """Yesterday's digest."""
    repo = question.repository()
    zone = question.zone(repo)
    async for reply in _shown(question, repo, Window.of(question.today(zone) - timedelta(days=1), zone)):
        yield reply


async def day(question: Question) -> AsyncIterator[Reply]:
    """Answer with the digest of a date, or of `first..last`."""
    repo = question.repository()
    async for reply in _shown(question, repo, span(question, repo, _date(question))):
        yield reply


async def rerun(question: Question) -> AsyncIterator[Reply]:
    """Make a day's digest anew, and mend the posts that told it."""
    repo = question.repository()
    window = span(question, repo, _date(question))
    yield question.working("working.digest", repo=repo, day=say_days(window, question.language))
    found = await made(question, repo, window)
    mended = 0
    for feed in question.feeds:
        if feed.repository.lower() != repo.lower():
            continue
        for delivery in await question.desk.work.quick(lambda feed=feed: _posts(question, feed)):  # type: ignore[misc]
            about = delivery.order.window
            if about and delivery.state is State.POSTED and about.first <= window.first <= about.last:
                try:
                    await question.desk.mend(feed, delivery)
                except (Refused, Later) as refused:
                    why = said(refused.why if isinstance(refused, Refused) else "trouble.later", question.language)
                    raise Mistake("mistake.not_mended", day=say_days(window, question.language), why=why) from refused
                mended += 1
    if mended:
        yield question.note("done.mended", count=mended, day=say_days(window, question.language))
    else:
        yield await _post(question, found)


def _date(question: Question) -> str:
    words = [word for word in question.command.words if not question.is_repository(word)]
    if not words:
        raise Mistake("mistake.date_missing")
    return " ".join(words)


async def details(question: Question) -> AsyncIterator[Reply]:
    """Answer with all commits of a day, the most important first."""
    repo = question.repository()
    window = span(question, repo, question.value("on") or question.command.text or "yesterday")
    async for found in found_or_made(question, repo, window):
        if isinstance(found, Note):
            yield found
            continue
        digest, areas, number = found
        rows = commit_rows(digest.entries, areas, question.language, window.zone, {digest.repo: number})
        title = question.say("title.day", repo=digest.repo, day=say_days(window, question.language))
        yield CommitList(title, rows, question.language, "" if rows else question.say("title.nothing"))


async def why(question: Question) -> AsyncIterator[Reply]:
    """Say why a day's must-know items are."""
    repo = question.repository()
    window = span(question, repo, question.value("on") or question.command.text or "yesterday")
    async for found in found_or_made(question, repo, window):
        if isinstance(found, Note):
            yield found
            continue
        digest, areas, number = found
        items = [item_of(entry, question.language, areas) for entry in digest.must_know]
        yield Sheet(
            title=question.say("title.why", day=say_days(window, question.language)),
            columns=(question.say("column.commit"), question.say("column.why")),
            rows=tuple((item.title, item.ranked) for item in items),
            language=question.language,
            note="" if items else question.say("title.calm"),
            actions=tuple(Button(question.say("button.show"), show_command(item.entry, number)) for item in items),
        )


async def areas_of_day(question: Question) -> AsyncIterator[Reply]:
    """Answer with a day's areas and how many commits each has; a commit counts where the post has it, in its first area."""
    repo = question.repository()
    window = span(question, repo, question.value("on") or "yesterday")
    async for found in found_or_made(question, repo, window):
        if isinstance(found, Note):
            yield found
            continue
        digest, areas, number = found
        parts = sections(outline(digest, areas))
        on = say_span(window)
        yield Sheet(
            title=question.say("title.areas_day", day=say_days(window, question.language)),
            columns=(question.say("column.area"), question.say("column.commits")),
            rows=tuple((part.name, str(len(part.items))) for part in parts),
            language=question.language,
            note="" if parts else question.say("title.nothing"),
            actions=tuple(
                Button(question.say("button.show"), named(f"area {part.key or ELSEWHERE} on={on}", digest.repo, number))
                for part in parts
            ),
        )


async def rate(question: Question) -> AsyncIterator[Reply]:
    """Remember what somebody thinks of a digest."""
    repo = question.repository()
    verdict = next(iter(question.command.words), "")
    if verdict not in {"up", "down"}:
        raise Mistake("mistake.rate")
    window = span(question, repo, question.value("on") or "yesterday")
    desk, asker = question.desk, question.asker
    who = f"{asker.platform}/{asker.workspace}/{asker.user}"
    await desk.work.quick(
        lambda: desk.core.feedback.rate(repo, window, up=verdict == "up", who=who, now=desk.core.now())
    )
    yield question.note(f"done.rated_{verdict}")


# -- digests, remembered or made


def span(question: Question, repo: str, text: str) -> Window:
    """Read the days that are meant, on the clocks of this channel."""
    zone = question.zone(repo)
    return read_span(text.strip(), question.today(zone), zone)


async def _shown(question: Question, repo: str, window: Window) -> AsyncIterator[Reply]:
    async for found in found_or_made(question, repo, window):
        yield found if isinstance(found, Note) else await _post(question, found)


async def _post(question: Question, found: tuple[Digest, Areas, int]) -> Reply:
    core, (digest, areas, number) = question.desk.core, found
    stands = question.command.is_public or question.asker.is_direct

    def post() -> Reply:
        files = report_files(core, digest, areas) if stands else ()
        return digest_post(digest, areas, number, page=archive_page(core, digest), files=files)

    return await question.desk.work.quick(post)


async def found_or_made(
    question: Question, repo: str, window: Window
) -> AsyncIterator[Note | tuple[Digest, Areas, int]]:
    """Yield a digest with its areas and its repository's number: remembered, or made after a note that it will take a while."""
    found = await question.desk.work.quick(lambda: _recalled(question, repo, window))
    if found is None:
        yield question.working("working.digest", repo=repo, day=say_days(window, question.language))
        found = await made(question, repo, window)
    yield found


async def made(question: Question, repo: str, window: Window) -> tuple[Digest, Areas, int]:
    """Make a digest from the source; whoever asks for the same meanwhile gets the same."""
    desk, language = question.desk, question.language
    feed = question.feed_of(repo)
    key = ("digest", repo.lower(), window, language, feed.id if feed else 0)
    return await desk.work.shared(key, lambda: _made(question, repo, window), repo.lower())


def _recalled(question: Question, repo: str, window: Window) -> tuple[Digest, Areas, int] | None:
    """Return what was told of days that are over, from the store alone: the channel's own post before others."""
    desk, core = question.desk, question.desk.core
    if window.end > core.now():
        return None
    feed = question.feed_of(repo)
    posted = next((d for d in _deliveries(question, feed) if d.order.window == window), None) if feed else None
    told = core.digests.told(repo, window)
    if posted and posted.state is State.POSTED:
        told = Told(posted.order.told, told.branch if told else "", posted.posted_at or core.now())
    if told is None:
        return None
    digest = core.recall(repo, window, question.language, desk.analyser, told)
    return (digest, core.areas(), core.commits.numbers().get(repo, 0)) if digest else None


def _made(question: Question, repo: str, window: Window) -> tuple[Digest, Areas, int]:
    desk, core = question.desk, question.desk.core
    feed = question.feed_of(repo)
    told = NOTHING_TOLD
    if feed and window.end <= core.now():
        told = reported(_deliveries(question, feed), window)
    source = core.source(place_of(question, repo))
    digest, areas = core.digest(source, window, question.language, desk.analyser, silent, told=told)
    if window.end <= digest.built_at and core.digests.told(digest.repo, window) is None:
        core.digests.put(digest)
    return digest, areas, core.commits.numbers().get(digest.repo, 0)


def place_of(question: Question, repo: str) -> Place:
    """Return where a repository is read: as one of its feeds says, else on GitHub."""
    feeds = question.desk.feeds.all()
    place = next((feed.place for feed in feeds if feed.repository.lower() == repo.lower()), repo)
    return parse_place(place)


def _deliveries(question: Question, feed: Feed | None) -> list[Delivery]:
    return question.desk.deliveries.of(DIGEST, str(feed.id)) if feed else []


def _posts(question: Question, feed: Feed) -> list[Delivery]:
    """Return all of a feed's deliveries: digests, and look backs that a day is part of, too."""
    return [delivery for kind in KINDS for delivery in question.desk.deliveries.of(kind, str(feed.id))]
