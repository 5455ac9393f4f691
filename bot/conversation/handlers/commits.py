"""Handlers about commits: one in full, an area's, search results; correcting a rank, repeating an analysis."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from analysis.digest.digest import Digest
from analysis.entry import RULES, Entry
from analysis.errors import NotFound
from analysis.i18n.typography import fold
from analysis.questions.follow_up import pointed_at
from analysis.questions.operators import operators, refused
from analysis.questions.query import asks_of_reverts
from analysis.questions.spans import Days
from analysis.triage.areas import Areas
from bot.commands import meanings
from bot.commands import queries as commands
from bot.commands.asking import repositories
from bot.commands.mistakes import Mistake, about_operator
from bot.commands.references import first_reference
from bot.commands.references import reference as read_reference
from bot.commands.terms import terms
from bot.commands.unread import days_of, unread
from bot.conversation.asked import Before, Conversations, commit_pointed_at, commits_pointed_at
from bot.conversation.context import CommandContext
from bot.conversation.handlers.days import ELSEWHERE, answered, areas_of_day, place_of, span
from bot.conversation.handlers.ranks import known_commit, mend_posts, say_opinions
from bot.delivery.posts import commit_detail, commit_rows
from bot.digests.releases import say_released, say_reverted
from formatters.asking import say_unread
from formatters.i18n.wording import label, say_day, say_days
from formatters.outline import outline
from formatters.post import section_of, sections
from formatters.reply import Button, CommitList, Reply, Sheet
from storage.search import Answer, Question

T = TypeVar("T")

SHOWN, _MOST_ASKED = 20, 3
ASKED, REVERTED = "asked", "reverted"
"""What a question asked about the commit it names, for the answer that shows it."""
_MENDED_FOR = timedelta(days=7)

_LOG = logging.getLogger(__name__)


async def show(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with one commit, fetched and analysed on the spot if it is unknown."""
    text = context.command.text.strip().strip("`<>")
    if not text:
        raise Mistake("mistake.commit_missing")
    some = await commits_pointed_at(context, text) or await commits_pointed_at(context, f"show {fold(text)}")
    if some:
        yield await _of_last_list(context, some)
        return
    text = await commit_pointed_at(context, f"show {fold(text)}") or await commit_pointed_at(context, text) or text
    places = (pointed_at(one) for one in (f"show {fold(text)}", fold(text)))
    place = next((one for one in places if one is not None), None)
    if place == 0 or (place is not None and not text.isdecimal()):
        raise Mistake("mistake.no_list")
    pointed = read_reference(text) or read_reference(first_reference(text))
    if not pointed and not terms(text) and (operator := refused(list(operators(text)))):
        raise about_operator(operator.kind, operator.text)
    wanted = pointed.repo if pointed and pointed.repo else context.value("repository")
    repo = context.seen(wanted) if wanted else None
    sought = replace(pointed, repo=repo or "") if pointed else text
    if not context.visible:
        context.repository()  # raises the explanation
    try:
        detail = await context.services.work.quick(
            lambda: commands.show_commit(context.services.core, sought, context.language, repo, context.visible)
        )
    except NotFound:
        detail = commands.Detail(None)
    if detail.choices:
        yield await listed(context, detail.choices, context.say("title.which_commit"))
        return
    entry = detail.entry
    if entry is None:
        if not pointed or not pointed.sha:
            raise Mistake("mistake.commit" if pointed or terms(text) else "free.lost", text=text)
        yield context.working("working.commit", sha=pointed.sha[:7])
        entry = await _fetched(context, [repo] if repo else list(context.visible), pointed.sha)
    elif _is_unread(context, entry):
        yield context.working("working.commit", sha=entry.commit.short)
        entry = await _read(context, entry.commit.repo, entry.commit.sha)
    yield await _detail(context, entry)


def _is_unread(context: CommandContext, entry: Entry) -> bool:
    """Whether a model should read this commit in this language but has not."""
    analyser = context.services.analyser
    if analyser.name == RULES or (entry.analysis and entry.analysis.analyser != RULES):
        return False
    return not context.services.core.stores.analyses.get(
        entry.commit.repo, [entry.commit.sha], analyser.name, analyser.prompt, context.language
    )


