"""WooCommerce: which pages are its, and what is read of a review."""

import json
from typing import Any

import pytest

from crawlers.items import Answer
from crawlers.outcomes import Outcome
from crawlers.probe import finding_of
from crawlers.spiders.woocommerce import SOURCE, behind, claims, starts
from tests.crawlers.contracts.woocommerce import review

API = "https://shop.example/wp-json/wc/store/v1/products/reviews"
LINK = '<link rel="https://api.w.org/" href="https://shop.example/wp-json/" />'
WOO = '<meta name="generator" content="WooCommerce 9.8.1" />'


def answer(value: Any, *, status: int = 200, **headers: str) -> Answer:
    return Answer(
        API, json.dumps(value).encode(), {name.replace("_", "-"): text for name, text in headers.items()}, status
    )


def page(head: str, body: str, *, rest: str = "") -> Answer:
    html = f'<!DOCTYPE html><html><head>{head}</head><body class="{body}">{rest}</body></html>'
    return Answer("https://shop.example/product/coffee/", html.encode())


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://shop.example/wp-json/wc/store/v1/products/reviews/?per_page=5&page=2", API),
        ("https://shop.example/wp-json/wc/store/products/reviews", API),
        ("https://shop.example/wp-json/wc/store", API),
        (f"{API}?product_id=17&order=asc", f"{API}?product_id=17"),
        ("https://Shop.example/wp-json/wc/store/v1/products/17", f"{API}?product_id=17"),
        (
            "https://shop.example/?rest_route=/wc/store/v1/products/reviews",
            "https://shop.example/?rest_route=%2Fwc%2Fstore%2Fv1%2Fproducts%2Freviews",
        ),
    ],
)
def test_every_address_of_the_store_api_is_one_list_of_reviews(url: str, target: str) -> None:
    assert claims(url) == target
    assert claims(target) == target


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/product/coffee/",
        "https://shop.example/wp-json/wc/store/v1/cart",
        "https://shop.example/wp-json/wc/v3/products/reviews",
        "https://shop.example/wp-json/wp/v2/comments",
    ],
)
def test_other_addresses_are_left_to_others(url: str) -> None:
    assert claims(url) is None


def test_a_page_of_a_product_shows_its_reviews_and_any_list_those_of_the_shop() -> None:
    product = page(LINK + WOO, "single single-product postid-17 woocommerce woocommerce-page")

    assert behind(product) == f"{API}?product_id=17"
    assert behind(page(LINK + WOO, "home page page-id-7")) == API
    assert behind(page(LINK, "archive tax-product_cat woocommerce woocommerce-page")) == API


def test_other_posts_of_a_shop_and_other_sites_are_left_to_wordpress() -> None:
    assert behind(page(LINK + WOO, "single single-post postid-3 woocommerce-no-js")) is None
    assert behind(page(LINK, "home blog")) is None


def test_all_reviews_are_preferred_to_the_five_that_the_page_of_a_product_states() -> None:
    states = {"@type": "Product", "review": [{"@type": "Review", "reviewBody": "Свежий", "author": "Анна"}]}
    stated = f'<script type="application/ld+json">{json.dumps(states)}</script>'

    found = finding_of(page(LINK + WOO, "single-product postid-17", rest=stated))

    assert (found.kind, found.target) == ("woocommerce", f"{API}?product_id=17")


def test_a_pass_begins_with_the_newest_hundred_or_with_the_page_that_says_where_they_are() -> None:
    product = page(LINK + WOO, "single-product postid-17")

    assert starts("https://shop.example/", None) == [f"{API}?per_page=100"]
    assert starts(f"{API}?product_id=17", None) == [f"{API}?product_id=17&per_page=100"]
    assert starts(product.url, None) == [product.url]
    assert SOURCE.read(product).next_url == f"{API}?product_id=17&per_page=100"


def test_what_is_read_of_a_review() -> None:
    (mention,) = SOURCE.read(answer([review(3, "Зёрна <em>свежие</em>")])).mentions

    assert (mention.native_id, mention.text, mention.author) == ("97", "Зёрна свежие", "Гость 3")
    assert (mention.rating, mention.best, mention.worst) == (4, 5, 1)
    assert mention.url == "https://shop.example.org/product/coffee/#comment-97"
    assert mention.published_at
    assert mention.published_at.isoformat() == "2026-10-25T09:00:00+00:00"
    assert mention.kind is None


@pytest.mark.parametrize("rating", [None, 0, "", 7])
def test_a_review_that_nobody_rated_has_no_stars(rating: Any) -> None:
    (mention,) = SOURCE.read(answer([review(3, "Зёрна") | {"rating": rating}])).mentions

    assert mention.rating is None


def test_stars_without_a_word_are_kept() -> None:
    (mention,) = SOURCE.read(answer([review(3, "")])).mentions

    assert (mention.text, mention.rating) == ("", 4)


def test_a_total_leads_on() -> None:
    following = [SOURCE.read(answer([review(3, "a")], x_wp_totalpages=total)).next_url for total in ("1", "2")]

    assert following == [None, f"{API}?page=2"]


def test_errors_have_their_names() -> None:
    missing = SOURCE.refused(answer({"code": "rest_no_route", "message": "No route"}, status=404))
    closed = SOURCE.refused(answer({"code": "rest_forbidden", "message": "Closed"}, status=401))

    assert missing
    assert closed
    assert (missing.outcome, closed.outcome) == (Outcome.GONE, Outcome.BLOCKED)
