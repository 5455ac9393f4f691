"""What the process counts, for Prometheus: what was delivered and how late, what was read and spent, how busy it is."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.feeds import KINDS, REMEMBERED, covered, due, kind_of
from bot.platforms import Conversation, Later, Posted, Refused, Transport, Unsure
from formatters.reply import Reply
from storage.deliveries import Delivery, State
from storage.feeds import Feed

if TYPE_CHECKING:
    from bot.assembly import Assembly

_LATE = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400)


class Metrics:
    """The counters of one process, and what the store counts for all of them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._github = Counter(
            "daybrief_github_requests", "Answers of GitHub's, by status.", ["status"], registry=self.registry
        )
        self._github_left = _Left()
        self.registry.register(self._github_left)
        self.calls = Counter(
            "daybrief_platform_calls", "Posts, edits and searches, by outcome.", ["platform", "call", "outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.lag = Gauge("daybrief_loop_lag_seconds", "How late the event loop last was.", registry=self.registry)
        self.late = Histogram(
            "daybrief_digest_late_seconds", "From the due minute to the post.", buckets=_LATE, registry=self.registry
        )

    def heard(self, status: int, headers: Mapping[str, str]) -> None:
        """Count an answer of GitHub's; called on any thread."""
        self._github.labels(str(status)).inc()
        left = headers.get("x-ratelimit-remaining", "")
        if left.isdigit():
            self._github_left.count = int(left)

    def posted(self, delivery: Delivery, now: datetime) -> None:
        """Note how late something was posted."""
        if delivery.order.kind in KINDS:
            self.late.observe(max((now - delivery.order.due_at).total_seconds(), 0.0))

    def watch(self, assembly: "Assembly") -> None:
        """Also tell what the store and the assembly count."""
        self.registry.register(_Stored(assembly))

    def text(self) -> bytes:
        """Return everything in Prometheus' text format. Reads the store."""
        return generate_latest(self.registry)


class _Left(Collector):
    """What is left of GitHub's limit; nothing before GitHub has said it."""

    count: int | None = None

    def collect(self) -> Iterable[Metric]:
        if self.count is not None:
            text = "Requests left until the limit is renewed."
            yield GaugeMetricFamily("daybrief_github_requests_left", text, self.count)


class _Stored(Collector):
    """What is counted in the store, read when somebody asks."""

    def __init__(self, assembly: "Assembly") -> None:
        self._assembly = assembly

    def collect(self) -> Iterable[Metric]:
        assembly = self._assembly
        digests = CounterMetricFamily("daybrief_deliveries", "Deliveries, by kind and state.", labels=["kind", "state"])
        for (kind, state), count in assembly.deliveries.counts().items():
            digests.add_metric([kind, state], count)
        yield digests
        analyses = CounterMetricFamily("daybrief_analyses", "Analyses, by result.", labels=["result"])
        tokens = CounterMetricFamily("daybrief_model_tokens", "Tokens of the model.", labels=["direction"])
        calls = CounterMetricFamily("daybrief_model_calls", "Calls of the model.", labels=["result"])
        totals = assembly.core.digests.totals()
        analyses.add_metric(["analysed"], totals["analysed"])
        analyses.add_metric(["failed"], totals["failed"])
        tokens.add_metric(["in"], totals["tokens_in"])
        tokens.add_metric(["out"], totals["tokens_out"])
        calls.add_metric(["answered"], totals["calls"])
        calls.add_metric(["retried"], totals["retries"])
        yield from (analyses, tokens, calls)
        looks = CounterMetricFamily("daybrief_polls", "Looks at repositories, by result.", labels=["result"])
        for result, count in assembly.polls.looks.items():
            looks.add_metric([result], count)
        yield looks
        yield GaugeMetricFamily("daybrief_queue", "Long readings under way or waiting.", assembly.work.under_way)
        feeds = assembly.feeds.all()
        paused = GaugeMetricFamily("daybrief_feeds", "Feeds, by whether they are active.", labels=["state"])
        paused.add_metric(["active"], sum(not feed.paused for feed in feeds))
        paused.add_metric(["paused"], sum(bool(feed.paused) for feed in feeds))
        yield paused
        late = [seconds for feed in feeds if (seconds := self._overdue(feed)) is not None]
        yield GaugeMetricFamily("daybrief_digests_overdue", "Posts that are due and do not stand yet.", len(late))
        text = "How late the latest of the posts is that do not stand yet."
        yield GaugeMetricFamily("daybrief_digest_overdue_seconds", text, max(late, default=0.0))

    def _overdue(self, feed: Feed) -> float | None:
        """Return for how many seconds a feed's post has been due; None where none is."""
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

    async def post(self, channel: str, reply: Reply, key: str) -> Posted:
        """Post by the inner transport."""
        with _Call(self._metrics, self.name, "post"):
            return await self._inner.post(channel, reply, key)

    async def find(self, channel: str, key: str) -> Posted | None:
        """Look by the inner transport."""
        with _Call(self._metrics, self.name, "find"):
            return await self._inner.find(channel, key)

    async def edit(self, posted: Posted, reply: Reply) -> Posted:
        """Edit by the inner transport."""
        with _Call(self._metrics, self.name, "edit"):
            return await self._inner.edit(posted, reply)

    async def direct(self, user: str) -> str:
        """Find direct messages by the inner transport."""
        with _Call(self._metrics, self.name, "direct"):
            return await self._inner.direct(user)


class _Call:
    """Counts one call by how it ends."""

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
