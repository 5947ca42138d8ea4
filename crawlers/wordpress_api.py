"""The REST API that every WordPress has: where it is, what page shows it, how its lists go on and what its errors say.

Two sources read by it: `wordpress` its comments, `woocommerce` the reviews of a shop.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import Moment, moment
from crawlers.outcomes import Verdict, refusal
from crawlers.pages import HtmlPage, html_page
from crawlers.ratings import number
from crawlers.reading import not_its_shape, page_of_rows, string, unless_unreadable
from crawlers.sites import in_query, is_loopback, linked, next_in_header, site_of, split, with_query
from crawlers.texts import line

A_PAGE = 100
"""The most that one request gives; more is an error."""
API = re.compile(r"(?P<root>(?:/[^?#]*)?/wp-json)(?P<route>/.*)?")
API_RELATION = "https://api.w.org/"
LINK = re.compile(r"<([^<>]*)>\s*;[^<]*" + re.escape(API_RELATION))
SHORT_LINK = re.compile(r"[?&]p=(\d+)")
OF_ONE = re.compile(r"(?<!\S)(?:postid|page-id)-(\d+)(?!\S)")
ZONED = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
BEYOND = "rest_post_invalid_page_number"
"""What some of its lists say of a page after the last one; others answer with an empty list."""
LONGEST_MESSAGE = 200


def place(url: str) -> tuple[str, str] | None:
    """The API's root in an address and the route that it names, by path or by `rest_route`; none in any other address.

    ("https://example.org/wp-json", "/wp/v2/comments"), ("https://example.org/?rest_route=", "/wp/v2/comments").
    """
    parts = split(url)
    if parts is None:
        return None
    site = f"{parts.scheme}://{parts.netloc.lower()}"
    if found := API.fullmatch(parts.path):
        return site + found["root"], (found["route"] or "").rstrip("/")
    route = in_query(url, "rest_route")
    return (f"{site}{parts.path or '/'}?rest_route=", route.rstrip("/")) if route.startswith("/") else None


def list_address(root: str, route: str, **chosen: str | int | None) -> str:
    """The address of a list below an API's root."""
    return with_query(root + route, **chosen)


def root_behind(answer: Answer) -> str | None:
    """The root of the API that a page of a WordPress names in its head or its header; none on any other page.

    Only its path counts: a feed reaches no other site than its own. Where the API is another site's, there is none.
    """
    if answer.body.lstrip()[:1] != b"<":
        return None
    page = html_page(answer)
    named = _attributes(page, f"//link[@rel='{API_RELATION}']/@href") + LINK.findall(answer.link_header)
    made_by = _attributes(page, "//meta[@name='generator']/@content")
    if not named and not any(maker.startswith("WordPress") for maker in made_by):
        return None
    url = linked(answer.url, named[0] if named else "/wp-json/")
    if url is None or not (is_loopback(answer.url) or _host(url) == _host(answer.url)):
        return None
    parts = urlsplit(url)
    root = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return site_of(answer.url) + root.rstrip("/")


def number_behind(answer: Answer) -> str | None:
    """The number of the one post, page or product that a page shows; none on a list and on the front page."""
    page = html_page(answer)
    classes = " ".join(_attributes(page, "//body/@class"))
    if re.search(r"(?<!\S)home(?!\S)", classes):
        return None
    short = SHORT_LINK.search(" ".join([*_attributes(page, "//link[@rel='shortlink']/@href"), answer.link_header]))
    found = short or OF_ONE.search(classes)
    return found[1] if found else None


def is_made_by(answer: Answer, plugin: str) -> bool:
    """Whether a plugin signs the page: in a generator, or as a class of the body."""
    page = html_page(answer)
    signs = [*_attributes(page, "//meta[@name='generator']/@content"), *_attributes(page, "//body/@class")]
    return any(re.search(rf"(?<![\w-]){plugin}(?![\w])", sign, re.IGNORECASE) for sign in signs)


def _attributes(page: HtmlPage, xpath: str) -> list[str]:
    return [] if page.tree is None else [str(value) for value in page.tree.xpath(xpath)]


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def is_beyond(answer: Answer) -> bool:
    """Whether a page after the last one was asked for, which some lists call an error."""
    return string(answer.json, "code") == BEYOND


def refused(answer: Answer) -> Verdict | None:
    """By status, with the API's own words; a page beyond the last is the end of the list."""
    wrong = None if is_beyond(answer) else refusal(answer.status, answer.body)
    message = line(string(answer.json, "message"))[:LONGEST_MESSAGE]
    return Verdict(wrong.outcome, f"{wrong.detail}: {message}") if wrong and message else wrong


def listed(
    answer: Answer,
    read: Callable[[Any], CrawledMention | None],
    *,
    what: str,
    is_left_out: Callable[[Any], bool] = lambda _row: False,
) -> Page:
    """One page of a list, with the address of the next one; what is left out on purpose is counted."""
    if is_beyond(answer):
        return Page(url=answer.url)
    if not isinstance(answer.json, list):
        return not_its_shape(answer, line(string(answer.json, "message")) or f"the answer is no list of {what}")
    kept = [row for row in answer.json if not is_left_out(row)]
    left_out = len(answer.json) - len(kept)
    return unless_unreadable(page_of_rows(answer, kept, read, next_url=_following(answer), filtered=left_out))


def _following(answer: Answer) -> str | None:
    """The next page by number: the API's own link would lead to its own host, and a proxy may hide it.

    Where neither a link nor a total is told, any page that holds something may have one after it.
    """
    here, last = int(number(in_query(answer.url, "page")) or 1), number(answer.headers.get("x-wp-totalpages"))
    is_told = next_in_header(answer.link_header) is not None
    if is_told or (bool(answer.json) if last is None else here < last):
        return with_query(answer.url, page=here + 1)
    return None


def in_utc(value: str) -> Moment | None:
    """A date of the API that is in UTC without saying so."""
    return moment(value if not value or ZONED.search(value) else f"{value}Z")
