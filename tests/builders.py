"""Short ways to say what a test's world holds."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from core.labels import CLASSES, Label
from store.brands import ids_made
from store.database import Database
from store.labels import NewLabel, labeller_id, waiting_pages, write_labels
from store.mentions import Kept, NewMention, keep_mentions
from store.models import Brand, Channel, Location
from store.surveys import NewResponse, keep_responses

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


class World:
    """One brand in one database, spoken of in slugs."""

    def __init__(self, db: Database, brand: Brand) -> None:
        self.db, self.brand = db, brand

    def channel(self, slug: str) -> int:
        with self.db.write.begin() as session:
            return ids_made(session, Channel, self.brand.id, [slug])[slug]

    def location(self, slug: str) -> int:
        with self.db.write.begin() as session:
            return ids_made(session, Location, self.brand.id, [slug])[slug]

    def mention(self, native_id: str, text: str = "some words", **fields: Any) -> NewMention:
        place, channel = fields.pop("location", None), fields.pop("channel", "maps")
        return NewMention(
            native_id=native_id,
            text=text,
            published_at=fields.pop("published_at", NOW),
            channel_id=self.channel(channel),
            location_id=self.location(place) if place else None,
            **fields,
        )

    def keep(self, *mentions: NewMention) -> Kept:
        with self.db.write.begin() as session:
            return keep_mentions(session, self.brand, mentions, now=NOW)

    def answers(self, scores: Iterable[int], *, first_id: int = 0, **fields: Any) -> Kept:
        place, channel = fields.pop("location", None), self.channel(fields.pop("channel", "tablet"))
        location_id = self.location(place) if place else None
        given = [
            NewResponse(
                channel_id=channel,
                location_id=location_id,
                native_id=str(number),
                score=score,
                score_given=score,
                responded_at=fields.get("responded_at", NOW),
                comment=fields.get("comment"),
            )
            for number, score in enumerate(scores, first_id)
        ]
        with self.db.write.begin() as session:
            return keep_responses(session, self.brand, given, now=NOW)

    def label_all(self, label: Label, version: str = "test-1") -> int:
        """Give every waiting mention this label, as a labeller of this version would."""
        with self.db.write.begin() as session:
            model = labeller_id(session, version, now=NOW)
        done = 0
        shares = {known.value: 0.8 if known is label else 0.1 for known in CLASSES}
        for page in waiting_pages(self.db.read, model, size=100):
            new = [
                NewLabel(
                    mention_id=one.id,
                    content_hash=one.content_hash,
                    **shares,
                    opinion=0.2 if label is Label.UNKNOWN else 0.9,
                    label=label,
                    language="en",
                    rating=one.rating,
                )
                for one in page
            ]
            with self.db.write.begin() as session:
                done += write_labels(session, model, new)
        return done
