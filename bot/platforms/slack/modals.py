"""Answers in views: in a modal that was submitted or in which a control was used, in one opened over the Home tab, and in that tab."""

import logging
import uuid
from dataclasses import replace

from bot.platforms.slack.posts import Posts
from bot.platforms.slack.surfaces import Origin, carried_by, patiently
from bot.platforms.slack.talk import Talk
from bot.platforms.slack.web import Json, Web
from bot.port.platform import Answer, Later
from formatters.reply import Form, Note, Reply
from formatters.slack.views import answer_view, form_again, form_view, home_view

_LOG = logging.getLogger(__name__)


class Modal:
    """Answers in the modal that was submitted, or in which a control was used."""

    def __init__(self, origin: Origin, web: Web, posts: Posts) -> None:
        self._origin, self._web, self._posts = origin, web, posts
        self._view_id = str((origin.view or {}).get("id", ""))

    async def show(self, answer: Answer) -> None:
        """Show an answer, replacing the previous one; see Surface."""
        view = self._view(answer.reply)
        if self._view_id:
            await patiently(lambda: self._web.tell("views.update", view_id=self._view_id, view=view))
        else:
            opened = await self._web.tell("views.open", trigger_id=self._origin.trigger, view=view)
            self._view_id = str(opened["view"]["id"])
        channel = self._origin.request.asker.channel
        if answer.public and not isinstance(answer.reply, Form):
            await self._posts.show(channel, answer.reply, uuid.uuid4().hex)

    async def close(self) -> None:
        """Do nothing: a modal stays as it is."""

    def _view(self, reply: Reply) -> Json:
        origin = self._origin
        if isinstance(reply, Form):
            return form_view(reply, carried_by(reply, origin))
        sent = origin.view or {}
        if isinstance(reply, Note) and reply.tone == "problem" and sent.get("submit"):
            return form_again(sent, reply)
        return answer_view(reply, "Daybrief", origin.language, origin.carried)


class Home(Modal):
    """Answers actions in the Home tab in a modal above it, and the tab's own request in the tab."""

    def __init__(self, origin: Origin, web: Web, posts: Posts) -> None:
        super().__init__(origin, web, posts)
        self._view_id = ""

    async def show(self, answer: Answer) -> None:
        """Show an answer, replacing the previous one; see Surface."""
        if self._origin.trigger:
            try:
                await super().show(answer)
            except Later as late:
                if self._view_id:
                    raise
                _LOG.info("a modal could not be opened: %s", late)
                await Talk(replace(self._origin, trigger=""), self._web, self._posts).show(answer)
        elif not (isinstance(answer.reply, Note) and answer.reply.tone == "working"):
            view = home_view(answer.reply)
            user = self._origin.request.asker.user
            await patiently(lambda: self._web.tell("views.publish", user_id=user, view=view))
