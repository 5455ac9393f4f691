"""The settings, one class per table: their names, allowed values and defaults.

The module is long because it is a reference: whoever looks for a setting finds all of them in one place, beside what they may be.
"""

from datetime import time
from typing import Annotated, Literal

import pydantic
from pydantic import Field, SecretStr

from analysis.entry import Usage
from analysis.i18n.language import Language
from bot.settings.values import (
    Address,
    BranchPatterns,
    Clock,
    Expressions,
    File,
    Gateway,
    Globs,
    Listed,
    Logins,
    Names,
    Network,
    Outlets,
    Patterns,
    PlatformUsers,
)

ARCHIVE = "/archive"
"""Where the bot's own server has the archive."""
_SHORTEST_TOKEN = 16


class _Table(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


class StoreSettings(_Table):
    """[store]: where Daybrief keeps its data."""

    path: File | None = Field(
        default=None, description="the SQLite file; default: `daybrief/daybrief.db` in the user's data folder"
    )
    diff_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=90,
        description="how many days the bot keeps the diffs of commits; the analyses are kept for good; `0`: for ever",
    )


class GitHubSettings(_Table):
    """[github]: the server that repositories are read from."""

    base_url: Address = Field(
        default="https://api.github.com",
        description="address of the API; on a GitHub Enterprise server it ends in /api/v3",
    )
    token: SecretStr = Field(
        default=SecretStr(""),
        description="a token that can read the repositories; without one, GitHub allows 60 requests an hour",
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="the secret that GitHub signs its webhook with, at least 16 characters; default: no webhook",
    )
    app_id: str = Field(
        default="",
        description="instead of a token, the App ID or Client ID of a GitHub App; needs the next two as well",
    )
    app_installation: Annotated[int, Field(ge=0)] = Field(
        default=0, description="the number of the app's installation: the last part of its address on GitHub"
    )
    app_key: SecretStr = Field(
        default=SecretStr(""), description="the app's private key: the whole content of its .pem file"
    )
    pull_requests: bool = Field(
        default=True,
        description=(
            "also read what people wrote in pull requests, including for clones of repositories on GitHub; needs a token; "
            "default: `true`"
        ),
    )

    @property
    def signs_in(self) -> bool:
        """Whether GitHub is not asked anonymously."""
        return bool(self.token.get_secret_value() or self.app_id)

    @property
    def knows_labels(self) -> bool:
        """Whether pull requests, which have the labels, are read."""
        return self.pull_requests and self.signs_in

    @pydantic.model_validator(mode="after")
    def _signs_in_once(self) -> "GitHubSettings":
        parts = (bool(self.app_id), bool(self.app_installation), bool(self.app_key.get_secret_value()))
        if 0 < len(self.webhook_secret.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"webhook_secret should have {_SHORTEST_TOKEN} characters or more")
        if any(parts) and not all(parts):
            raise ValueError("an app takes app_id, app_installation and app_key: set all three")
        if all(parts) and self.token.get_secret_value():
            raise ValueError("there is a token and an app: keep one of them")
        return self


class ModelSettings(_Table):
    """[model]: the model that analyses, instead of the rules."""

    base_url: Address = Field(
        default="", description="address of an OpenAI-compatible server, usually ending in /v1; default: OpenAI's own"
    )
    name: str = Field(default="", description="the model's name; without one, the rules do the analysis")
    api_key: SecretStr = Field(default=SecretStr(""), description="the API key; your own server may not need one")
    deadline: Annotated[float, Field(gt=0, le=86_400)] = Field(
        default=180.0, description="the most seconds one call may take, including retries"
    )
    concurrency: Annotated[int, Field(ge=1, le=256)] = Field(
        default=16, description="how many calls run at the same time"
    )
    daily_tokens: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="tokens per day (UTC), input and output together; once they are used up, the rules do the rest; default: no limit",
    )
    price_in: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="price of a million input tokens, to show what a report cost"
    )
    price_out: Annotated[float, Field(ge=0)] | None = Field(
        default=None, description="price of a million output tokens"
    )

    def price(self, usage: Usage) -> float | None:
        """Return what questions have cost; None where no prices are set, or nothing was asked."""
        if self.price_in is None or self.price_out is None or not usage.calls:
            return None
        return (usage.tokens_in * self.price_in + usage.tokens_out * self.price_out) / 1_000_000


