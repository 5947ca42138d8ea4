"""banki.ru: what clients write of a bank.

Address: the reviews of a bank on banki.ru. Target: their page. Pages: newest first, 25 a page, by number. Cursor: the
walk's own.

A page carries its reviews as JSON for its own scripts, which has more than what it states in schema.org's words; that
is read where the JSON is not there. Of the JSON only named fields are taken: some answers have birthdays in others.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import Moment, moment
from crawlers.outcomes import MISSING, Verdict, refusal
from crawlers.pages import HtmlPage, html_page
from crawlers.ratings import rating_of
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import in_query, number_in_query, site_of, split, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.spiders import schema_org
from crawlers.texts import author_of, line, plain

SITE = "https://www.banki.ru"
HOSTS = frozenset({"banki.ru", "www.banki.ru", "m.banki.ru"})
BANK = re.compile(r"/services/responses/bank/([\w-]{1,80})(?:/|$)", re.ASCII)
OLDER = "/services/responses/list/ajax/"
LIST = re.compile(r"/services/responses/list(?:/ajax)?/?")
REVIEW_LINK = re.compile(r"/services/responses/bank/response/(\d{1,12})(?:/|$)")
A_PAGE = 25
ASSIGNED = re.compile(r"window(?:\.[\w$]+|\[[\"'][\w$]+[\"']\])+\s*=\s*(?=\{)")
MOST_VALUES = 100
"""Values that are looked at of those that a script assigns."""
DEEPEST = 8
"""Levels at which a page's JSON may hold its reviews."""
MOSCOW = "+03:00"
CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?$")
"""A time without a zone."""
LIKENESS = 60
"""Letters by which a review of the JSON is told to be one that the page also states in schema.org's words."""


def claims(url: str) -> str | None:
    """The reviews of one bank, by its name in the address; its older list too."""
    parts = split(url)
    if parts is None or parts.hostname not in HOSTS:
        return None
    match = BANK.match(parts.path)
    bank = match[1] if match else in_query(url, "bank") if LIST.fullmatch(parts.path) else ""
    return f"{SITE}/services/responses/bank/{bank}/" if re.fullmatch(r"(?!response$)[\w-]{1,80}", bank) else None


def refused(answer: Answer) -> Verdict | None:
    """By status; but a bank whose page is not there may be in the older list."""
    return None if _older_list(answer) else refusal(answer.status, answer.body)


def _older_list(answer: Answer) -> str | None:
    """The address of the older list of a bank whose page is not there; none for any other answer."""
    parts = split(answer.url)
    match = BANK.match(parts.path) if parts and answer.status in MISSING else None
    return with_query(f"{site_of(answer.url)}{OLDER}", page=1, bank=match[1]) if match else None


def page_of(answer: Answer) -> Page:
    """One page of reviews, newest first."""
    if older := _older_list(answer):
        return Page(url=answer.url, next_url=older)
    page = html_page(answer)
    values = [_json(text) for text in _texts(page)] if answer.json is None else [answer.json]
    lists = [found for value in values for found in _lists(value)]
    listed = next((one for one in lists if one["data"]), lists[0] if lists else None)
    stated = schema_org.page_of(answer) if answer.json is None else Page(url=answer.url)
    if listed is None:
        return _of_statements(answer, page, stated)
    authors = {_likeness(mention.text): mention.author for mention in stated.mentions}
    reviews = rows(listed, "data")
    more = part(listed, "hasMorePages")
    has_more = more is True or (more is None and len(reviews) >= A_PAGE)
    return unless_unreadable(
        page_of_rows(
            answer,
            reviews,
            partial(_mention, authors),
            next_url=_next(answer.url) if has_more else None,
            title=page.title,
        )
    )


def _next(url: str) -> str:
    return with_query(url, page=number_in_query(url, "page", default=1) + 1)


def _texts(page: HtmlPage) -> Iterator[str]:
    """Where a page may carry JSON: options of its modules, scripts of data, values that a script assigns."""
    if page.tree is None:
        return
    yield from page.tree.xpath("//@data-module-options")
    for script in page.tree.iter("script"):
        text = script.text_content()
        if "json" in (script.get("type") or "") and "ld+json" not in script.get("type"):
            yield text
        for match in islice(ASSIGNED.finditer(text), MOST_VALUES):
            yield text[match.end() :]


def _json(text: str) -> Any:
    """The JSON that a text begins with; none where it does not."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text.lstrip())[0]
    except (ValueError, RecursionError):
        return None


def _lists(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The lists of reviews within a page's JSON, each with `data`, and whether there are more pages."""
    if isinstance(value, dict):
        some = value.get("data")
        reviews = [one for one in rows(some) if "text" in one and {"grade", "dateCreate"} & set(one)]
        if isinstance(some, list) and (reviews or (not some and "hasMorePages" in value)):
            yield value
    if depth < DEEPEST and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _lists(inner, depth + 1)


def _mention(authors: Mapping[str, str | None], review: Mapping[str, Any]) -> CrawledMention | None:
    own_id, body = string(review, "id"), plain(string(review, "text"))
    text = joined_text(line(string(review, "title")), body)
    rating = rating_of(string(review, "grade", "rating"), 5, 1)
    said = _said(string(review, "dateCreate", "date"))
    if not own_id or not (text or rating):
        return None
    return CrawledMention(
        native_id=f"banki:{own_id}",
        text=text,
        rating=rating.value if rating else None,
        author=author_of(string(review, "userName")) or authors.get(_likeness(body)),
        language="ru",
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=f"{SITE}/services/responses/bank/response/{own_id}/",
        answer=plain(string(review, "agentAnswerText")) or None,
    )


def _said(value: str) -> Moment | None:
    """The moment of a date; the site's clock is Moscow's."""
    in_moscow = f"{value}{MOSCOW}" if CLOCK.search(value) else value
    return moment(in_moscow)


def _likeness(text: str) -> str:
    return re.sub(r"\W", "", text).casefold()[:LIKENESS]


def _of_statements(answer: Answer, page: HtmlPage, stated: Page) -> Page:
    """What the page says in schema.org's words, with the ids of the links to the reviews where each has one."""
    if not stated.is_recognised or not stated.mentions:
        return not_its_shape(answer, stated.problem or "the page carries no reviews, neither as JSON nor as JSON-LD")
    links = [] if page.tree is None else [REVIEW_LINK.search(link) for link in page.tree.xpath("//a/@href")]
    ids = list(dict.fromkeys(f"banki:{link[1]}" for link in links if link))
    mentions = [replace(mention, language="ru") for mention in stated.mentions]
    if len(ids) == len(mentions):
        mentions = [replace(mention, native_id=own) for mention, own in zip(mentions, ids, strict=True)]
    has_more = len(mentions) >= A_PAGE or stated.next_url
    return replace(stated, mentions=tuple(mentions), next_url=_next(answer.url) if has_more else None)


SOURCE = Source(
    kind="banki",
    title="the reviews of a bank on banki.ru",
    target="the reviews of a bank on banki.ru",
    tier=Tier.OPEN,
    addresses=("https://www.banki.ru/services/responses/bank/sberbank/",),
    terms="a public page; robots.txt is obeyed; the site's terms are yours to check",
    fields="id, title and text, grade of 1 to 5, author (hashed), time, the bank's answer; reviews that banki.ru does "
    "not count in its own rating are kept, since somebody said them",
    limits="25 a page, back to the first; as the page lists them",
    tested="pages that we wrote, in each of the shapes that it is known to have had",
    claims=claims,
    refused=refused,
    behind=lambda _answer: None,
    page_of=page_of,
    absence=Absence.WITHIN_WINDOW,
)
