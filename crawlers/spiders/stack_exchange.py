"""Stack Exchange: questions that a search or a tag finds on one of its sites, with their answers, by its API.

Address: a search or a tag of Stack Overflow, Super User, *.stackexchange.com and so on. Target: the search. Pages: by
creation, 100 questions a page; the answers to all questions of a page are one thread, since each request counts
against a small daily quota. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import unquote

from core.clock import now
from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, Ask, CrawledMention, Page, Thread
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict, later, refusal
from crawlers.queries import Query
from crawlers.ratings import number
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import in_query, number_in_query, split, with_query
from crawlers.source import Absence, Key, Keys, Source, Tier
from crawlers.texts import author_of, line, plain

API = "https://api.stackexchange.com/2.3"
A_PAGE = 100
LISTED: Mapping[str, str | int] = {"order": "desc", "sort": "creation", "filter": "withbody", "pagesize": A_PAGE}
HOSTS = re.compile(
    r"(?:[a-z]+\.)?(?:stackoverflow|serverfault|superuser|askubuntu|stackapps)\.com|(?:meta\.)?mathoverflow\.net"
    r"|[a-z0-9-]+(?:\.meta)?\.stackexchange\.com"
)
TAGGED = re.compile(r"/(?:questions/tagged|tags)/([^/]+)")
QUESTION = re.compile(r"/q(?:uestions)?/(\d+)(?:/|$)")
MORE_IN = re.compile(r"available in (\d{1,7}) seconds")
THROTTLED = frozenset({"throttle_violation", "temporarily_unavailable"})
BAD_KEY = frozenset({"access_denied", "key_required", "invalid_access_token", "access_token_required"})


def claims(url: str) -> str | None:
    """A search, a tag or a question of one of its sites, or the site as a search without words; the API's own too."""
    parts = split(url)
    host = (parts.hostname or "").removeprefix("www.") if parts else ""
    if parts is None or not (HOSTS.fullmatch(host) or host == "api.stackexchange.com"):
        return None
    if host == "api.stackexchange.com":
        host = _host(in_query(url, "site") or "stackoverflow")
    if question := QUESTION.match(parts.path):
        return f"https://{host}/questions/{question[1]}"
    tagged = TAGGED.match(parts.path)
    words = in_query(url, "q") or in_query(url, "intitle")
    tags = tagged[1] if tagged else in_query(url, "tagged")
    if tags and not words:
        return f"https://{host}/questions/tagged/{tags}"
    return with_query(f"https://{host}/search", q=words or None, tagged=tags or None)


def _host(name: str) -> str:
    """The host of a site by the name that the API has for it: `stackoverflow`, `ru.stackoverflow`, `unix`."""
    known = (name, f"{name}.com")
    return next((host for host in known if HOSTS.fullmatch(host)), f"{name}.stackexchange.com")


def starts(target: str, query: Query | None) -> Sequence[str]:
    """The question, or one search for each alternative of the query, or for the words or the tag in the target."""
    parts = split(target)
    path, host = (parts.path, (parts.hostname or "").removeprefix("www.")) if parts else ("", "")
    site = host.removesuffix(".com").removesuffix(".stackexchange")
    if question := QUESTION.match(path):
        return [with_query(f"{API}/questions/{question[1]}", site=site, filter="withbody")]
    tagged = TAGGED.match(path)
    tags = unquote(tagged[1].replace("+", ";") if tagged else in_query(target, "tagged").replace(" ", ";"))
    words: list[str | None] = [*query.searches] if query else [in_query(target, "q") or None]
    if not (tags or all(words)):
        msg = "Stack Exchange is searched: give --query, such as --query '\"acme gym\" OR acmefit', or watch a tag"
        raise Invalid(msg)
    return [
        with_query(f"{API}/search/advanced", q=text, tagged=tags or None, site=site, page=1, **LISTED) for text in words
    ]


def signed(ask: Ask, keys: Keys) -> Ask:
    """With a key in the query, where one is set: the API takes it nowhere else."""
    return Ask(with_query(ask.url, key=keys["stack_exchange"])) if keys.get("stack_exchange") else ask


