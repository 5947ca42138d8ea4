"""Tell what mentions and survey comments speak of, by the aspect dictionary: page by page, safe to stop."""

from dataclasses import dataclass

from core.labels import Side
from metrics.aspects import Dictionary
from metrics.topics import topics_of
from pipeline.progress import Advance, silent
from store.database import Database
from store.topics import Told, count_waiting, waiting_pages, write_topics

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class TopicsTold:
    """Of how many mentions and how many survey answers the topics were told."""

    mentions: int = 0
    responses: int = 0


def waiting(db: Database, dictionary: Dictionary) -> int:
    """How many mentions and survey answers the next `tell_topics` will read."""
    with db.read() as session:
        return sum(count_waiting(session, side, dictionary.version) for side in Side)


def tell_topics(db: Database, dictionary: Dictionary, *, advance: Advance = silent) -> TopicsTold:
    """Tell the topics of everything that this dictionary has not read, new texts and old ones alike.

    Each page of 1,000 is committed with its tallies, so a killed run goes on where it stopped. Run it after labelling:
    the language of a mention is known then.
    """
    told = {side: _tell(db, dictionary, side, advance) for side in Side}
    return TopicsTold(mentions=told[Side.SOCIAL], responses=told[Side.SURVEY])


def _tell(db: Database, dictionary: Dictionary, side: Side, advance: Advance) -> int:
    done = 0
    for page in waiting_pages(db.read, side, dictionary.version, size=PAGE):
        told = [Told(one.id, one.stamp, topics_of(one.text, one.language, dictionary)) for one in page]
        with db.write.begin() as session:
            done += write_topics(session, side, told, dictionary.version)
        advance(len(page))
    return done