async def _fetched(context: CommandContext, repos: Sequence[str], sha: str) -> Entry:
    core = context.services.core
    for repo in repos[:_MOST_ASKED]:
        try:
            return await _read(context, repo, sha)
        except NotFound:
            continue
    near = await context.services.work.quick(
        lambda: [found for repo in repos for found in core.stores.commits.nearest(sha, repo)][:5]
    )
    key = "mistake.sha_near" if near else "mistake.sha"
    raise Mistake(key, sha=sha, near=tuple(found[:7] for _, found in near))


async def _read(context: CommandContext, repo: str, sha: str, *, anew: bool = False) -> Entry:
    """Fetch and analyse a commit; concurrent requests for it share the result."""
    services, language = context.services, context.language

    def read() -> Entry:
        analyser = services.fresh if anew else services.analyser
        return services.core.read_one(
            services.core.sources.open(place_of(context, repo)), sha, language, analyser, anew=anew
        )

    return await services.work.shared(("commit", repo.lower(), sha[:12], language, anew), read)


async def _detail(context: CommandContext, entry: Entry) -> Reply:
    core = context.services.core
    repo = entry.commit.repo

    def detail() -> Reply:
        by = core.memory.reverted_by(entry)
        text = context.command.text
        is_asked = context.value(ASKED) == REVERTED or bool(first_reference(text) and asks_of_reverts(text))
        said = (
            say_reverted(by, context.language) or (context.say("release.not_reverted") if is_asked else ""),
            say_opinions(context, entry),
            say_released(core.stores, entry, context.language),
        )
        return commit_detail(
            entry,
            core.sources.areas(),
            context.language,
            context.zone(repo),
            core.stores.commits.numbers().get(repo, 0),
            " ".join(filter(None, said)),
        )

    return await context.services.work.quick(detail)


async def listed(
    context: CommandContext, entries: Sequence[Entry], title: str, note: str = "", *, keeps: bool = True
) -> Reply:
    """Return commits as a list; with `keeps`, later messages may refer to it (`the first one`)."""
    core = context.services.core
    shown = Before((), tuple(f"{entry.commit.repo}@{entry.commit.sha}" for entry in entries))
    if entries and keeps:
        await context.services.work.quick(
            lambda: Conversations(core.stores.store).note(context.request, shown, core.now())
        )
    repo = entries[0].commit.repo if entries else ""
    return await context.services.work.quick(
        lambda: CommitList(
            title,
            commit_rows(
                entries, core.sources.areas(), context.language, context.zone(repo), core.stores.commits.numbers()
            ),
            context.language,
            note,
        )
    )


async def _of_last_list(context: CommandContext, names: Sequence[str]) -> Reply:
    """Return some commits of the last list, as `owner/name@sha`; places keep counting in that list."""
    core, language = context.services.core, context.language

    def look() -> list[Entry]:
        places = [name.rpartition("@") for name in names]
        return [entry for repo, _, sha in places if (entry := core.memory.entry(repo, sha, language))]

    entries = await context.services.work.quick(look)
    head = label("answer.count", language, title=label("ask.of_list", language), count=len(entries))
    return await listed(context, entries, head, keeps=False)


