"""Answers about commits: one in full, an area's, what a search finds; a rank corrected, an analysis made anew."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from analysis.entry import RULES, Entry
from analysis.errors import BadInput, NotFound
from bot.commands import meanings as meant
from bot.commands import queries as commands
from bot.commands.grammar import Mistake
from bot.commands.references import reference as read_reference
from bot.commands.terms import terms
from bot.conversation.context import Question
from bot.conversation.handlers.days import ELSEWHERE, areas_of_day, found_or_made, place_of, span
from bot.conversation.handlers.ranks import known_commit, mend_posts, say_opinions
from bot.delivery.posts import commit_detail, commit_rows
from formatters.i18n.wording import label, say_day, say_days
from formatters.outline import outline
from formatters.post import section_of, sections
from formatters.reply import Button, CommitList, Note, Reply, Sheet
from storage.search import Answer
from storage.search import Question as Searched

T = TypeVar("T")

_SHOWN, _MOST_ASKED = 20, 3
_MENDED_FOR = timedelta(days=7)

_LOG = logging.getLogger(__name__)


async def show(question: Question) -> AsyncIterator[Reply]:
    """Answer with one commit, fetched and analysed on the spot if it is not known."""
    text = question.command.text.strip().strip("`<>")
    if not text:
        raise Mistake("mistake.commit_missing")
    pointed = read_reference(text)
    wanted = pointed.repo if pointed and pointed.repo else question.value("repository")
    repo = question.seen(wanted) if wanted else None
    sought = replace(pointed, repo=repo or "") if pointed else text
    if not question.visible:
        question.repository()  # says why
    try:
        detail = await question.desk.work.quick(
            lambda: commands.show_commit(question.desk.core, sought, question.language, repo, question.visible)
        )
    except NotFound:
        detail = commands.Detail(None)
    if detail.choices:
        yield await _list(question, detail.choices, question.say("title.which_commit"))
        return
    entry = detail.entry
    if entry is None:
        if not pointed or not pointed.sha:
            raise Mistake("mistake.commit" if pointed or terms(text) else "free.lost", text=text)
        yield question.working("working.commit", sha=pointed.sha[:7])
        entry = await _fetched(question, [repo] if repo else list(question.visible), pointed.sha)
    elif _is_unread(question, entry):
        yield question.working("working.commit", sha=entry.commit.short)
        entry = await _read(question, entry.commit.repo, entry.commit.sha)
    yield await _detail(question, entry)


def _is_unread(question: Question, entry: Entry) -> bool:
    """Whether a model should read this commit in this language, and has not."""
    analyser = question.desk.analyser
    if analyser.name == RULES or (entry.analysis and entry.analysis.analyser != RULES):
        return False
    return not question.desk.core.analyses.get(
        entry.commit.repo, [entry.commit.sha], analyser.name, analyser.prompt, question.language
    )


async def _fetched(question: Question, repos: Sequence[str], sha: str) -> Entry:
    core = question.desk.core
    for repo in repos[:_MOST_ASKED]:
        try:
            return await _read(question, repo, sha)
        except NotFound:
            continue
    near = await question.desk.work.quick(
        lambda: [found for repo in repos for found in core.commits.nearest(sha, repo)][:5]
    )
    key = "mistake.sha_near" if near else "mistake.sha"
    raise Mistake(key, sha=sha, near=tuple(found[:7] for _, found in near))


async def _read(question: Question, repo: str, sha: str, *, anew: bool = False) -> Entry:
    """Fetch and analyse a commit; whoever asks for the same meanwhile gets the same."""
    desk, language = question.desk, question.language

    def read() -> Entry:
        analyser = desk.fresh if anew else desk.analyser
        return desk.core.read_one(desk.core.source(place_of(question, repo)), sha, language, analyser, anew=anew)

    return await desk.work.shared(("commit", repo.lower(), sha[:12], language, anew), read)


async def _detail(question: Question, entry: Entry) -> Reply:
    core = question.desk.core
    repo = entry.commit.repo
    return await question.desk.work.quick(
        lambda: commit_detail(
            entry,
            core.areas(),
            question.language,
            question.zone(repo),
            core.commits.numbers().get(repo, 0),
            say_opinions(question, entry),
        )
    )


async def _list(question: Question, entries: Sequence[Entry], title: str, note: str = "") -> Reply:
    core = question.desk.core
    repo = entries[0].commit.repo if entries else ""
    return await question.desk.work.quick(
        lambda: CommitList(
            title,
            commit_rows(entries, core.areas(), question.language, question.zone(repo), core.commits.numbers()),
            question.language,
            note,
        )
    )


async def area(question: Question) -> AsyncIterator[Reply]:
    """Answer with an area's commits, of the last seven days, since a date, or of one day (`on`)."""
    name = question.command.text or question.value("area")
    if not name:
        raise Mistake("mistake.area_missing")
    if question.value("on"):
        async for reply in _area_of_day(question, name):
            yield reply
        return
    repo = _one_or_all(question)
    core, language, zone = question.desk.core, question.language, question.zone(repo or "")

    def look() -> tuple[str, str, Answer, int]:
        given = question.value("since")
        since = meant.since(given, core.now().astimezone(ZoneInfo(zone))).isoformat() if given else ""
        key, answer = commands.show_area(core, meant.area(core, name), language, repo, since, zone, question.visible)
        count = commands.count_area(core, key, repo, since, zone, question.visible)
        return key, core.areas().name(key, language), answer, count

    key, shown, answer, count = await _from_store(question, look)
    others = [e for e in answer.entries if key not in e.triage.areas[:1]]
    head = label("answer.count" if answer.entries else "answer.none", language, title=shown, count=count)
    notes = [question.say("title.narrow")] if answer.more or len(answer.entries) > _SHOWN else []
    if others and not answer.more:
        notes.insert(0, question.say("title.area_beside", count=len(others)))
    yield await _list(question, answer.entries[:_SHOWN], head, " ".join(notes))


