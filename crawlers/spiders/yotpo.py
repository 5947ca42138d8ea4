"""Yotpo: the reviews of a shop or of one of its products, by the widget's API; of a whole account with its own token.

Address: that of the API, since Yotpo has no pages of its own; a shop's app key in it is public, it stands in each of
the shop's pages. Target: the same. Pages: numbered, 150 or 100 a page. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

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
from crawlers.source import Key, Keys, Source, Tier
from crawlers.texts import author_of, line, plain

WIDGET, ACCOUNT = "https://api-cdn.yotpo.com", "https://api.yotpo.com"
OF_WIDGET = re.compile(r"/v1/widget/([\w-]+)/(?:products/([^/\s]+)/)?reviews(?:\.json)?/?")
OF_ACCOUNT = re.compile(r"/v1/apps/([\w-]+)/reviews(?:\.json)?/?")


def claims(url: str) -> str | None:
    """The API's address of a product's, a shop's or an account's reviews, without what is in its query."""
    parts = split(url)
    if parts is None or parts.hostname not in {"api-cdn.yotpo.com", "api.yotpo.com"}:
        return None
    if found := OF_WIDGET.fullmatch(parts.path):
        product = f"products/{found[2]}/" if found[2] else ""
        return f"{WIDGET}/v1/widget/{found[1]}/{product}reviews.json"
    account = OF_ACCOUNT.fullmatch(parts.path)
    return f"{ACCOUNT}/v1/apps/{account[1]}/reviews" if account else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The first page, the newest first."""
    if "/v1/apps/" in target:
        return [with_query(target, count=100, page=1)]
    return [with_query(target, per_page=150, page=1, sort="date", direction="desc")]


def page_of(answer: Answer) -> Page:
    """A page of the widget's, which wraps its reviews, or of the account's."""
    body = answer.json
    told = part(body, "status", "code")
    if isinstance(told, int) and (wrong := keyed_refusal(replace(answer, status=told), _words(answer))):
        return Page(url=answer.url, refused=wrong)
    body = part(body, "response") if isinstance(part(body, "response"), dict) else body
    if not isinstance(part(body, "reviews"), list):
        return not_its_shape(answer, "the answer has no reviews")
    found = rows(body, "reviews")
    links = {string(row, "id"): string(row, "product_link") for row in rows(body, "products")}
    gone, shown = parted(found, lambda row: row.get("deleted") is True)
    page = page_of_rows(
        answer,
        shown,
        lambda row: _mention(row, links),
        next_url=_next(answer, part(body, "pagination"), found),
        removed=ids_of(gone, _own_id),
    )
    return unless_unreadable(page)


def _next(answer: Answer, pagination: Any, found: Sequence[Any]) -> str | None:
    """The next number while a page is full, or as many as are told are not reached: Yotpo answers short at times."""
    number = number_in_query(answer.url, "page", default=1)
    told = part(pagination, "per_page"), part(pagination, "total")
    size, total = (value if isinstance(value, int) and value > 0 else 0 for value in told)
    asked = number_in_query(answer.url, "per_page", default=number_in_query(answer.url, "count", default=len(found)))
    is_more = number * (size or asked) < total or (bool(found) and len(found) >= (size or asked))
    return with_query(answer.url, page=number + 1) if is_more else None


def _own_id(row: Mapping[str, Any]) -> str:
    return global_id("yotpo", string(row, "id"))


def _mention(row: Mapping[str, Any], links: Mapping[str, str]) -> CrawledMention | None:
    said = moment(string(row, "created_at", "createdAt"))
    text = joined_text(line(string(row, "title")), plain(string(row, "content")))
    rating = rating_of(row.get("score"), 5, 1)
    if not text and rating is None:
        return None
    return CrawledMention(
        native_id=_own_id(row),
        text=text,
        rating=rating.value if rating else None,
        author=author_of(string(row.get("user"), "display_name", "displayName") or string(row, "name")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=linked("https://yotpo.com/", link) if (link := links.get(string(row, "product_id"))) else None,
        answer=plain(string(row.get("comment"), "content")) or None,
    )


def signed(ask: Ask, keys: Keys) -> Ask:
    """With the account's token, where an account is read; the widget takes none."""
    token = keys.get("yotpo")
    return replace(ask, url=with_query(ask.url, utoken=token)) if token and "/v1/apps/" in ask.url else ask


def refused(answer: Answer) -> Verdict | None:
    """The status, with Yotpo's own words; the account's token may be one that nobody has set."""
    wrong = keyed_refusal(answer, _words(answer))
    needs_token = wrong is NOT_ACCEPTED and "/v1/apps/" in answer.url
    detail = "an account's reviews need its token, which is missing or not accepted"
    return Verdict(Outcome.NEEDS_KEY, detail) if needs_token else wrong


def _words(answer: Answer) -> str:
    return string(part(answer.json, "status"), "message")


SOURCE = Source(
    kind="yotpo",
    title="a shop's reviews at Yotpo",
    target="the API's address with the shop's app key, which is public; a product's id for those of one product",
    tier=Tier.KEY,
    addresses=(
        "https://api-cdn.yotpo.com/v1/widget/APPKEY/products/123/reviews.json",
        "https://api-cdn.yotpo.com/v1/widget/APPKEY/reviews.json",
        "https://api.yotpo.com/v1/apps/APPKEY/reviews",
    ),
    terms="the official API; the widget's part of it is what a shop's own pages read",
    fields="id, title and text, score, author (hashed), time, the shop's comment, the product's page",
    limits="the whole list, 150 reviews a request; answers are short at times, so that an absence says nothing",
    tested="answers that we wrote in the shapes of Yotpo's clients",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key("yotpo", "an access token (utoken) of the account: only for …/v1/apps/…", is_needed=False),),
    signed=signed,
    refused=refused,
    obeys_robots=False,
)
