"""WooCommerce: the reviews of a shop or of one product, by the Store API that its own pages use.

Address: a page of the shop, or the API. Target: the API's list of reviews, of one product where it says `product_id`.
Pages: 100 reviews each, newest first, by number. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import moment
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import string
from crawlers.sites import in_query, linked, site_of, split, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, plain
from crawlers.wordpress_api import (
    A_PAGE,
    in_utc,
    is_made_by,
    list_address,
    listed,
    number_behind,
    place,
    refused,
    root_behind,
)

ROUTE = "/wc/store/v1/products/reviews"
OWN_ROUTE = re.compile(r"/wc/store(?:/v1)?(?:/products(?:/(?P<product>\d+)|/reviews)?)?")


def claims(url: str) -> str | None:
    """The list of reviews that an address of the API means, of one product where it names one."""
    found = place(url)
    own = OWN_ROUTE.fullmatch(found[1]) if found else None
    if found is None or own is None:
        return None
    return list_address(found[0], ROUTE, product_id=own["product"] or in_query(url, "product_id") or None)


def behind(answer: Answer) -> str | None:
    """The reviews of the product that a page shows, or of the whole shop; none for its other posts and pages."""
    root = root_behind(answer)
    if root is None or not is_made_by(answer, "woocommerce"):
        return None
    product = number_behind(answer)
    if product and not is_made_by(answer, "single-product"):
        return None
    return list_address(root, ROUTE, product_id=product)


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The newest reviews; for any other page than a front page that page, which says where they are."""
    parts = split(target)
    is_front = parts is not None and parts.path in {"", "/"}
    address = claims(target) or (list_address(f"{site_of(target)}/wp-json", ROUTE) if is_front else None)
    return [with_query(address, per_page=A_PAGE) if address else target]


def page_of(answer: Answer) -> Page:
    """One page of reviews, newest first; or a page of the shop, which leads to them."""
    if place(answer.url) is None and (target := behind(answer)):
        return Page(url=answer.url, next_url=starts(target, None)[0])
    return listed(answer, partial(_mention, answer.url), what="reviews")


def _mention(page_url: str, review: Mapping[str, Any]) -> CrawledMention | None:
    said = in_utc(string(review, "date_created_gmt")) or moment(string(review, "date_created"))
    # 0 or none is how the shop writes that nobody rated.
    text, stars = plain(string(review, "review")), rating_of(review.get("rating"), 5, 1)
    own_id, product = string(review, "id"), linked(page_url, string(review, "product_permalink"))
    if not (text or stars):
        return None
    return CrawledMention(
        native_id=own_id,
        text=text,
        rating=stars.value if stars else None,
        author=author_of(string(review, "reviewer")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=f"{product}#comment-{own_id}" if string(review, "product_permalink") else None,
    )


SOURCE = Source(
    kind="woocommerce",
    title="the reviews of a WooCommerce shop",
    target="the API's list of reviews, of a shop or of one product; or any page of the shop",
    tier=Tier.OPEN,
    addresses=(
        "https://shop.example.org/wp-json/wc/store/v1/products/reviews?product_id=17",
        "https://shop.example.org/wp-json/wc/store/v1/products/17",
        "https://shop.example.org/?rest_route=/wc/store/v1/products/reviews",
    ),
    terms="a public API, made for the shop's own pages; robots.txt is obeyed; the shop's own terms are yours to check",
    fields="id, text, stars 1 to 5, author (hashed), time, product's page; the shop's answers are not told",
    limits="100 reviews a request; all of them; edits of old ones are seen once a week",
    tested="answers that we wrote in the shapes of WooCommerce's source; no recorded answer was at hand",
    claims=claims,
    behind=behind,
    starts=starts,
    page_of=page_of,
    refused=refused,
    absence=Absence.ANYWHERE,
)
