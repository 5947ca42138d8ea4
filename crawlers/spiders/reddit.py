"""Reddit: a community, one post, or what a search finds, with the comments, by its Data API.

Address: a community, a post or a search on any of Reddit's hosts. Target: the same on www.reddit.com. Pages: 100 newest
posts or comments a page, by `after`; the comments of a found post are a thread, with what it leaves out (`more`) as
threads of their own. Cursor: the walk's own.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, Ask, CrawledMention, Page, Thread
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict, refusal
from crawlers.queries import Query
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import in_query, split, with_query
from crawlers.source import Absence, Key, Keys, SignIn, Source, Tier, with_headers
from crawlers.texts import author_of, line, plain

API = "https://oauth.reddit.com"
SITE = "https://www.reddit.com"
HOSTS = re.compile(r"(?:[a-z]{1,5}\.)?reddit\.com")
COMMUNITY = re.compile(r"(?:/[a-z-]{2,5})?/r/(\w{2,21})(?=[/.]|$)", re.ASCII)
POST = re.compile(r"(?:/[a-z-]{2,5})?(?:/r/\w{2,21})?/comments/([a-z0-9]{1,13})(?=[/.]|$)", re.ASCII)
LISTED: Mapping[str, str | int] = {"limit": 100, "raw_json": 1}
AT_ONCE = 100
"""Comments that one request asks for by their ids."""
TAKEN_AWAY = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]"})
CLOSED = frozenset({"private", "quarantined", "gold_only"})


def claims(url: str) -> str | None:
    """A post, a search, a community, or Reddit itself as a search without words; none for what is of one person."""
    parts = split(url)
    host = (parts.hostname or "") if parts else ""
    if parts and host == "redd.it" and re.fullmatch(r"/[a-z0-9]{1,13}/?", parts.path):
        return f"{SITE}/comments/{parts.path.strip('/')}/"
    if parts is None or not HOSTS.fullmatch(host):
        return None
    if post := POST.match(parts.path):
        return f"{SITE}/comments/{post[1]}/"
    community, words = COMMUNITY.match(parts.path), in_query(url, "q")
    if community:
        within = f"{SITE}/r/{community[1]}/"
        return with_query(f"{within}search/", q=words) if words else within
    return with_query(f"{SITE}/search/", q=words or None) if parts.path.rstrip("/") in {"", "/search"} else None


def starts(target: str, query: Query | None) -> Sequence[str]:
    """The post; or a search for each alternative of the query, or for the words in the target, or a community's newest.

    With a query the newest comments of a community are read too: they may name what their posts do not.
    """
    parts = split(target)
    path = parts.path if parts else ""
    if post := POST.match(path):
        return [_comments(post[1])]
    community, words = COMMUNITY.match(path), in_query(target, "q")
    within = f"{API}/r/{community[1]}" if community else API
    searches = [
        with_query(f"{within}/search", q=text, sort="new", t="all", restrict_sr=1 if community else None, **LISTED)
        for text in (query.searches if query else [words] if words else [])
    ]
    if not (community or searches):
        msg = "Reddit is searched: give --query, such as --query '\"acme gym\" OR acmefit', or watch a community"
        raise Invalid(msg)
    newest = [] if searches else [with_query(f"{within}/new", **LISTED)]
    comments = [with_query(f"{within}/comments", **LISTED)] if community and (query or not words) else []
    return [*searches, *newest, *comments]


def _ask_for_token(url: str, keys: Keys) -> Ask:
    pair = b64encode(f"{keys['reddit_id']}:{keys['reddit_secret']}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
    return Ask(url, headers=headers, method="POST", body="grant_type=client_credentials")


def _token(answer: Answer) -> Keys:
    token = string(answer.json, "access_token")
    return {"reddit_token": token} if token else {}


def signed(ask: Ask, keys: Keys) -> Ask:
    """With the token in a header."""
    return with_headers(ask, Authorization=f"Bearer {keys['reddit_token']}") if keys.get("reddit_token") else ask


def refused(answer: Answer) -> Verdict | None:
    """A closed community says why it is closed; any other refusal is of the application."""
    wrong, reason = refusal(answer.status, answer.body), string(answer.json, "reason")
    if wrong is None or wrong.outcome is not Outcome.BLOCKED:
        return wrong
    if reason in CLOSED:
        return Verdict(Outcome.BLOCKED, f"the community is closed: {reason}")
    words = "Reddit does not accept the keys that are set: since November 2025 each application needs its approval"
    return Verdict(Outcome.NEEDS_KEY, f"{words} ({wrong.detail})")


def page_of(answer: Answer) -> Page:
    """Posts or comments newest first, or a post with its comments, each after what it answers."""
    several = answer.json if isinstance(answer.json, list) else [answer.json]
    lists = [part(one, "data", "children") for one in several] or [None]
    more = part(answer.json, "json", "data", "things")
    is_tree = more is not None or isinstance(answer.json, list)
    found = [more] if more is not None else lists
    if not all(isinstance(one, list) for one in found):
        return not_its_shape(answer, string(answer.json, "message") or "the answer is no listing")
    said = list(_walked([thing for one in found for thing in one]))
    after = string(part(answer.json, "data"), "after")
    gone = [string(data, "name") for kind, data in said if kind != "more" and _is_taken_away(data)]
    return unless_unreadable(
        page_of_rows(
            answer,
            [(data, is_tree) for kind, data in said if kind in {"t1", "t3"} and not _is_taken_away(data)],
            _mention,
            next_url=with_query(answer.url, after=after) if after and not is_tree else None,
            threads=tuple(_threads(answer, said)),
            removed=tuple(f"reddit:{name}" for name in gone if name),
            is_selection=_is_search(answer.url),
        )
    )


def _walked(things: Sequence[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each thing's kind and data, answers after what they answer."""
    stack = [*reversed(things)]
    while stack:
        thing = stack.pop()
        data = part(thing, "data")
        if isinstance(data, dict):
            yield string(thing, "kind"), data
            stack += reversed(rows(data, "replies", "data", "children"))


