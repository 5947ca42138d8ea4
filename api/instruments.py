"""What /metrics tells of crawls, feeds, labels, alerts and cycles: a few grouped reads, as Prometheus has it.

Without brands where nobody showed a key: who is watched is a customer's affair. Labels are words of ours (kind,
outcome), so that the number of series does not grow with what is crawled.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from store.alerts import open_alert_counts
from store.crawl_tallies import DONE, CrawlTotal, crawl_totals
from store.database import ReadSession
from store.feed_states import FeedState, feed_states
from store.feeds import last_crawled_at
from store.heartbeats import CYCLE, last_beat
from store.labels import unlabelled_counts

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readings:
    """Everything that is told, read at one moment."""

    now: datetime
    totals: list[CrawlTotal]
    feeds: list[FeedState]
    alerts: list[tuple[str, str, int]]
    """Brand, kind, open ones."""
    unlabelled: list[tuple[str, int]]
    last_crawl_at: datetime | None
    last_cycle_at: datetime | None


def readings(session: ReadSession, now: datetime) -> Readings:
    """Read all of it: seven statements, whatever there is."""
    return Readings(
        now=now,
        totals=crawl_totals(session),
        feeds=feed_states(session),
        alerts=open_alert_counts(session),
        unlabelled=unlabelled_counts(session),
        last_crawl_at=last_crawled_at(session),
        last_cycle_at=last_beat(session, CYCLE),
    )


def exposition(read: Readings, brands: frozenset[str] | None) -> bytes:
    """The text that Prometheus reads: all brands in one (none), or these apart, each by a label."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(read, brands))
    return generate_latest(registry)


class _Collector:
    """Prometheus's collector over what was read."""

    def __init__(self, read: Readings, brands: frozenset[str] | None) -> None:
        self.read, self.brands = read, brands

    def collect(self) -> Iterator[Metric]:
        """Every family, those of the whole service last."""
        read = self.read
        yield from self._crawls()
        yield from self._feeds()
        # None at all is a number too: a series that is absent raises no alarm.
        waiting: list[tuple[str, Labels, float]] = [(brand, (), 0) for brand in self.brands or {""}]
        waiting += [(brand, (), count) for brand, count in read.unlabelled]
        yield self._gauge("mentions_unlabelled", "Mentions that no labeller has labelled.", (), waiting)
        yield self._gauge(
            "alerts_open", "Alerts that are open.", ("kind",), ((brand, (kind,), n) for brand, kind, n in read.alerts)
        )
        yield from self._ages()

    def _crawls(self) -> Iterator[Metric]:
        totals = self.read.totals
        crawls = ((one.brand, (one.kind, one.outcome), one.crawls) for one in totals)
        yield self._counter("crawls", "Crawls that ended, by how.", ("kind", "outcome"), crawls)
        done = ((one.brand, (one.kind, what), one.done[what]) for one in totals for what in DONE)
        what = (
            "Mentions read by crawls (seen), and what became of them: added, changed, dropped as unreadable, filtered "
            "out by the feed's query, removed at their source."
        )
        yield self._counter("crawled_mentions", what, ("kind", "what"), done)

    def _feeds(self) -> Iterator[Metric]:
        now, active = self.read.now, [feed for feed in self.read.feeds if not feed.is_paused]
        states = ((feed.brand, (feed.kind, feed.last_outcome or "none"), 1) for feed in active)
        yield self._gauge("feeds", "Feeds that are crawled, by how the last crawl ended.", ("kind", "outcome"), states)
        paused = ((feed.brand, (feed.kind,), 1) for feed in self.read.feeds if feed.is_paused)
        yield self._gauge("feeds_paused", "Feeds that a person has paused.", ("kind",), paused)
        overdue = ((feed.brand, (feed.kind,), int(feed.is_overdue(now))) for feed in active)
        yield self._gauge(
            "feeds_overdue", "Feeds whose time has passed by two of their own pauses.", ("kind",), overdue
        )
        due = [(feed.brand, (feed.kind,), (feed.due_at - now).total_seconds()) for feed in active]
        yield self._gauge("next_crawl_seconds", "Until the next crawl; below 0 one is due.", ("kind",), due, min)
        successes = [
            (feed.brand, (feed.kind,), (now - feed.last_success_at).total_seconds())
            for feed in active
            if feed.last_success_at
        ]
        newest = "Since the last success of any feed of a kind."
        yield self._gauge("last_success_age_seconds", newest, ("kind",), successes, min)
        oldest = "Since the last success of the feed of a kind that has waited longest."
        yield self._gauge("oldest_success_age_seconds", oldest, ("kind",), successes, max)

    def _ages(self) -> Iterator[Metric]:
        for name, words, at in (
            ("last_cycle_age_seconds", "Since a whole cycle last came to its end.", self.read.last_cycle_at),
            ("last_crawl_age_seconds", "Since any crawl last came to its end.", self.read.last_crawl_at),
        ):
            if at is not None:
                yield GaugeMetricFamily(f"afterword_{name}", words, value=(self.read.now - at).total_seconds())

    def _counter(self, name: str, words: str, labels: Labels, rows: Iterable[tuple[str, Labels, float]]) -> Metric:
        family = CounterMetricFamily(f"afterword_{name}", words, labels=self._named(labels))
        for values, number in self._summed(rows, sum):
            family.add_metric(values, number)
        return family

    def _gauge(
        self,
        name: str,
        words: str,
        labels: Labels,
        rows: Iterable[tuple[str, Labels, float]],
        of: Callable[[list[float]], float] = sum,
    ) -> Metric:
        family = GaugeMetricFamily(f"afterword_{name}", words, labels=self._named(labels))
        for values, number in self._summed(rows, of):
            family.add_metric(values, number)
        return family

    def _named(self, labels: Labels) -> Labels:
        return labels if self.brands is None else ("brand", *labels)

    def _summed(
        self, rows: Iterable[tuple[str, Labels, float]], of: Callable[[list[float]], float]
    ) -> list[tuple[Labels, float]]:
        """Rows of one set of labels as one number."""
        groups: dict[Labels, list[float]] = defaultdict(list)
        for brand, labels, number in rows:
            if self.brands is None:
                groups[labels].append(number)
            elif brand in self.brands:
                groups[brand, *labels].append(number)
        return [(labels, of(numbers)) for labels, numbers in sorted(groups.items())]