def refused(answer: Answer) -> Verdict | None:
    """Errors are HTTP 400 with a name in the body; a quota that is used up names the seconds until there is more."""
    name, message = string(answer.json, "error_name"), string(answer.json, "error_message")
    seconds = MORE_IN.search(message)
    if seconds:
        return later(float(seconds[1]), "Stack Exchange")
    if name in THROTTLED:
        return Verdict(Outcome.RATE_LIMITED, f"Stack Exchange says: {name}")
    if name in BAD_KEY or (name == "bad_parameter" and "key" in message):
        return Verdict(Outcome.NEEDS_KEY, "the key that is set is not accepted")
    if string(answer.json, "error_id"):
        return Verdict(Outcome.FAILED, f"Stack Exchange says: {name or string(answer.json, 'error_id')}")
    return refusal(answer.status, answer.body)


def page_of(answer: Answer) -> Page:
    """One page of questions, newest first, or of the answers to several questions."""
    if not isinstance(part(answer.json, "items"), list):
        return not_its_shape(answer, "the answer has no items")
    posts = rows(answer.json, "items")
    following = with_query(answer.url, page=number_in_query(answer.url, "page", default=1) + 1)
    return unless_unreadable(
        page_of_rows(
            answer,
            posts,
            partial(_mention, in_query(answer.url, "site")),
            next_url=following if part(answer.json, "has_more") is True else None,
            threads=_answers(posts, in_query(answer.url, "site")),
            wait_s=_pause(answer),
        )
    )


def _pause(answer: Answer) -> float:
    """The `backoff` that the API asks for; where the day's quota is used up, the time until the next day."""
    backoff = max(number(part(answer.json, "backoff")) or 0, 0)
    if part(answer.json, "quota_remaining") != 0:
        return backoff
    at = answer.fetched_at or now()
    midnight = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(backoff, (midnight - at).total_seconds())


def _answers(posts: Sequence[Mapping[str, Any]], site: str) -> tuple[Thread, ...]:
    """The answers to all questions of a page: one list for up to 100 of them, so each names the same address."""
    ids = [string(post, "question_id") for post in posts if "answer_id" not in post and part(post, "answer_count")]
    listed = f"{API}/questions/{';'.join(ids[:A_PAGE])}/answers"
    url = with_query(listed, site=site, page=1, **LISTED)
    return tuple(Thread(f"se:{site}/{own_id}", url) for own_id in ids[:A_PAGE])


def _mention(site: str, post: Mapping[str, Any]) -> CrawledMention | None:
    asked, answered = string(post, "question_id"), string(post, "answer_id")
    body, said = plain(string(post, "body")), moment(string(post, "creation_date"))
    own_id = answered or asked
    # A list by another filter than ours has no bodies: a question is its title there.
    text = body if answered else joined_text(line(string(post, "title")), body)
    if not (own_id and text):
        return None
    return CrawledMention(
        native_id=f"se:{site}/{own_id}",
        text=text,
        author=author_of(string(part(post, "owner"), "display_name")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=string(post, "link") or f"https://{_host(site)}/{'a' if answered else 'q'}/{own_id}",
        reply_to=f"se:{site}/{asked}" if answered and asked else None,
        kind=TextKind.POST,
    )


SOURCE = Source(
    kind="stack_exchange",
    title="a search or a tag of Stack Overflow or another Stack Exchange site",
    target="a search or a tag on the site, or the site with --query",
    tier=Tier.OPEN,
    addresses=("https://stackoverflow.com/questions/tagged/acme", "https://superuser.com/search?q=acme"),
    terms="an official API, anonymous or with a key; texts are CC BY-SA, so links are kept where one would credit; "
    "authors are kept as hashes only: whoever publishes a text has to name its author from the link",
    fields="id, title and text, author (hashed), time, which question is answered, link",
    limits="questions and answers, no comments; 300 requests a day without a key, 10,000 with one; backoff is obeyed",
    tested="answers that we wrote, in gzip",
    claims=claims,
    behind=lambda _answer: None,
    starts=starts,
    searches=True,
    keys=(Key("stack_exchange", "a key of an application from stackapps.com, for a larger quota", is_needed=False),),
    signed=signed,
    refused=refused,
    page_of=page_of,
    absence=Absence.WITHIN_WINDOW,
)
