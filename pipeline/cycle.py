"""One whole cycle, the main path of Afterword: read this first.

Stages meet only in the store and are idempotent: each can be run, repeated or killed alone. There is no tally stage:
tallies change in the transactions that change what they count.
"""

from dataclasses import dataclass

from core.clock import Clock, now
from core.settings import Settings
from crawlers.job import CrawlCrashed
from metrics.aspects import dictionary
from pipeline.alerting import check_alerts, deliver_alerts
from pipeline.crawling import crawl
from pipeline.labelling import label_new, waiting
from pipeline.progress import bar
from pipeline.screening import Screened, screen_new, unscreened
from pipeline.topics import TopicsTold, tell_topics
from pipeline.topics import waiting as waiting_for_topics
from sentiment import load
from store.database import Database
from store.heartbeats import CYCLE, beat


@dataclass(frozen=True, slots=True)
class CycleResult:
    """What a cycle did."""

    crawled: int
    added: int
    labelled: int
    duplicates: int
    suspects: int
    topics_told: int
    alerts_opened: int
    alerts_closed: int
    delivered: int


def run_cycle(
    db: Database,
    settings: Settings,
    *,
    clock: Clock,
    brand: str | None = None,
    base_url: str | None = None,
    only_due: bool = False,
) -> CycleResult:
    """Crawl all feeds (or those that are due), label what is new, find copies and topics, raise alerts, tell people.

    A crawl that crashed stops none of the rest: people are told of it then, and it is raised at the end.
    """
    crash, runs = None, []
    try:
        runs = crawl(db, settings, brand=brand, base_url=base_url, only_due=only_due)
    except CrawlCrashed as error:
        crash = error
    labeller = load(settings.model, meanings=settings.model_labels)
    with bar("labelling", total=waiting(db, labeller, clock=clock)) as advance:
        labelled = label_new(db, labeller, clock=clock, advance=advance)
    screened = screen(db, clock=clock)
    topics = topics_told(db, settings)
    changes = check_alerts(db, settings, as_of=clock(), brand=brand)
    delivered = deliver_alerts(db, settings, clock=clock)
    with db.write.begin() as session:
        beat(session, CYCLE, now=now())  # whatever moment was replayed: it tells whether the schedule lives
    if crash:
        raise crash
    return CycleResult(
        crawled=len(runs),
        added=sum(run.added for run in runs),
        labelled=labelled.mentions,
        duplicates=screened.duplicates,
        suspects=screened.suspects,
        topics_told=topics.mentions + topics.responses,
        alerts_opened=len(changes.opened),
        alerts_closed=len(changes.closed),
        delivered=delivered,
    )


def screen(db: Database, *, clock: Clock) -> Screened:
    """Find copies and suspects among what is new, with a progress bar."""
    with bar("looking for copies", total=unscreened(db)) as advance:
        return screen_new(db, clock=clock, advance=advance)


def topics_told(db: Database, settings: Settings) -> TopicsTold:
    """Tell the topics of what is new, by the dictionary of the settings, with a progress bar."""
    known = dictionary(settings.dictionary)
    with bar("telling topics", total=waiting_for_topics(db, known)) as advance:
        return tell_topics(db, known, advance=advance)
