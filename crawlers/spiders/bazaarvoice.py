"""Bazaarvoice: the reviews of a product, or of all products of a client, by the Conversations API.

Address: that of the API, since Bazaarvoice has no pages of its own. Target: the same with its filters and without its
passkey. Pages: by offset, 100 a page, newest first. Cursor: the walk's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.keyed import NOT_ACCEPTED, keyed_refusal
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import (
    global_id,
    ids_of,
    joined_text,
    not_its_shape,
    page_of_rows,
    part,
    parted,
    rows,
    string,
    unless_unreadable,
)
from crawlers.sites import linked, number_in_query, split, with_query
from crawlers.source import Absence, Key, Keys, Source, Tier
from crawlers.texts import author_of, in_short, line, plain

HOSTS = frozenset({"api.bazaarvoice.com", "stg.api.bazaarvoice.com"})
PATH = "/data/reviews.json"
A_PAGE = 100
KEY_CODES = frozenset({"ERROR_PARAM_INVALID_API_KEY", "ERROR_ACCESS_DENIED"})
FORBIDDEN = 403


def claims(url: str) -> str | None:
    """A request for reviews with what it filters by, and nothing else of its query."""
    parts = split(url)
    if parts is None or parts.hostname not in HOSTS or parts.path.lower() != PATH:
        return None
    filters = [(name.capitalize(), value) for name, value in parse_qsl(parts.query) if name.lower() == "filter"]
    return f"https://{parts.hostname}{PATH}" + (f"?{urlencode(filters)}" if filters else "")


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The newest reviews, with the pages of their products."""
    order = "SubmissionTime:desc"
    return [with_query(target, apiversion="5.4", Sort=order, Limit=A_PAGE, Offset=0, Include="Products")]


def page_of(answer: Answer) -> Page:
    """One page of results, newest first."""
    body = answer.json
    if not isinstance(part(body, "Results"), list):
        return not_its_shape(answer, "the answer has no results")
    found = rows(body, "Results")
    rejected, others = parted(found, lambda row: string(row, "ModerationStatus") == "REJECTED")
    products = part(body, "Includes", "Products")
    page = page_of_rows(
        answer,
        [row for row in others if string(row, "ModerationStatus") in {"", "APPROVED"}],
        lambda row: _mention(row, products),
        next_url=_next(answer, found),
        removed=ids_of(rejected, _own_id),
    )
    return unless_unreadable(page)


def _next(answer: Answer, found: Sequence[Any]) -> str | None:
    """The next offset, while a page is full or the total is not reached; the server's own limit counts."""
    limit, total = part(answer.json, "Limit"), part(answer.json, "TotalResults")
    size = limit if isinstance(limit, int) and limit > 0 else len(found)
    offset = number_in_query(answer.url, "Offset", default=0) + size
    is_more = bool(found) and (len(found) >= size or (isinstance(total, int) and offset < total))
    return with_query(answer.url, Offset=offset) if is_more else None


def _own_id(row: Mapping[str, Any]) -> str:
    return global_id("bazaarvoice", string(row, "Id"))


def _mention(row: Mapping[str, Any], products: Any) -> CrawledMention | None:
    said = moment(string(row, "SubmissionTime"))
    text = joined_text(line(string(row, "Title")), plain(string(row, "ReviewText")))
    rating = rating_of(row.get("Rating"), row.get("RatingRange"), 1)
    if not text and rating is None:
        return None
    answers = (plain(string(one, "Response")) for one in rows(row, "ClientResponses"))
    page = string(part(products, string(row, "ProductId")), "ProductPageUrl")
    return CrawledMention(
        native_id=_own_id(row),
        text=text,
        rating=rating.value if rating else None,
        best=rating.best if rating else 5,
        worst=rating.worst if rating else 1,
        author=author_of(string(row, "UserNickname")),
        language=string(row, "ContentLocale").partition("_")[0] or None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=linked("https://www.bazaarvoice.com/", page) if page else None,
        answer="\n\n".join(text for text in answers if text) or None,
    )


def signed(ask: Ask, keys: Keys) -> Ask:
    """With the passkey in the address, the only place where it is taken."""
    return replace(ask, url=with_query(ask.url, passkey=keys["bazaarvoice"]))


def refused(answer: Answer) -> Verdict | None:
    """Errors come with HTTP 200; those of the gateway before the API with 403 and a header."""
    errors = rows(answer.json, "Errors") if part(answer.json, "HasErrors") is True else []
    codes = {string(error, "Code") for error in errors}
    gateway = answer.headers.get("x-mashery-error-code", "")
    if "ERROR_REQUEST_LIMIT_REACHED" in codes or "OVER_" in gateway:
        return Verdict(Outcome.RATE_LIMITED, "the requests that the passkey may make are used up")
    if KEY_CODES & codes or answer.status == FORBIDDEN:
        return NOT_ACCEPTED
    words = in_short("; ".join(string(error, "Message", "Code") for error in errors))
    return keyed_refusal(answer, words) or (Verdict(Outcome.FAILED, words) if errors else None)


SOURCE = Source(
    kind="bazaarvoice",
    title="the reviews of a product at Bazaarvoice",
    target="the API's address with a filter such as Filter=ProductId:123, without the passkey",
    tier=Tier.KEY,
    addresses=(
        "https://api.bazaarvoice.com/data/reviews.json?Filter=ProductId:123",
        "https://stg.api.bazaarvoice.com/data/reviews.json?apiversion=5.4&Filter=ProductId:eq:123&Limit=10",
    ),
    terms="the official Conversations API with the passkey of a client of Bazaarvoice",
    fields="id, title and text, rating with its scale, author (hashed), time, language, the client's responses",
    limits="the whole list, 100 reviews a request; syndicated reviews of other clients' sites are among them",
    tested="answers that we wrote in the documented shapes",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key("bazaarvoice", "a passkey of the Conversations API, from the Bazaarvoice portal"),),
    signed=signed,
    refused=refused,
    absence=Absence.ANYWHERE,
    obeys_robots=False,
)
