"""Telegram: the posts of a public channel, from the preview that t.me shows in a browser.

Address: t.me/NAME, t.me/s/NAME, a post of it. Target: the preview. Pages: about twenty posts, old to new; `before` asks
for older ones. Cursor: the walk's own.

A post that is forwarded is kept, as what its first author said: the channel only passes it on. Comments are not in
previews.
"""

import re
from collections.abc import Sequence
from typing import Any

from core.labels import TextKind
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict
from crawlers.pages import html_page
from crawlers.reading import not_its_shape, page_of_rows
from crawlers.sites import split, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, line, plain

HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
NO_CHANNELS = frozenset(
    {
        *("joinchat", "addstickers", "addemoji", "addtheme", "addlist", "setlanguage", "share", "proxy", "socks"),
        *("login", "invoice", "boost", "contact", "confirmphone", "giftcode", "iv", "call", "stickers"),
    }
)
"""First parts of addresses that are something else."""
POST = re.compile(r"([A-Za-z0-9_]+)/([0-9]{1,18})")
NUMBER = re.compile(r"[0-9]{1,18}")
POST_LINK = re.compile(r"(?:https?://[^/]+)?/(?:s/)?([A-Za-z0-9_]+)/([0-9]{1,18})")
BLOCKS = frozenset({"blockquote", "pre", "div", "p"})
SPACES = re.compile(r"\s+")
LINE_ENDS = re.compile(r" *\n *")


def claims(url: str) -> str | None:
    """The preview of the channel that an address names; none for invitations, stickers and private channels."""
    parts = split(url)
    host = (parts.hostname or "").removeprefix("www.") if parts else ""
    subdomain, _, above = host.partition(".")
    names = [name for name in parts.path.split("/") if name and name != "s"] if parts else []
    name = names[0] if host in HOSTS and names else subdomain if above == "t.me" else ""
    return f"https://t.me/s/{name}" if NAME.fullmatch(name) and name.lower() not in NO_CHANNELS else None


def page_of(answer: Answer) -> Page:
    """One page of the preview, the newest post first."""
    page = html_page(answer)
    if page.tree is None or not (posts := _with_class(page.tree, "tgme_widget_message", "[@data-post]")):
        return _without_posts(answer, page.tree)
    ids = [int(match[2]) for post in posts if (match := POST.fullmatch(post.get("data-post")))]
    more = [link.get("data-before") for link in _with_class(page.tree, "tme_messages_more", "[@data-before]")]
    # A channel's first page has no link to older ones, but nor has a piece of a page: one empty page tells.
    before = next((text for text in more if NUMBER.fullmatch(text)), str(min(ids, default=0)))
    own = [post for post in posts if "service_message" not in post.get("class", "").split()]
    return page_of_rows(
        answer,
        reversed(own),
        _mention,
        next_url=with_query(answer.url, before=before) if int(before) > 1 else None,
        title=page.title,
    )


def _without_posts(answer: Answer, tree: Any) -> Page:
    """An empty preview, or what t.me leads to where there is none."""
    if tree is None:
        return not_its_shape(answer, "the answer is no page")
    if _with_class(tree, "tgme_channel_history") or _with_class(tree, "tgme_channel_info"):
        return Page(url=answer.url)
    if not _with_class(tree, "tgme_page"):
        return not_its_shape(answer, "the page shows no channel")
    if _with_class(tree, "tgme_page_title"):
        words = "Telegram shows no preview of this channel on the web: ask its owner for an export and import that"
        wrong = Verdict(Outcome.BLOCKED, words)
    else:
        wrong = Verdict(Outcome.GONE, "there is no public channel of this name")
    return Page(url=answer.url, is_recognised=False, refused=wrong)


def _mention(post: Any) -> CrawledMention | None:
    match = POST.fullmatch(post.get("data-post"))
    if match is None:
        return None
    texts = _own_texts(post) or _with_class(post, "tgme_widget_message_poll_question")
    said = next((found for found in (moment(value) for value in _times(post)) if found), None)
    text = plain(LINE_ENDS.sub("\n", _text(texts[0]))) if texts else ""
    if not text:
        return None
    signed = _first_line(post, "tgme_widget_message_forwarded_from_name", "tgme_widget_message_from_author")
    return CrawledMention(
        native_id=f"tg:{match[1].lower()}/{match[2]}",
        text=text,
        author=author_of(signed) or match[1].lower(),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=f"https://t.me/{match[1]}/{match[2]}",
        reply_to=_replied_to(post),
        kind=TextKind.POST,
    )


def _with_class(node: Any, name: str, condition: str = "") -> Sequence[Any]:
    found: Sequence[Any] = node.xpath(
        f".//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]{condition}"
    )
    return found


def _own_texts(post: Any) -> Sequence[Any]:
    """What the post itself says: the text that it replies to has the same class."""
    texts = _with_class(post, "tgme_widget_message_text")
    quoted = {node for reply in _with_class(post, "tgme_widget_message_reply") for node in reply.iter()}
    return [text for text in texts if text not in quoted and "js-message_reply_text" not in text.get("class", "")]


def _times(post: Any) -> list[str]:
    """When it was posted; a video's length is a `time` too, without a date."""
    dated = [time for date in _with_class(post, "tgme_widget_message_date") for time in date.iter("time")]
    return [time.get("datetime") for time in [*dated, *post.iter("time")] if time.get("datetime")]


def _first_line(post: Any, *names: str) -> str:
    found = (line(_text(node)) for name in names for node in _with_class(post, name))
    return next((text for text in found if text), "")


def _replied_to(post: Any) -> str | None:
    links = [POST_LINK.match(node.get("href", "")) for node in _with_class(post, "tgme_widget_message_reply")]
    return next((f"tg:{link[1].lower()}/{link[2]}" for link in links if link), None)


def _text(node: Any) -> str:
    """The text of a node: only `br` and blocks end a line, so that a word that is bold in part stays one word."""
    pieces = [SPACES.sub(" ", node.text or "")]
    for child in node:
        if child.tag == "br":
            pieces.append("\n")
        elif isinstance(child.tag, str):
            inner = child.text_content() if child.tag == "pre" else _text(child)
            pieces.append(f"\n{inner}\n" if child.tag in BLOCKS else inner)
        pieces.append(SPACES.sub(" ", child.tail or ""))
    return "".join(pieces)


SOURCE = Source(
    kind="telegram",
    title="a public channel of Telegram",
    target="a channel on t.me",
    tier=Tier.OPEN,
    addresses=("https://t.me/acme", "https://t.me/s/acme", "https://t.me/acme/15"),
    terms="a page for browsers of what a channel shows to anybody; t.me has no robots.txt. Telegram's terms forbid "
    "collecting for datasets and for training: whether your use is within them is yours to check",
    fields="id, text or a poll's question, who signed it or the channel (hashed), time, which post is answered, link",
    limits="posts of the channel, no comments; about 20 a page, back to its first; pictures without a text are counted "
    "as dropped; a channel without a preview says so",
    tested="pages that we wrote; recorded pieces of a page",
    claims=claims,
    page_of=page_of,
    absence=Absence.WITHIN_WINDOW,
)
