"""vl.ru: reviews of a company in the Far East's directory, as its own pages ask for them. Grey: undocumented.

Address: a company's page on vl.ru, or the address of its comments. Target: the company by its short name. Pages: JSON
whose `content` is HTML; the next one is what came `before` the last comment; an empty one ends. Cursor: the walk's own.
Ratings are between 0 and 1 and stay so. Replies are left out: nothing tells the company's from other readers'.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import html

from core.errors import Invalid
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.moments import moment
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import not_its_shape, page_of_rows, part, string, unless_unreadable
from crawlers.sites import site_of, split, with_query
from crawlers.source import Absence, Source, Tier, with_headers
from crawlers.texts import INVISIBLE, author_of, plain

HOSTS = frozenset({"vl.ru", "www.vl.ru", "m.vl.ru"})
COMPANY = re.compile(r"/(?:commentsgate/ajax/thread/company/)?([A-Za-z\d][\w.-]{1,80})(?:/embedded|/reviews)?/?")
SECTIONS = frozenset(
    {
        "afisha", "ajax", "commentsgate", "contacts", "dom", "favorites", "film", "food", "help", "info", "job",
        "login", "map", "news", "newsvl", "poll", "reklama", "robots.txt", "rss", "search", "sitemap.xml",
        "spravochnik", "transport", "travel", "user", "users", "video", "weather", "webcams",
    }
)  # fmt: skip
"""Parts of the site that are no companies."""
THREAD = re.compile(r"/commentsgate/ajax/comments/([^/]+)/rendered")
TEXTS = ".//p[contains(@class, 'comment-text')]"
UNDATED = datetime.min.replace(tzinfo=UTC)
LABEL = re.compile(r"^\s*Комментарий\s*:\s*")


def claims(url: str) -> str | None:
    """A company's page: one short name after the host."""
    parts = split(url)
    found = COMPANY.fullmatch(parts.path) if parts and parts.hostname in HOSTS else None
    if found is None or found[1].lower() in SECTIONS:
        return None
    return f"https://www.vl.ru/{found[1]}"


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The company's newest comments."""
    known = claims(target)
    if known is None:
        msg = "a company of vl.ru has an address such as https://www.vl.ru/acme-gym"
        raise Invalid(msg)
    api = f"https://www.vl.ru/commentsgate/ajax/thread/company/{urlsplit(known).path[1:]}/embedded"
    return [with_query(api, theme="company", moderatorMode=1)]


def asked(url: str) -> Ask:
    """The request as the site's pages make it: it answers with JSON to no other."""
    return with_headers(Ask(url), X_Requested_With="XMLHttpRequest", Accept="application/json, */*; q=0.01")


def page_of(answer: Answer) -> Page:
    """One page of comments, newest first."""
    said = part(answer.json, "data")
    said = said if isinstance(said, dict) else answer.json
    content = part(said, "content")
    if not isinstance(content, str):
        return not_its_shape(answer, "the answer has no content")
    comments = _comments(content)
    if not comments and content.strip() and "CommentsList" not in content:
        return not_its_shape(answer, "the content holds no list of comments")
    reviews = [one for one in comments if not one.get("data-parent-id")]
    following = _following(answer.url, said) if comments else None
    page = unless_unreadable(page_of_rows(answer, reviews, _mention, next_url=following))
    newest_first = sorted(page.mentions, key=lambda one: one.published_at or UNDATED, reverse=True)
    return replace(page, mentions=tuple(newest_first), dropped=page.dropped + len(comments) - len(reviews))


def _comments(content: str) -> list[Any]:
    """The comments of the list; those that a block of the best shows once more are old ones out of their place."""
    tree = html.fromstring(f"<div>{INVISIBLE.sub('', content)}</div>")  # lxml refuses a page for one control character
    return list(tree.xpath(".//li[@comment][not(ancestor::*[contains(@class, 'best-comments')])]"))


def _following(url: str, said: Mapping[str, Any]) -> str | None:
    """What came before the last comment; the first page tells the thread's number, later addresses have it."""
    last, thread = string(said, "lastCommentId"), string(said, "threadId")
    if not last:
        return None
    if thread and not THREAD.search(url):
        url = f"{site_of(url)}/commentsgate/ajax/comments/{thread}/rendered?theme=company&moderatorMode=1"
    return with_query(url, before=last)


def _mention(comment: Any) -> CrawledMention | None:
    own_id = comment.get("comment")
    # A reply may lie within what it answers.
    own = [one for one in comment.xpath(TEXTS) if one.xpath("ancestor::li[@comment][1]")[0] is comment]
    texts = [plain(html.tostring(one, encoding="unicode", with_tail=False)) for one in own]
    text = LABEL.sub("", "\n\n".join(one for one in texts if one))
    value = comment.xpath("string((.//*[contains(@class, 'rating')]//*[contains(@class, 'active')]/@data-value)[1])")
    stars = rating_of(value, 1, 0)
    if not own_id or not (text or stars):
        return None
    said = moment(comment.get("data-timestamp") or comment.xpath("string((.//*[contains(@class, 'time')])[1])"))
    return CrawledMention(
        native_id=f"vlru:{own_id}",
        text=text,
        rating=stars.value if stars else None,
        best=1,
        worst=0,
        author=author_of(comment.xpath("string((.//*[contains(@class, 'user-name')])[1])")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
    )


SOURCE = Source(
    kind="vl_ru",
    title="a company on vl.ru",
    target="the company, by its short name",
    tier=Tier.GREY,
    addresses=("https://www.vl.ru/acme-gym",),
    terms="undocumented, read as the site's own pages read it: ask vl.ru for permission; robots.txt is obeyed",
    fields="id, text, rating 0 to 1, author (hashed), time; no replies",
    limits="as many comments a request as the site gives, back to the first",
    tested="answers that we wrote in shapes that public code shows; no recorded answer was at hand",
    claims=claims,
    starts=starts,
    asked=asked,
    page_of=page_of,
    absence=Absence.WITHIN_WINDOW,
)