class WebSettings(_Table):
    """[web]: the archive as pages, and who may read them."""

    host: str = Field(
        default="127.0.0.1", description="the address `daybrief web` listens on; 0.0.0.0 for all interfaces"
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8321, description="the port it listens on; 0: any free one"
    )
    url: Address = Field(
        default="",
        description="the address readers open it at, such as https://daybrief.example.com, for links in feeds and posts",
    )
    access: Literal["none", "token", "proxy"] = Field(
        default="none",
        description="who may read it; `none`: anyone who can reach it; `token`: anyone with the token; `proxy`: users that a reverse proxy has signed in",
    )
    token: SecretStr = Field(default=SecretStr(""), description="with access token: the token, at least 16 characters")
    user_header: str = Field(
        default="X-Forwarded-User", description="with access proxy: the header that holds the user's name"
    )
    proxies: Annotated[tuple[Network, ...], Listed] = Field(
        default=("127.0.0.1", "::1"),
        description="with access proxy: the addresses or networks that header is trusted from; by default this machine, so any local user",
    )
    repositories: Names = Field(
        default=("*",),
        description="repositories that every reader may see, as patterns such as example/*; default: all",
    )
    users: dict[str, Names] = Field(
        default={},
        description="with access proxy: further repositories that single users may see, as NAME = [patterns]",
    )
    zone: str = Field(default="", description="IANA time zone of the archive's days; default: the machine's")

    @pydantic.model_validator(mode="after")
    def _has_token(self) -> "WebSettings":
        if self.access == "token" and len(self.token.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"access is token: set a token of {_SHORTEST_TOKEN} characters or more")
        return self


class AreaSettings(_Table):
    """[areas.NAME]: an area of your own, or additions to a known one."""

    en: str = Field(default="", description="the area's name in English")
    zh: str = Field(default="", description="the area's name in Chinese")
    words: Names = Field(
        default=(), description="words that mean the area anywhere: in tags, titles and parts of paths"
    )
    tags: Names = Field(default=(), description="words that mean it only as a tag, prefix or scope in a title")
    paths: Expressions = Field(
        default=(), description="regular expressions matched against the path, which starts with a /"
    )


class PersonSettings(_Table):
    """[people.LOGIN]: who a GitHub account is on the platforms; authors' names link there."""

    slack: Annotated[str, Field(pattern=r"^([UW][A-Z0-9]+)?$")] = Field(
        default="", description="the person's member id in Slack, such as U024BE7LH"
    )
    discord: Annotated[str, Field(pattern=r"^\d*$")] = Field(
        default="", description="the person's id on Discord, such as 80351110224678912"
    )


class SlackSettings(_Table):
    """[slack]: the Slack app; connected if there is a bot token."""

    base_url: Address = Field(default="https://slack.com/api/", description="address of the Web API")
    bot_token: SecretStr = Field(default=SecretStr(""), description="the bot's token, xoxb-…")
    app_token: SecretStr = Field(default=SecretStr(""), description="the app-level token for Socket Mode, xapp-…")
    signing_secret: SecretStr = Field(default=SecretStr(""), description="the app's signing secret; for mode http")
    client_id: str = Field(
        default="",
        description="the app's client ID, instead of bot_token, so that several workspaces can install it; for mode http",
    )
    client_secret: SecretStr = Field(default=SecretStr(""), description="the app's client secret; goes with client_id")
    mode: Literal["socket", "http"] = Field(
        default="socket",
        description="`socket`: the bot connects to Slack; `http`: Slack sends requests to [serve] host and port",
    )


class DiscordSettings(_Table):
    """[discord]: the Discord application; connected if there is a token."""

    base_url: Address = Field(default="https://discord.com/api/v10", description="address of the API")
    gateway_url: Gateway = Field(default="", description="address of the gateway; default: the one the API returns")
    token: SecretStr = Field(default=SecretStr(""), description="the bot's token")


