"""Wildberries: feedback on a product, as the shop's own pages ask for it. Grey: undocumented.

Address: a product's feedback page with `imtId` (the number of the product in all its colours), or the feedback's own
address. Target: that. Pages: one, of about a thousand of the newest; it is on one of two hosts, and the other answers
with nothing. Where a host has no second version of the list, the first is asked for. Cursor: the walk's own. An `imtId`
cannot be looked up from here: the shop's cards refuse programs.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Invalid
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import MISSING, Verdict, refusal
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import in_query, split, with_query
from crawlers.source import Source, Tier
from crawlers.texts import author_of, plain

SHOP = re.compile(r"(?:www\.|m\.|global\.)?wildberries\.(?:ru|by|kz|am|kg|uz|ge|az)")
HOSTS = ("https://feedbacks1.wb.ru", "https://feedbacks2.wb.ru")
PRODUCT = re.compile(r"/catalog/(\d{3,15})(?=/|$)")
FEEDBACKS = re.compile(r"/feedbacks/v[12]/(\d{3,15})/?")
SECOND = "/feedbacks/v2/"


def claims(url: str) -> str | None:
    """A product of the shop with the number that its feedback goes by, where the address names it."""
    parts = split(url)
    if parts is None:
        return None
    own, product = FEEDBACKS.fullmatch(parts.path), PRODUCT.search(parts.path)
    if f"https://{parts.hostname}" in HOSTS and own:
        return f"{HOSTS[0]}/feedbacks/v2/{own[1]}"
    if not SHOP.fullmatch(parts.hostname or "") or product is None:
        return None
    named = in_query(url, "imtId")
    return with_query(
        f"https://www.wildberries.ru/catalog/{product[1]}/feedbacks", imtId=named if named.isdigit() else None
    )


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """Both hosts: only one has the product's feedback, and nothing tells which."""
    parts = split(target)
    own, named = FEEDBACKS.search(parts.path) if parts else None, in_query(target, "imtId")
    imt = own[1] if own else named
    if not imt.isdigit():
        msg = (
            "Wildberries keeps feedback by the product's imtId: open all feedback on the product's page and give that "
            "address, such as https://www.wildberries.ru/catalog/123456/feedbacks?imtId=654321"
        )
        raise Invalid(msg)
    return [f"{host}/feedbacks/v2/{imt}" for host in HOSTS]


def refused(answer: Answer) -> Verdict | None:
    """By status; but where a host has no second version of the list, it may have the first."""
    return None if _is_older(answer) else refusal(answer.status, answer.body)


def _is_older(answer: Answer) -> bool:
    return answer.status in MISSING and SECOND in answer.url


def page_of(answer: Answer) -> Page:
    """All of it, newest first; the host that has none of the product says null."""
    if _is_older(answer):
        return Page(url=answer.url, next_url=answer.url.replace(SECOND, "/feedbacks/v1/", 1))
    said = answer.json
    if not isinstance(said, dict) or not (
        isinstance(said.get("feedbacks", 0), list) or said.get("feedbacks", 0) is None
    ):
        return not_its_shape(answer, "the answer has no feedbacks")
    found = sorted(rows(said, "feedbacks"), key=lambda row: string(row, "createdDate"), reverse=True)
    return unless_unreadable(page_of_rows(answer, found, _mention))


def _mention(row: Mapping[str, Any]) -> CrawledMention | None:
    own_id, stars = string(row, "id"), rating_of(row.get("productValuation"), 5, 1)
    pros, cons = plain(string(row, "pros")), plain(string(row, "cons"))
    text = joined_text(
        plain(string(row, "text")), f"Достоинства: {pros}" if pros else "", f"Недостатки: {cons}" if cons else ""
    )
    if not own_id or not (text or stars):
        return None
    said = moment(string(row, "createdDate"))
    return CrawledMention(
        native_id=f"wildberries:{own_id}",
        text=text,
        rating=stars.value if stars else None,
        author=author_of(string(row.get("wbUserDetails"), "name")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        answer=plain(string(part(row, "answer"), "text")) or None,
    )


SOURCE = Source(
    kind="wildberries",
    title="a product on Wildberries",
    target="the product in all its colours, by imtId",
    tier=Tier.GREY,
    addresses=(
        "https://www.wildberries.ru/catalog/123456/feedbacks?imtId=654321",
        "https://feedbacks1.wb.ru/feedbacks/v2/654321",
    ),
    terms=(
        "undocumented, read as the shop's own pages read it: ask Wildberries for permission; robots.txt is obeyed. The "
        "seller has the official feedback API"
    ),
    fields="id, text with what was good and bad, stars 1 to 5, author (hashed), time, the seller's answer",
    limits="about 1,000 of the newest in one answer; no older ones; many addresses of data centres are refused (403)",
    tested="answers that we wrote in shapes that public code shows; no recorded answer was at hand",
    claims=claims,
    starts=starts,
    page_of=page_of,
    refused=refused,
)
