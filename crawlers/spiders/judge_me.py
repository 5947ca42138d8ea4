"""Judge.me: the published reviews of a shop, by the official API.

Address: the shop's page on judge.me, or the API's with the shop's domain. Target: the page. Pages: numbered, 100 a
page. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.keyed import keyed_refusal
from crawlers.moments import moment
from crawlers.outcomes import Verdict
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
from crawlers.sites import in_query, linked, number_in_query, split, with_query
from crawlers.source import Absence, Key, Keys, Source, Tier
from crawlers.texts import author_of, line, plain

API = "https://judge.me/api/v1/reviews"
A_PAGE = 100
HOSTS = frozenset({"judge.me", "www.judge.me", "api.judge.me"})
OF_PAGE = re.compile(r"/reviews/(?:stores/)?([^/\s]+\.[^/\s]+)/?")
DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def claims(url: str) -> str | None:
    """The page of a shop, by its domain."""
    parts = split(url)
    if parts is None or parts.hostname not in HOSTS:
        return None
    page = OF_PAGE.fullmatch(parts.path)
    domain = page[1] if page else in_query(url, "shop_domain") if parts.path.rstrip("/") == "/api/v1/reviews" else ""
    return f"https://judge.me/reviews/stores/{domain.lower()}" if DOMAIN.fullmatch(domain) else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """All reviews of the shop."""
    domain = in_query(target, "shop_domain") or target.rstrip("/").rpartition("/")[2]
    return [with_query(API, shop_domain=domain, per_page=A_PAGE, page=1)]


def page_of(answer: Answer) -> Page:
    """One page of reviews; those that the shop does not show are no mentions, and removed where they were."""
    if not isinstance(part(answer.json, "reviews"), list):
        return not_its_shape(answer, "the answer has no reviews")
    found = rows(answer.json, "reviews")
    shop = in_query(answer.url, "shop_domain")
    shown, hidden = parted(found, _is_shown)
    page = page_of_rows(
        answer,
        shown,
        lambda row: _mention(row, shop),
        next_url=_next(answer, found),
        removed=ids_of(hidden, _own_id),
    )
    return unless_unreadable(page)


def _is_shown(row: Mapping[str, Any]) -> bool:
    """Whether a review is public: `curated` "not-yet" is only what the shop has not looked at yet."""
    return not (row.get("hidden") is True or row.get("published") is False or string(row, "curated") == "spam")


def _next(answer: Answer, found: Sequence[Any]) -> str | None:
    """The next number, while a page is full by its own size."""
    told = part(answer.json, "per_page")
    size = told if isinstance(told, int) and told > 0 else A_PAGE
    number = number_in_query(answer.url, "page", default=1)
    return with_query(answer.url, page=number + 1) if len(found) >= size else None


def _own_id(row: Mapping[str, Any]) -> str:
    return global_id("judgeme", string(row, "id"))


def _mention(row: Mapping[str, Any], shop: str) -> CrawledMention | None:
    said, handle = moment(string(row, "created_at")), string(row, "product_handle")
    text = joined_text(line(string(row, "title")), plain(string(row, "body")))
    rating = rating_of(row.get("rating"), 5, 1)
    if not text and rating is None:
        return None
    return CrawledMention(
        native_id=_own_id(row),
        text=text,
        rating=rating.value if rating else None,
        author=author_of(string(row.get("reviewer"), "name")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=linked(f"https://{shop}/", f"/products/{handle}") if shop and handle else None,
    )


def signed(ask: Ask, keys: Keys) -> Ask:
    """With the token in the address, where the API takes it."""
    return replace(ask, url=with_query(ask.url, api_token=keys["judge_me"]))


def refused(answer: Answer) -> Verdict | None:
    """The status, with Judge.me's own words."""
    return keyed_refusal(answer, string(answer.json, "error", "message"))


SOURCE = Source(
    kind="judge_me",
    title="the reviews of a shop at Judge.me",
    target="the shop's page on judge.me, by the domain that Judge.me knows it by (shop.myshopify.com)",
    tier=Tier.KEY,
    addresses=(
        "https://judge.me/reviews/stores/acme.myshopify.com",
        "https://judge.me/api/v1/reviews?shop_domain=acme.myshopify.com&page=2",
    ),
    terms="the official API with the shop's own token",
    fields="id, title and text, rating, author (hashed), time, the product's page; replies are not in the API's list",
    limits="the whole list, 100 reviews a request; hidden and unpublished ones and spam are left out",
    tested="answers that we wrote in the shapes of Judge.me's clients",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key("judge_me", "the private API token of the shop (Judge.me admin, Settings, Integrations)"),),
    signed=signed,
    refused=refused,
    absence=Absence.ANYWHERE,
    obeys_robots=False,
)
