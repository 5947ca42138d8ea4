"""Reviews that a page states in schema.org's words: JSON-LD, microdata or RDFa.

Address: any page. Target: the first page of reviews, or a pattern of pages with `{page}` in it (`numbering.py`). Pages:
`rel=next`, or the next number. Cursor: the walk's own.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crawlers.identities import content_id, native_ids
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import Moment, counted_back, moment
from crawlers.pages import html_page
from crawlers.ratings import Rating, number, rating_of
from crawlers.sites import linked
from crawlers.source import Source, Tier
from crawlers.structured import Node, Structured, structured
from crawlers.texts import author_of, line, plain

REVIEW_TYPES = frozenset({"Review", "UserReview", "CriticReview", "EmployerReview", "Recommendation"})
REVIEW_PROPERTIES = frozenset({"review", "reviews"})
TEXTS = ("reviewBody", "description", "text", "headline", "name")
RATINGS = ("reviewRating", "rating")
DATES = ("datePublished", "dateCreated", "uploadDate", "dateModified")
ANSWERERS = frozenset({"Organization", "LocalBusiness", "Corporation", "Brand"})
LIKENESS = 60
"""Letters by which a review that two syntaxes state is told to be one."""

Ids = dict[str, Node]
"""Nodes by `@id`: what a reference stands for."""


@dataclass(frozen=True, slots=True)
class _Review:
    """A review's node, and what became of it; no mention where it has neither text nor rating."""

    node: Node
    mention: CrawledMention | None
    lost_rating: bool

    @property
    def likeness(self) -> str:
        """Equal for one review stated in two syntaxes."""
        letters = re.sub(r"\W", "", self.mention.text).casefold()[:LIKENESS] if self.mention else ""
        return letters or (content_id(self.mention) if self.mention else "")


def page_of(answer: Answer) -> Page:
    """One page -> its reviews, in the order of the page."""
    page = html_page(answer)
    found = structured(page)
    reviews = _once([_reviews(nodes, page.base, answer.fetched_at) for nodes in found.nodes.values()])
    kept = [(review, review.mention) for review in reviews if review.mention]
    ids = native_ids([review.node for review, _ in kept], _others(found), answer.url)
    return Page(
        url=answer.url,
        mentions=tuple(_identified([mention for _, mention in kept], ids)),
        next_url=page.next_url,
        is_recognised=bool(reviews),
        title=page.title,
        dropped=len(reviews) - len(kept),
        dropped_ratings=sum(review.lost_rating for review in reviews),
        problem="; ".join(found.problems) or None,
    )


def _once(by_syntax: list[list[_Review]]) -> list[_Review]:
    """The syntax with the most reviews, and from the others what it does not have."""
    first, *others = sorted(by_syntax, key=len, reverse=True) or [[]]
    reviews, known = list(first), {review.likeness for review in first}
    for review in (review for some in others for review in some):
        if review.likeness not in known:
            reviews.append(review)
            known.add(review.likeness)
    return reviews


def _identified(mentions: list[CrawledMention], ids: list[str | None]) -> Iterator[CrawledMention]:
    """Mentions with their ids; those without one by their content and, where that is equal, by their order."""
    places: Counter[str] = Counter()
    for mention, own in zip(mentions, ids, strict=True):
        native_id = own
        if native_id is None:
            content = content_id(mention)
            places[content] += 1
            native_id = f"{content}-{places[content]}"
        yield replace(mention, native_id=native_id)


def _walked(nodes: list[Node]) -> Iterator[tuple[Node, bool]]:
    """Every node in the order of the page, and whether it is a review."""
    stack: list[tuple[Any, str]] = [(node, "") for node in reversed(nodes)]
    while stack:
        value, name = stack.pop()
        if isinstance(value, list):
            stack += [(part, name) for part in reversed(value)]
        elif isinstance(value, dict):
            types = set(value.get("@type", ()))
            yield value, bool(types & REVIEW_TYPES) or (not types and name in REVIEW_PROPERTIES)
            stack += [(part, key) for key, part in reversed(value.items())]


def _others(found: Structured) -> Iterator[Node]:
    return (node for nodes in found.nodes.values() for node, is_review in _walked(nodes) if not is_review)


def _reviews(nodes: list[Node], base: str, fetched_at: datetime | None) -> list[_Review]:
    ids: Ids = {}
    for node, _ in _walked(nodes):
        if "@id" in node:
            ids[node["@id"]] = {**node, **ids.get(node["@id"], {})}
    stated: set[str] = set()
    reviews: list[_Review] = []
    for node, is_review in _walked(nodes):
        if not is_review or _is_reference(node, ids):
            continue
        if "@id" in node:
            # A graph may state a node once by itself and once inside another.
            statement = json.dumps(node, sort_keys=True, default=str)
            if statement in stated:
                continue
            stated.add(statement)
        reviews.append(_review(node, ids, base, fetched_at))
    return reviews


