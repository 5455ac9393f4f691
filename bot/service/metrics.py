"""The process's metrics for Prometheus: what was delivered and how late, what was read and spent, how busy it is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from analysis.sources.github_errors import expiry
from bot.delivery.feeds import KINDS, REMEMBERED, covered, due, kind_of
from bot.port.platform import Conversation, Later, Posted, Refused, Transport, Unsure
from formatters.reply import Reply
from storage.deliveries import Delivery, State
from storage.feeds import Feed
from storage.incidents import Incidents

if TYPE_CHECKING:
    from bot.service.assembly import Assembly
    from bot.service.readiness import Readiness

_FEED = ("feed", "platform", "repository")
_LATE = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400)


class Metrics:
    """The counters of one process, and what the store counts for all of them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, CPU time, open files
        self._github = Counter(
            "daybrief_github_requests", "GitHub's responses, by status.", ["status"], registry=self.registry
        )
        self._github_said = _GitHubSaid()
        self.registry.register(self._github_said)
        self._refused = Counter(
            "daybrief_refused_requests", "Requests that were refused, by route and status.", ["route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.calls = Counter(
            "daybrief_platform_calls", "Posts, edits and searches, by outcome.", ["platform", "call", "outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.lag = Gauge("daybrief_loop_lag_seconds", "How late the event loop last was.", registry=self.registry)
        self._ready = Gauge(
            "daybrief_ready", "Whether a part works: each platform, GitHub, the model, the store, the scheduler.", ["part"],
            registry=self.registry,
        )  # fmt: skip
        self._readiness: Readiness | None = None
        self.late = Histogram(
            "daybrief_digest_late_seconds",
            "Seconds from the due time to the post.",
            buckets=_LATE,
            registry=self.registry,
        )

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        """Count an answer from GitHub; called on any thread."""
        self._github.labels(str(status)).inc()
        self._github_said.take(headers)

    def answered(self, request: web.Request, status: int) -> None:
        """Count a refused request to us."""
        if status >= HTTPStatus.BAD_REQUEST:
            resource = request.match_info.route.resource
            self._refused.labels(resource.canonical if resource else "unknown", str(status)).inc()

    def posted(self, delivery: Delivery, now: datetime) -> None:
        """Record how late something was posted."""
        if delivery.order.kind in KINDS:
            self.late.observe(max((now - delivery.order.due_at).total_seconds(), 0.0))

    def watch(self, assembly: "Assembly", readiness: "Readiness | None" = None) -> None:
        """Also report what the store and the assembly count, and what is ready."""
        self.registry.register(_Stored(assembly))
        self._readiness = readiness

    async def note_readiness(self) -> None:
        """Record which parts work now, for `text`."""
        if self._readiness:
            for name, trouble in (await self._readiness.troubles()).items():
                self._ready.labels(name).set(not trouble)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format. Reads the store."""
        return generate_latest(self.registry)


class _GitHubSaid(Collector):
    """What GitHub's answers say about our token; nothing until the first answer."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._limit: int | None = None
        self._expires: datetime | None = None

    def take(self, headers: Mapping[str, str]) -> None:
        """Read an answer's headers; the limit is REST's, not that of searches or GraphQL."""
        left, limit = headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-limit", "")
        if headers.get("x-ratelimit-resource", "core") == "core" and left.isdigit():
            self._left = int(left)
            self._limit = int(limit) if limit.isdigit() else self._limit
        self._expires = expiry(headers) or self._expires

    def collect(self) -> Iterable[Metric]:
        if self._left is not None:
            text = "GitHub requests left until the limit is reset."
            yield GaugeMetricFamily("daybrief_github_requests_left", text, self._left)
        if self._limit is not None:
            yield GaugeMetricFamily("daybrief_github_requests_limit", "Requests an hour.", self._limit)
        if self._expires is not None:
            text = "When GitHub's token expires, in seconds since 1970."
            yield GaugeMetricFamily("daybrief_github_token_expiry_timestamp_seconds", text, self._expires.timestamp())


class _Stored(Collector):
    """What is counted in the store, read on request."""

    def __init__(self, assembly: "Assembly") -> None:
        self._assembly = assembly

    def collect(self) -> Iterable[Metric]:
        assembly = self._assembly
        digests = CounterMetricFamily("daybrief_deliveries", "Deliveries, by kind and state.", labels=["kind", "state"])
        for (kind, state), count in assembly.deliveries.counts().items():
            digests.add_metric([kind, state], count)
        yield digests
        analyses = CounterMetricFamily("daybrief_analyses", "Analyses, by result.", labels=["result"])
        tokens = CounterMetricFamily("daybrief_model_tokens", "Tokens used by the model.", labels=["direction"])
        calls = CounterMetricFamily("daybrief_model_calls", "Calls to the model.", labels=["result"])
        totals = assembly.core.stores.digests.totals()
        analyses.add_metric(["analysed"], totals["analysed"])
        analyses.add_metric(["failed"], totals["failed"])
        tokens.add_metric(["in"], totals["tokens_in"])
        tokens.add_metric(["out"], totals["tokens_out"])
        calls.add_metric(["answered"], totals["calls"])
        calls.add_metric(["retried"], totals["retries"])
        yield from (analyses, tokens, calls)
        looks = CounterMetricFamily("daybrief_polls", "Checks of repositories, by result.", labels=["result"])
        for result, count in assembly.polls.looks.items():
            looks.add_metric([result], count)
        yield looks
        yield GaugeMetricFamily("daybrief_queue", "Long readings running or waiting.", assembly.work.under_way)
        feeds = assembly.feeds.all()
        paused = GaugeMetricFamily("daybrief_feeds", "Feeds, by whether they are active.", labels=["state"])
        paused.add_metric(["active"], sum(not feed.paused for feed in feeds))
        paused.add_metric(["paused"], sum(bool(feed.paused) for feed in feeds))
        yield paused
        yield from self._by_feed([feed for feed in feeds if not feed.paused])
        late = [seconds for feed in feeds if (seconds := self._overdue(feed)) is not None]
        yield GaugeMetricFamily("daybrief_digests_overdue", "Posts that are due and not posted yet.", len(late))
        text = "How late the most overdue post is, in seconds."
        yield GaugeMetricFamily("daybrief_digest_overdue_seconds", text, max(late, default=0.0))

    def _by_feed(self, feeds: Iterable[Feed]) -> Iterable[Metric]:
        """Report for each active feed how long ago it was polled and posted, and how long it has been failing."""
        assembly, now = self._assembly, self._assembly.core.now()
        polled = GaugeMetricFamily(
            "daybrief_feed_poll_age_seconds",
            "Seconds since the last successful check of the feed's repository.",
            labels=_FEED,
        )
        posted = GaugeMetricFamily(
            "daybrief_feed_post_age_seconds", "Seconds since the feed's last post.", labels=_FEED
        )
        broken = GaugeMetricFamily(
            "daybrief_feed_broken_seconds",
            "For how many seconds the feed has not been able to do its work.",
            labels=[*_FEED, "cause"],
        )
        incidents = Incidents(assembly.core.stores.store).open()
        for feed in feeds:
            labels = [str(feed.id), feed.platform, feed.repository]
            if moment := assembly.polls.read_at(feed.place):
                polled.add_metric(labels, (now - moment).total_seconds())
            found = assembly.deliveries.of(kind_of(feed), str(feed.id), (now - REMEMBERED).date())
            if moment := max((one.posted_at for one in found if one.posted_at), default=None):
                posted.add_metric(labels, (now - moment).total_seconds())
            if incident := incidents.get(feed.id):
                cause = incident.cause.removeprefix("cause.")
                broken.add_metric([*labels, cause], (now - incident.since).total_seconds())
        yield from (polled, posted, broken)

    def _overdue(self, feed: Feed) -> float | None:
        """Return for how many seconds a feed's post has been overdue; None if none is."""
        now, kind = self._assembly.core.now(), kind_of(feed)
        deliveries = self._assembly.deliveries.of(kind, str(feed.id), (now - REMEMBERED).date())
        told = [one for one in deliveries if one.state is not State.POSTING]
        owed = due(feed, covered(feed, told, now), now)
        return (now - owed.at).total_seconds() if owed else None


class Counted:
    """A transport whose calls are counted."""

    def __init__(self, inner: Transport, metrics: Metrics) -> None:
        self._inner = inner
        self._metrics = metrics

    @property
    def name(self) -> str:
        """The inner transport's."""
        return self._inner.name

    async def run(self, conversation: Conversation) -> None:
        """Run the inner transport."""
        await self._inner.run(conversation)

    async def close(self) -> None:
        """Close the inner transport."""
        await self._inner.close()

    async def disconnected(self) -> str:
        """Ask the inner transport."""
        return await self._inner.disconnected()

    async def examine(self, channels: Sequence[str], people: Sequence[str] = ()) -> list[str]:
        """Examine through the inner transport."""
        return await self._inner.examine(channels, people)

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Post through the inner transport."""
        with _Call(self._metrics, self.name, "post"):
            return await self._inner.post(channel, reply, key)

    async def find(self, channel: str, key: str) -> Posted | None:
        """Look through the inner transport."""
        with _Call(self._metrics, self.name, "find"):
            return await self._inner.find(channel, key)

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Edit through the inner transport."""
        with _Call(self._metrics, self.name, "edit"):
            return await self._inner.edit(posted, reply)

    async def direct(self, user: str) -> str:
        """Find direct messages through the inner transport."""
        with _Call(self._metrics, self.name, "direct"):
            return await self._inner.direct(user)


class _Call:
    """Counts one call by its outcome."""

    def __init__(self, metrics: Metrics, platform: str, call: str) -> None:
        self._metrics, self._platform, self._call = metrics, platform, call

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        names: dict[type[BaseException] | None, str] = {
            None: "done",
            Unsure: "unsure",
            Refused: "refused",
            Later: "later",
        }
        self._metrics.calls.labels(self._platform, self._call, names.get(kind, "failed")).inc()