class FeedSettings(_Table):
    """[[feeds]]: the digest of a channel, one table each; feeds set up in chat exist in addition."""

    platform: Literal["slack", "discord", "outlet", "terminal"] = Field(
        description="where the channel is: `slack`, `discord`, or `outlet` for one of [outlets]"
    )
    channel: str = Field(min_length=1, description="the channel's ID, such as C024BE91L; for an outlet, its name")
    workspace: str = Field(default="", description="the ID of the Slack workspace or Discord server")
    repository: str = Field(min_length=1, description="owner/name, or owner/name=folder for a clone")
    at: Clock = Field(default=time(9), description="the time it is posted, such as 09:00")
    zone: str = Field(default="", description="IANA time zone; default: the machine's")
    language: Language = Field(default="en", description="`en` or `zh`")
    least: Literal["high", "medium", "low"] = Field(
        default="low", description="the lowest importance shown: `high`, `medium` or `low`"
    )
    areas: Names = Field(default=(), description="only these areas; default: all")
    left_out: Names = Field(default=(), description="authors to leave out; `bots` for all bots")
    paths: Globs = Field(
        default=(),
        description="only commits that touch these paths, as patterns such as rust/** or *.proto; default: all",
    )
    labels: Names = Field(
        default=(), description="only commits from pull requests with one of these labels; default: all"
    )
    branches: BranchPatterns = Field(
        default=(), description="all branches that match these patterns, such as release/*; default: the default branch"
    )
    days: Literal["daily", "weekdays", "workdays", "weekly", "monthly"] = Field(
        default="daily",
        description=(
            "`daily`; `weekdays`: Monday's covers the weekend; `workdays`: weekends are left out; `weekly`: a look-back every "
            "Monday; `monthly`: a look-back on the 1st"
        ),
    )
    quiet: Literal["line", "nothing"] = Field(
        default="line", description="what to post on a day without commits: a `line` or `nothing`"
    )
    made_by: str = Field(default="", description="the ID of the person to notify when it fails")
    releases: Literal["", "final", "all"] = Field(
        default="",
        description="also announce each release as it comes out: only `final` ones, or `all`, including pre-releases",
    )
    uses: str = Field(
        default="",
        description="a file written by `daybrief uses scan`: whatever touches the names in it comes first in the digest",
    )

    @pydantic.model_validator(mode="after")
    def _looks_back_on_one(self) -> "FeedSettings":
        if self.branches and self.days in {"weekly", "monthly"}:
            raise ValueError("branches are followed day by day: choose other days, or leave branches out")
        return self


class AccessSettings(_Table):
    """[access]: who may see and do what, in addition to what a channel's feeds allow."""

    public: Patterns = Field(
        default=(), description="repositories that anyone may see anywhere, as patterns such as acme/*"
    )
    setup: Patterns = Field(
        default=("*",),
        description="repositories that may be set up in chat, as patterns; default: all that Daybrief can read",
    )
    admins: PlatformUsers = Field(
        default=(), description="people who may administer any channel, as slack:U024BE7LH or discord:80351110224678912"
    )


class ServeSettings(_Table):
    """[serve]: the bot's process."""

    host: str = Field(
        default="127.0.0.1",
        description="the address to listen on: for health, metrics, and requests from Slack and GitHub's webhook",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        default=8080, description="the port it listens on; 0: any free one"
    )
    poll_minutes: Annotated[float, Field(gt=0, le=10_080)] = Field(
        default=10.0,
        description="minutes between two checks of a repository; six times as long while GitHub's webhook reports what lands",
    )
    grace: Annotated[float, Field(gt=0, le=3_600)] = Field(
        default=20.0, description="seconds to let running work finish when the bot is stopped"
    )
    archive: bool = Field(
        default=False,
        description="`true`: also serve the archive under /archive, to those whom [web] lets in; default: `false`",
    )


class Settings(_Table):
    """Everything that can be configured."""

    store: StoreSettings = StoreSettings()
    github: GitHubSettings = GitHubSettings()
    model: ModelSettings = ModelSettings()
    web: WebSettings = WebSettings()
    areas: dict[str, AreaSettings] = {}
    people: Annotated[dict[str, PersonSettings], Logins] = {}
    slack: SlackSettings = SlackSettings()
    discord: DiscordSettings = DiscordSettings()
    outlets: Outlets = Field(
        default={},
        description="a place digests are only sent to, such as Feishu, Teams or a webhook: its Apprise address",
    )
    feeds: tuple[FeedSettings, ...] = ()
    access: AccessSettings = AccessSettings()
    serve: ServeSettings = ServeSettings()

    @property
    def archive(self) -> str:
        """The address under which readers reach the archive, without a slash at its end; empty for none."""
        url = self.web.url.rstrip("/")
        return url + ARCHIVE if url and self.serve.archive else url

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must appear nowhere."""
        slack = self.slack
        secrets = (
            self.github.token, self.github.app_key, self.github.webhook_secret, self.model.api_key, slack.bot_token, slack.app_token, slack.signing_secret,
            slack.client_secret, self.discord.token, self.web.token, *self.outlets.values(),
        )  # fmt: skip
        return tuple(value for secret in secrets if (value := secret.get_secret_value()))


MANY: dict[str, type[pydantic.BaseModel]] = {"areas": AreaSettings, "people": PersonSettings, "feeds": FeedSettings}
"""Settings with several tables each; they cannot be set through the environment."""


def table(name: str) -> type[pydantic.BaseModel]:
    """Return the class of a table's settings."""
    found = MANY.get(name) or Settings.model_fields[name].annotation
    assert isinstance(found, type)
    assert issubclass(found, pydantic.BaseModel)
    return found
