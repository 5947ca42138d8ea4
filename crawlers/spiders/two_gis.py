"""2GIS: reviews of a branch, as its own pages ask for them. Grey: undocumented, and with the web client's key.

Address: a firm's page on 2gis.ru and its sisters, or the reviews' own address. Target: the branch by its number; the
city in an address says nothing. Pages: 50 reviews each, newest first; where the next one begins is in
`meta.next_link`. Cursor: the walk's own. The totals in `meta` disagree with each other and are not looked at. Reviews
that 2GIS shows from another site (`provider`) are left out: watch that site, and nobody is counted twice.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from core.errors import Invalid
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict, refusal
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import split, with_query
from crawlers.source import Absence, Key, Keys, Source, Tier
from crawlers.texts import author_of, plain

KEY = "two_gis"
HOST = re.compile(r"(?:www\.|m\.)?2gis\.(?:ru|com|kz|kg|uz|az|ae|by|cy|cz|cl|it|am|ge)|public-api\.reviews\.2gis\.com")
BRANCH = re.compile(r"/(?:firm|reviews|branches)/(\d{5,20})(?=[/_?]|$)")
PROVIDER = "2gis"
FIELDS = "meta.providers,meta.branch_rating,meta.branch_reviews_count,meta.total_count,reviews.hiding_reason"
ERROR = 400


def claims(url: str) -> str | None:
    """A firm's page, whichever city, country or tab its address names."""
    parts = split(url)
    found = BRANCH.search(parts.path) if parts and HOST.fullmatch(parts.hostname or "") else None
    return f"https://2gis.ru/firm/{found[1]}" if found else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The branch's newest reviews."""
    found = BRANCH.search(target)
    if found is None:
        msg = "a branch of 2GIS has an address such as https://2gis.ru/firm/70000001012345678"
        raise Invalid(msg)
    api = f"https://public-api.reviews.2gis.com/2.0/branches/{found[1]}/reviews"
    return [with_query(api, limit=50, fields=FIELDS, sort_by="date_created", locale="ru_RU")]


def signed(ask: Ask, keys: Keys) -> Ask:
    """The request with the key, which 2GIS takes in the address alone."""
    return replace(ask, url=with_query(ask.url, key=keys[KEY].strip()))


def refused(answer: Answer) -> Verdict | None:
    """What the status, or the code in `meta` of an answer with a good one, says is wrong."""
    code = part(answer.json, "meta", "code")
    status = code if isinstance(code, int) and code >= ERROR else answer.status
    found = refusal(status, answer.body)
    error = part(answer.json, "meta", "error")
    if found is None:
        return None
    if "key" in f"{string(error, 'type')} {string(error, 'message')}".lower():
        return Verdict(Outcome.NEEDS_KEY, "the key that is set is not accepted")
    return found


def page_of(answer: Answer) -> Page:
    """One page of reviews, newest first; hidden ones are what 2GIS itself has taken away."""
    if not isinstance(part(answer.json, "reviews"), list):
        return not_its_shape(answer, "the answer has no list of reviews")
    found = rows(answer.json, "reviews")
    own = [row for row in found if string(row, "provider") in {PROVIDER, ""}]
    shown = [row for row in own if row.get("is_hidden") is not True]
    hidden = tuple(f"twogis:{string(row, 'id')}" for row in own if row.get("is_hidden") is True and string(row, "id"))
    following = _following(answer.url, string(part(answer.json, "meta"), "next_link")) if found else None
    page = page_of_rows(answer, shown, _mention, next_url=following, removed=hidden)
    return replace(unless_unreadable(page), dropped=page.dropped + len(found) - len(shown))


def _following(url: str, link: str) -> str | None:
    """The same address from where the link goes on: the link may name another host, and the key in it is not kept."""
    try:
        named = dict(parse_qsl(urlsplit(link).query))
    except ValueError:
        return None
    places = {name: value for name, value in named.items() if name not in {"key", "url"}}
    return with_query(url, **places) if places else None


def _mention(row: Mapping[str, Any]) -> CrawledMention | None:
    own_id, text = string(row, "id"), plain(string(row, "text"))
    stars = rating_of(row.get("rating"), 5, 1)
    if not own_id or not (text or stars):
        return None
    said = moment(string(row, "date_created"))
    return CrawledMention(
        native_id=f"twogis:{own_id}",
        text=text,
        rating=stars.value if stars else None,
        author=author_of(string(row.get("user"), "name", "first_name")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        answer=plain(string(row.get("official_answer"), "text")) or None,
    )


SOURCE = Source(
    kind="two_gis",
    title="a branch in 2GIS",
    target="the branch, by its number",
    tier=Tier.GREY,
    addresses=(
        "https://2gis.ru/vladivostok/firm/70000001012345678/tab/reviews",
        "https://public-api.reviews.2gis.com/2.0/branches/70000001012345678/reviews",
    ),
    terms="undocumented, and read with the key of 2GIS's own web client: ask 2GIS for permission; robots.txt is obeyed",
    fields="id, text, stars 1 to 5, author (hashed), time, the official answer; only reviews left on 2GIS itself",
    limits="50 reviews a request, complete as far as 2GIS lists them",
    tested="answers that we wrote in shapes that public code shows; no recorded answer was at hand",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key(KEY, "the key with which the pages of 2gis.ru ask for reviews; whoever sets it answers for its use"),),
    signed=signed,
    refused=refused,
    absence=Absence.WITHIN_WINDOW,
)