def _is_taken_away(data: Mapping[str, Any]) -> bool:
    """Whether its author, a moderator or Reddit took it away: its place stays, with a word in it."""
    own = string(data, "body", "selftext")
    return own in TAKEN_AWAY or bool(part(data, "removed_by_category"))


def _threads(answer: Answer, said: Sequence[tuple[str, Mapping[str, Any]]]) -> Iterator[Thread]:
    """The comments of each post that a search found, and the comments that a page of comments leaves out."""
    posts = [string(data, "link_id", "name") for _, data in said]
    post = in_query(answer.url, "link_id") or next((name for name in posts if name.startswith("t3_")), "")
    for kind, data in said:
        if kind == "t3" and _is_search(answer.url) and part(data, "num_comments"):
            yield Thread(f"reddit:{string(data, 'name')}", _comments(string(data, "id")))
        elif kind == "more":
            yield from (Thread(f"reddit:{string(data, 'parent_id')}", url) for url in _left_out(post, data))


def _is_search(url: str) -> bool:
    parts = split(url)
    return parts is not None and parts.path.endswith("/search")


def _comments(path: str) -> str:
    return with_query(f"{API}/comments/{path}", limit=500, sort="new", raw_json=1)


def _left_out(post: str, more: Mapping[str, Any]) -> list[str]:
    """Where the comments are that a tree names only, or that are too deep in it."""
    ids = [one for one in part(more, "children") or () if isinstance(one, str)]
    some = [",".join(ids[place : place + AT_ONCE]) for place in range(0, len(ids), AT_ONCE)]
    parent = string(more, "parent_id")
    if not ids and parent.startswith("t1_"):
        return [_comments(f"{post.removeprefix('t3_')}/_/{parent.removeprefix('t1_')}")]
    listed = f"{API}/api/morechildren"
    return [with_query(listed, link_id=post, children=children, api_type="json", raw_json=1) for children in some]


def _mention(row: tuple[Mapping[str, Any], bool]) -> CrawledMention | None:
    data, in_thread = row
    own_id, permalink = string(data, "name"), string(data, "permalink")
    text = joined_text(
        line(string(data, "title")), plain(string(data, "body_html", "body", "selftext_html", "selftext"))
    )
    said = moment(string(data, "created_utc"))
    author, parent = string(data, "author"), string(data, "parent_id")
    if not (own_id and text):
        return None
    return CrawledMention(
        native_id=f"reddit:{own_id}",
        text=text,
        author=None if author in TAKEN_AWAY else author_of(author),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=f"{SITE}{permalink}" if permalink.startswith("/") else None,
        reply_to=f"reddit:{parent}" if parent else None,
        in_thread=in_thread and own_id.startswith("t1_"),
        kind=TextKind.POST,
    )


SOURCE = Source(
    kind="reddit",
    title="a community, a post or a search of Reddit",
    target="a community, a post or a search on www.reddit.com, or the site with --query",
    tier=Tier.KEY,
    addresses=("https://www.reddit.com/r/acme/", "https://www.reddit.com/search/?q=acme", "https://redd.it/abc123"),
    terms="the official Data API; since November 2025 Reddit approves each application by hand, and forbids commercial "
    "use and mining without its written consent",
    fields="id, title and text, author (hashed), time, what it answers, link; what was taken away is marked removed",
    limits="the newest 1,000 of each list; about 100 requests a minute; what a search no longer finds is not called "
    "removed, since it may miss posts",
    tested="answers that we wrote",
    claims=claims,
    behind=lambda _answer: None,
    starts=starts,
    searches=True,
    keys=(
        Key("reddit_id", "the id of an application that Reddit has approved (reddit.com/prefs/apps)"),
        Key("reddit_secret", "the secret of that application"),
    ),
    sign_in=SignIn(f"{SITE}/api/v1/access_token", _ask_for_token, _token),
    signed=signed,
    refused=refused,
    page_of=page_of,
    absence=Absence.WITHIN_WINDOW,
    obeys_robots=False,
)
