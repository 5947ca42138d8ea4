"""Label what has no label of the current model: page by page, each text once, safe to stop at any moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.clock import Clock
from pipeline.progress import Advance, silent
from sentiment import Labeller, Opinion
from sentiment.fusion import fused
from sentiment.texts import asked
from store.database import Database
from store.labels import NewLabel, Unlabelled, count_waiting, known_labels, labeller_id, waiting_pages, write_labels

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Labelled:
    """How many mentions were labelled, and how many texts the model had to read for it."""

    mentions: int = 0
    texts_read: int = 0


def waiting(db: Database, labeller: Labeller, *, clock: Clock, everything: bool = False) -> int:
    """How many mentions the next `label_new` will label."""
    model = _model(db, labeller, clock)
    with db.read() as session:
        return count_waiting(session, model, everything=everything)


def label_new(
    db: Database, labeller: Labeller, *, clock: Clock, everything: bool = False, advance: Advance = silent
) -> Labelled:
    """Label every mention that this labeller's version has not labelled (`everything`: all, also those it has).

    Each page of 1,000 is committed with its tallies, so a killed run goes on where it stopped. A text that occurs in
    several mentions, or that this version has read before, is not read again.
    """
    model = _model(db, labeller, clock)
    mentions = texts_read = 0
    for page in waiting_pages(db.read, model, size=PAGE, everything=everything):
        known = {} if everything else _known(db, model, page)
        read = _read(labeller, [one for one in page if one.content_hash not in known])
        labels = known | read
        with db.write.begin() as session:
            write_labels(session, model, _beside_ratings(page, labels))
        mentions, texts_read = mentions + len(page), texts_read + len(read)
        advance(len(page))
    return Labelled(mentions, texts_read)


def _model(db: Database, labeller: Labeller, clock: Clock) -> int:
    told = getattr(labeller, "error_model", {})
    with db.write.begin() as session:
        return labeller_id(session, labeller.version, now=clock(), error_model=told)


def _beside_ratings(page: Sequence[Unlabelled], labels: Mapping[str, NewLabel]) -> list[NewLabel]:
    """The labels of a page's mentions, each with what its text and its rating say together."""
    told = [labels[one.content_hash] for one in page]
    shares = np.array([(label.promoter, label.passive, label.detractor) for label in told])
    ratings = [
        (np.nan, 5.0, 1.0) if one.rating is None else (one.rating, one.rating_best, one.rating_worst) for one in page
    ]
    rating, best, worst = np.array(ratings, np.float64).T
    both = fused(shares, [label.opinion for label in told], rating, best=best, worst=worst).tolist()
    return [
        replace(label, mention_id=one.id, rating=one.rating, fused=None if one.rating is None else tuple(shares))
        for one, label, shares in zip(page, told, both, strict=True)
    ]


def _known(db: Database, model: int, page: Sequence[Unlabelled]) -> dict[str, NewLabel]:
    with db.read() as session:
        return known_labels(session, model, list({one.content_hash for one in page}))


def _read(labeller: Labeller, page: Sequence[Unlabelled]) -> dict[str, NewLabel]:
    first = {one.content_hash: one for one in page}
    opinions = labeller.score([asked(one.question, one.text) for one in first.values()])
    return {one.content_hash: _label(one, opinion) for one, opinion in zip(first.values(), opinions, strict=True)}


def _label(one: Unlabelled, opinion: Opinion) -> NewLabel:
    return NewLabel(
        mention_id=one.id,
        content_hash=one.content_hash,
        promoter=opinion.promoter,
        passive=opinion.passive,
        detractor=opinion.detractor,
        opinion=opinion.opinion,
        label=opinion.label,
        language=opinion.language,
    )