async def area(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with an area's commits of the last seven days, since a date, or of one day (`on`)."""
    name = context.command.text or context.value("area")
    if not name:
        raise Mistake("mistake.area_missing")
    if context.value("on"):
        async for reply in _area_of_day(context, name):
            yield reply
        return
    repo = one_or_all(context)
    core, language, zone = context.services.core, context.language, context.zone(repo or "")

    def look() -> tuple[str, str, Answer, int, tuple[Days, ...]]:
        given = context.value("since")
        moment = meanings.since(given, core.now().astimezone(ZoneInfo(zone))) if given else None
        since = moment.isoformat() if moment else ""
        key, answer = commands.show_area(core, meanings.area(core, name), language, repo, since, zone, context.visible)
        count = commands.count_area(core, key, repo, since, zone, context.visible)
        missing = unread(core, repositories(core, repo, context.visible), days_of(Question(since=moment), zone), zone)
        return key, core.sources.areas().name(key, language), answer, count, missing

    key, shown, answer, count, missing = await from_store(context, look)
    own = [entry for entry in answer.entries if key in entry.triage.areas[:1]]
    beside = [entry for entry in answer.entries if entry not in own]
    head = label("answer.count" if answer.entries else "answer.none", language, title=shown, count=count)
    if beside:
        head = context.say(
            "title.area_beside" if count else "title.area_only_beside", area=head if count else shown, count=len(beside)
        )
    notes = [context.say("title.narrow")] if answer.more or len(answer.entries) > SHOWN else []
    notes += say_unread(missing, language)
    yield await listed(context, [*own, *beside][:SHOWN], head, "\n".join(notes))


async def _area_of_day(context: CommandContext, name: str) -> AsyncIterator[Reply]:
    repo = context.repository()
    window = span(context, repo, context.value("on"))
    wanted = (
        ""
        if name == ELSEWHERE
        else await context.services.work.quick(lambda: meanings.area(context.services.core, name))
    )
    key = section_of(wanted)

    async def commits(digest: Digest, areas: Areas, _number: int) -> Reply:
        part = next((one for one in sections(outline(digest, areas)) if one.key == key), None)
        also = digest.only(wanted).entries if wanted else ()
        entries = [item.entry for item in part.items] if part else also
        others = [entry.commit.short for entry in also if entry not in entries]
        nowhere = label("post.other", context.language)
        shown = part.name if part else areas.name(wanted, context.language) if wanted else nowhere
        title = context.say("title.area_day", area=shown, day=say_days(window, context.language))
        notes = [] if entries else [context.say("title.nothing")]
        if others:
            notes.append(context.say("title.area_also", shas=context.listed(f"`{sha}`" for sha in others)))
        return await listed(context, entries, title, "\n".join(notes))

    async for reply in answered(context, repo, window, commits):
        yield reply


async def areas(context: CommandContext) -> AsyncIterator[Reply]:
    """Answer with the areas and their commits of the last seven days, or of one day (`on`)."""
    if context.value("on"):
        async for reply in areas_of_day(context):
            yield reply
        return
    repo = one_or_all(context)
    core = context.services.core

    def look() -> tuple[list[commands.AreaCount], datetime]:
        rows = commands.list_areas(core, context.language, repo, context.visible)
        return rows, commands.newest_known(core, repo, context.visible) or core.now()

    rows, newest = await from_store(context, look)
    last = newest.astimezone(ZoneInfo(context.zone(repo or ""))).date()
    counted = [row for row in rows if row.commits]
    other = context.listed(row.name for row in rows if not row.commits)
    yield Sheet(
        title=context.say("title.areas", day=say_day(last, context.language)),
        columns=tuple(context.say(f"column.{name}") for name in ("area", "commits", "high")),
        rows=tuple((row.name, str(row.commits), str(row.high) if row.high else "–") for row in counted),
        language=context.language,
        note=context.say("title.areas_other", names=other) if other else "",
        actions=tuple(
            Button(context.say("button.show"), f"area {row.key}" + (f" repository={repo}" if repo else ""))
            for row in counted
        ),
    )


async def regenerate(context: CommandContext) -> AsyncIterator[Reply]:
    """Read a commit again, and update the posts that show it."""
    entry = await known_commit(context, context.command.text)
    yield context.working("working.commit", sha=entry.commit.short)
    anew = await _read(context.of_channel, entry.commit.repo, entry.commit.sha, anew=True)
    yield await _detail(context, anew)
    if anew.analysis != entry.analysis:
        await mend_posts(context, entry.commit)


async def from_store(context: CommandContext, look: Callable[[], T]) -> T:
    """Query the store; raise Mistake if nothing relevant has been read yet."""
    try:
        return await context.services.work.quick(look)
    except NotFound:
        raise Mistake("mistake.nothing_known") from None


def one_or_all(context: CommandContext) -> str | None:
    """Return the named repository, or None for all that are visible from here."""
    wanted = context.value("repository")
    if wanted:
        return context.seen(wanted)
    if not context.visible:
        context.repository()  # raises the explanation
    return None