def _is_reference(node: Node, ids: Ids) -> bool:
    return "@id" in node and not node.keys() - {"@id", "@type"} and bool(ids[node["@id"]].keys())


def _review(node: Node, ids: Ids, base: str, fetched_at: datetime | None) -> _Review:
    text = next((text for text in (plain(_text(node.get(name), ids)) for name in TEXTS) if text), "")
    rating, lost_rating = _rating(node, ids)
    if not text and rating is None:
        return _Review(node, None, lost_rating)
    said, is_counted_back = _said([_text(node.get(name), ids) for name in DATES], fetched_at)
    mention = CrawledMention(
        native_id="",
        text=text,
        rating=rating.value if rating else None,
        best=rating.best if rating else 5,
        worst=rating.worst if rating else 1,
        author=author_of(_text(node.get("author"), ids)),
        language=line(_text(node.get("inLanguage"), ids)) or None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        is_counted_back=is_counted_back,
        url=linked(base, _text(node.get("url"), ids)) if node.get("url") else None,
        answer=_answer(node, ids),
    )
    return _Review(node, mention, lost_rating)


def _said(dates: list[str], fetched_at: datetime | None) -> tuple[Moment | None, bool]:
    """The first of the dates that is one, and whether it had to be counted back from the fetch."""
    if said := next((found for found in map(moment, dates) if found), None):
        return said, False
    ages = (counted_back(date, fetched_at) for date in dates)
    said = next((found for found in ages if found), None)
    return said, said is not None


def _one(value: Any, ids: Ids) -> Any:
    """The first of several, and what a reference stands for."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict) and "@id" in value and not value.keys() - {"@id", "@type"}:
        return ids.get(value["@id"], value)
    return value


def _text(value: Any, ids: Ids) -> str:
    """A value as text: several texts are paragraphs, a node is its name or text."""
    if isinstance(value, list) and len(value) > 1 and all(isinstance(part, str) for part in value):
        return "\n\n".join(value)
    value = _one(value, ids)
    if isinstance(value, dict):
        parts = [value.get("givenName"), value.get("familyName")]
        full = " ".join(part for part in parts if isinstance(part, str))
        names = (_one(value.get(name), ids) for name in ("name", "text", "alternateName", "value"))
        value = next((name for name in names if isinstance(name, (str, int, float))), full or value.get("@id"))
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _rating(node: Node, ids: Ids) -> tuple[Rating | None, bool]:
    """The rating of the whole, and whether one was given that its scale does not hold."""
    given = next(
        (node[name] for name in RATINGS if node.get(name) is not None), node if "ratingValue" in node else None
    )
    several = [_one(part, ids) for part in given] if isinstance(given, list) else [_one(given, ids)]
    chosen = next((part for part in several if not (isinstance(part, dict) and "reviewAspect" in part)), None)
    if not isinstance(chosen, dict):
        chosen = {"ratingValue": chosen}
    value, best, worst = (_one(chosen.get(name), ids) for name in ("ratingValue", "bestRating", "worstRating"))
    rating = rating_of(value, best, worst)
    return rating, rating is None and bool(number(value))


def _answer(node: Node, ids: Ids) -> str | None:
    """The official answer: a comment by an organisation, or by whom the review is about."""
    comments = node.get("comment")
    about = {name for name in (line(_text(node.get(of), ids)) for of in ("itemReviewed", "publisher")) if name}
    for comment in comments if isinstance(comments, list) else [comments]:
        known = _one(comment, ids)
        author = _one(known.get("author"), ids) if isinstance(known, dict) else None
        is_official = isinstance(author, dict) and bool(ANSWERERS & set(author.get("@type", ())))
        if author and (is_official or line(_text(author, ids)) in about):
            return plain(_text(known.get("text") or known.get("description"), ids)) or None
    return None


SOURCE = Source(
    kind="schema_org",
    title="a page with schema.org reviews (JSON-LD, microdata or RDFa)",
    target="the address of the first page of reviews; rel=next is followed, or a pattern (…?page={page})",
    tier=Tier.OPEN,
    addresses=(),
    terms="robots.txt of the site; the site's own terms are yours to check",
    fields="id, text, rating with its scale, author (hashed), date with precision, language, official answer",
    limits="what the pages show; 10 MB a page",
    tested="pages that we wrote; recorded pages of extruct, recipe-scrapers and trafilatura",
    page_of=page_of,
)
