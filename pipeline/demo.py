"""The sample chain, through the ordinary stages: nothing below this module knows that it is a demo."""

from datetime import datetime, timedelta
from pathlib import Path

from core.clock import zone
from core.settings import Settings
from crawlers.new_feeds import NewFeed, add_new
from crawlers.watch import recognise
from pipeline.cycle import CycleResult, run_cycle
from pipeline.imports import ImportResult, import_survey
from pipeline.progress import bar
from pipeline.sample import Chain, chain, mentions, survey_file
from pipeline.sample.site import CANONICAL, SampleSite
from store.brands import add_brand, add_location, all_brands, find_brand, list_locations
from store.database import Database
from store.feeds import list_feeds
from store.identity import secret_of


def demo_settings(settings: Settings, folder: Path) -> Settings:
    """These settings with a database and a key of their own in this folder, no delay on loopback, and quiet logs."""
    folder.mkdir(parents=True, exist_ok=True)
    return settings.model_copy(
        update={
            "database_url": f"sqlite:///{folder / 'demo.db'}",
            "secret_key_file": folder / "secret.key",
            "crawl_delay_s": 0.0,
            "log_level": "WARNING",
        }
    )


def run_demo(db: Database, settings: Settings) -> tuple[ImportResult, CycleResult]:
    """Set the sample chain up, import its survey, and run one cycle over its site, served on loopback.

    The clock stands at the end of the sample's year, so that its last week is news. Twice is harmless.
    """
    sample, end = chain(), _end_of_sample()
    _set_up(db, sample, at=end)
    with bar("importing survey answers") as advance:
        imported = import_survey(
            db,
            sample.slug,
            survey_file(),
            columns={},
            secret=secret_of(settings),
            clock=lambda: end,
            advance=advance,
        )
    with SampleSite() as site:
        _watch(db, settings, sample, site.url, at=end)
        return imported, run_cycle(db, settings, clock=lambda: end, base_url=site.url)


def _end_of_sample() -> datetime:
    """The midnight after the last mention."""
    timezone = zone(chain().timezone)
    last = max(mention.published_at for mention in mentions()).astimezone(timezone)
    return last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _set_up(db: Database, sample: Chain, *, at: datetime) -> None:
    with db.write.begin() as session:
        if sample.slug not in {brand.slug for brand in all_brands(session)}:
            add_brand(session, sample.slug, name=sample.name, timezone=sample.timezone, now=at)
        brand = find_brand(session, sample.slug)
        known = {location.slug for location in list_locations(session, brand)}
        for club in sample.clubs:
            if club.slug not in known:
                add_location(session, brand, club.slug, name=club.name)


def _watch(db: Database, settings: Settings, sample: Chain, site_url: str, *, at: datetime) -> None:
    """Watch the club pages and feeds that are not watched yet, as `afterword watch` does."""
    with db.read() as session:
        watched = {row.feed.target for row in list_feeds(session, brand=sample.slug)}
    fresh = [feed for feed in sample.feeds if CANONICAL + feed.path not in watched]
    with bar("looking at addresses", total=len(fresh)) as advance:
        for feed in fresh:
            found = recognise(CANONICAL + feed.path, settings, base_url=site_url)
            with db.write.begin() as session:
                new = NewFeed(found.kind, found.target, feed.channel, feed.location)
                add_new(session, find_brand(session, sample.slug), new, now=at)
            advance(1)
