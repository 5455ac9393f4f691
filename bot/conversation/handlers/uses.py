"""Handlers about what people use: the file they send is parsed, stored for them alone, listed, and deleted on request."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

from analysis.errors import BadInput
from analysis.uses import Uses, read_uses
from bot.commands.mistakes import Mistake
from bot.conversation.context import CommandContext
from bot.delivery.posts import named
from bot.digests.uses import SENT, load_uses
from bot.port.platform import Attachment, Later
from formatters.reply import Button, Note, Reply, Sheet
from formatters.text.plain import clean
from storage.uses import Sent

_LOG = logging.getLogger(__name__)

_LARGEST = 256_000
"""Bytes of a file sent to us: some thousand names with their places."""
_MOST = 20
"""Files kept per person."""


async def uses(context: CommandContext) -> AsyncIterator[Reply]:
    """Accept the file attached to the request; without one, list the files sent, or delete one."""
    if context.request.attachment:
        yield await _taken(context, context.request.attachment)
    elif "forget" in context.command.flags:
        yield await _forgotten(context)
    else:
        yield await context.services.work.quick(lambda: _listed(context))


async def _taken(context: CommandContext, attachment: Attachment) -> Note:
    name = clean(attachment.name)[:80]
    if attachment.size > _LARGEST:
        raise Mistake("mistake.uses_large", name=name, most=f"{_LARGEST // 1000}")
    try:
        raw = await attachment.read()
    except Later:
        raise Mistake("mistake.uses_unread", name=name) from None
    if len(raw) > _LARGEST:
        raise Mistake("mistake.uses_large", name=name, most=f"{_LARGEST // 1000}")
    understood = await context.services.work.quick(lambda: _understood(raw, name))
    repo = context.seen(understood.repo)
    places = len({use.place for use in understood.uses if use.path})
    names = len({(use.kind, use.name) for use in understood.uses})
    if not names:
        raise Mistake("mistake.uses_empty", name=name)

    def keep() -> None:
        sent = context.services.core.stores.sent_uses
        if len([one for one in sent.of(context.owner) if one.repository.lower() != repo.lower()]) >= _MOST:
            raise Mistake("mistake.uses_many", most=str(_MOST))
        sent.put(context.owner, repo, raw.decode(), context.services.core.now())

    await context.services.work.quick(keep)
    number = (await context.services.work.quick(context.services.core.stores.commits.numbers)).get(repo, 0)
    return context.note(
        "receipt.uses",
        context.button("subscribe", named("subscribe uses", repo, number)),
        context.button("forget", named("uses forget", repo, number)),
        count=names,
        places=places,
        repo=repo,
    )


def _understood(raw: bytes, name: str) -> Uses:
    """Parse a file; errors are reported in a sentence, and nothing in it is executed."""
    try:
        return read_uses(raw.decode(), name)
    except (UnicodeDecodeError, BadInput):
        raise Mistake("mistake.uses_form", name=name) from None


async def _forgotten(context: CommandContext) -> Note:
    """Delete a file, and end subscriptions based on it, which could never match again."""
    repo, recipient = context.repository(), context.recipient

    def forget() -> bool:
        mine = context.services.subscriptions.of(recipient)
        ended = [one.id for one in mine if one.uses == SENT and one.repository.lower() == repo.lower()]
        context.services.subscriptions.revise(recipient, ended=ended)
        return context.services.core.stores.sent_uses.forget(context.owner, repo)

    if not await context.services.work.quick(forget):
        raise Mistake("mistake.uses_none", repo=repo)
    return context.note("done.uses_forgotten", repo=repo)


def used(context: CommandContext, repo: str) -> Uses | None:
    """Return what the asker uses of a repository, by their own file or else their channel's team's; None without one.

    A file that someone sent is not used in answers that everyone sees.
    """
    sent = "" if context.command.is_public else context.services.core.stores.sent_uses.get(context.owner, repo)
    if sent:
        return read_uses(sent)
    feed = next((one for one in context.feeds if one.uses and one.repository.lower() == repo.lower()), None)
    try:
        return load_uses(Path(feed.uses), repo) if feed else None
    except BadInput as problem:
        _LOG.warning("what %s uses is not known: %s", repo, problem)
        return None


def _listed(context: CommandContext) -> Reply:
    seen = {repo.lower() for repo in context.visible}
    sent = [one for one in context.services.core.stores.sent_uses.of(context.owner) if one.repository.lower() in seen]
    if not sent:
        return Note(context.say("sent.none"))
    numbers = context.services.core.stores.commits.numbers()
    return Sheet(
        title=context.say("sent.title"),
        columns=tuple(context.say(f"column.{name}") for name in ("repository", "names", "when")),
        rows=tuple(_row(context, one) for one in sent),
        language=context.language,
        note=context.say("sent.note"),
        actions=tuple(
            Button(context.say("button.forget"), named("uses forget", one.repository, numbers.get(one.repository, 0)))
            for one in sent
        ),
    )


def _row(context: CommandContext, sent: Sent) -> tuple[str, str, str]:
    names = {(use.kind, use.name) for use in read_uses(sent.text).uses}
    when = sent.at.astimezone(ZoneInfo(context.zone(sent.repository)))
    return sent.repository, str(len(names)), f"{when:%Y-%m-%d}"