async def _area_of_day(question: Question, name: str) -> AsyncIterator[Reply]:
    repo = question.repository()
    window = span(question, repo, question.value("on"))
    wanted = "" if name == ELSEWHERE else await question.desk.work.quick(lambda: meant.area(question.desk.core, name))
    key = section_of(wanted)
    async for found in found_or_made(question, repo, window):
        if isinstance(found, Note):
            yield found
            continue
        digest, areas, _ = found
        part = next((one for one in sections(outline(digest, areas)) if one.key == key), None)
        also = digest.only(wanted).entries if wanted else ()
        entries = [item.entry for item in part.items] if part else also
        others = [entry.commit.short for entry in also if entry not in entries]
        nowhere = label("post.other", question.language)
        shown = part.name if part else areas.name(wanted, question.language) if wanted else nowhere
        title = question.say("title.area_day", area=shown, day=say_days(window, question.language))
        notes = [] if entries else [question.say("title.nothing")]
        if others:
            notes.append(question.say("title.area_also", shas=question.listed(f"`{sha}`" for sha in others)))
        yield await _list(question, entries, title, "\n".join(notes))


async def search(question: Question) -> AsyncIterator[Reply]:
    """Answer with what a search finds in the repositories that may be seen from here."""
    repo = _one_or_all(question)
    core, zone = question.desk.core, question.zone(repo or "")
    words = question.command.text
    given = {name: question.value(name) for name in commands.FILTERS if question.value(name)}

    def look() -> Answer:
        now = core.now().astimezone(ZoneInfo(zone))
        wrong = commands.misspelt(core, words, now, "=")
        if wrong:
            key = "mistake.filter_apart" if wrong[0].replace(":", "=") == wrong[1] else "mistake.filter"
            raise Mistake(key, text=wrong[0], right=wrong[1])
        since, until = (
            meant.since(given[name], now, last=name == "until") if name in given else None
            for name in ("since", "until")
        )
        if since and until and since >= until:
            raise Mistake("mistake.reversed", since=given["since"], until=given["until"])
        wanted = Searched(
            words=words,
            since=since,
            until=until,
            areas=tuple(meant.area(core, name) for name in meant.listed(given.get("area", ""))),
            types=tuple(meant.change_type(name) for name in meant.listed(given.get("type", ""))),
            authors=(given["author"].lstrip("@"),) if "author" in given else (),
            least=meant.importance(given["min"]).rank if "min" in given else None,
        )
        return commands.find_commits(core, wanted, question.language, repo, _SHOWN, question.visible)

    if not (words.strip() or given):
        raise Mistake("mistake.search_missing")
    try:
        answer = await _from_store(question, look)
    except Mistake:
        raise
    except BadInput:
        raise Mistake("mistake.search_missing") from None
    shown = " ".join([words, *(f"{name}={value}" for name, value in given.items())]).strip()
    yield await _found(question, shown, answer)


async def _found(question: Question, title: str, answer: Answer) -> Reply:
    key = "answer.none" if not answer.entries else "answer.count_more" if answer.more else "answer.count"
    head = label(key, question.language, title=title, count=len(answer.entries))
    shown = answer.entries[:_SHOWN]
    note = question.say("title.narrow") if answer.more or len(shown) < len(answer.entries) else ""
    return await _list(question, shown, head, note)


async def areas(question: Question) -> AsyncIterator[Reply]:
    """Answer with the areas and their commits of the last seven days, or of one day (`on`)."""
    if question.value("on"):
        async for reply in areas_of_day(question):
            yield reply
        return
    repo = _one_or_all(question)
    core = question.desk.core

    def look() -> tuple[list[commands.AreaCount], datetime]:
        rows = commands.list_areas(core, question.language, repo, question.visible)
        return rows, commands.newest_known(core, repo, question.visible) or core.now()

    rows, newest = await _from_store(question, look)
    last = newest.astimezone(ZoneInfo(question.zone(repo or ""))).date()
    counted = [row for row in rows if row.commits]
    other = question.listed(row.name for row in rows if not row.commits)
    yield Sheet(
        title=question.say("title.areas", day=say_day(last, question.language)),
        columns=tuple(question.say(f"column.{name}") for name in ("area", "commits", "high")),
        rows=tuple((row.name, str(row.commits), str(row.high) if row.high else "–") for row in counted),
        language=question.language,
        note=question.say("title.areas_other", names=other) if other else "",
        actions=tuple(
            Button(question.say("button.show"), f"area {row.key}" + (f" repository={repo}" if repo else ""))
            for row in counted
        ),
    )


async def regenerate(question: Question) -> AsyncIterator[Reply]:
    """Read a commit again, and show that where it was posted."""
    entry = await known_commit(question, question.command.text)
    yield question.working("working.commit", sha=entry.commit.short)
    anew = await _read(question, entry.commit.repo, entry.commit.sha, anew=True)
    yield await _detail(question, anew)
    if anew.analysis != entry.analysis:
        await mend_posts(question, entry.commit)


async def _from_store(question: Question, look: Callable[[], T]) -> T:
    """Look into the store; raise Mistake where nothing of what is asked about was read yet."""
    try:
        return await question.desk.work.quick(look)
    except NotFound:
        raise Mistake("mistake.nothing_known") from None


def _one_or_all(question: Question) -> str | None:
    """Return the repository that is named, or None for all that may be seen from here."""
    wanted = question.value("repository")
    if wanted:
        return question.seen(wanted)
    if not question.visible:
        question.repository()  # says why
    return None
