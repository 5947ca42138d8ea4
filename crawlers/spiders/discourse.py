"""Discourse: the posts of a forum, of one topic, or what a search of it finds, by the JSON behind its own pages.

Address: a topic, a search or any other page of a forum. Target: the topic, the search or the forum. Pages: of a forum
50 posts, newest first, each page up to the oldest id of the one before; of a topic 20 posts, oldest first; of a search
50 excerpts, ten pages at most. Cursor: the walk's own. Ids have gaps, and posts move: a post is its id, wherever it is.

A brand is looked for among all posts, as robots.txt of nearly every forum forbids its search.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from lxml import html

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict, later, refusal
from crawlers.pages import html_page
from crawlers.queries import Query
from crawlers.ratings import number
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string
from crawlers.sites import in_query, number_in_query, site_of, split, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import LONGEST_SOURCE, author_of, in_short, line, plain

HOSTS = re.compile(r"discourse\.(?!org$).+|meta\.discourse\.org|.+\.discourse\.group")
TOPIC = re.compile(r"(?P<base>/.*?)??/t/(?:(?P<slug>[^/]*[^/\d.][^/]*)/)?(?P<id>\d{1,12})(?P<rest>/.*|\.json)?")
LISTS = re.compile(r"/(?:posts|search|latest|top|new|hot|categories|c|tags?|u|g)(?:\.json|/.*)?$")
"""Where a path below a forum begins that is no topic."""
IDS_A_PAGE = 50
"""Ids that older forums look through for one page: all may belong to posts that are not public."""
LAST_SEARCH_PAGE = 10
ACTIONS = frozenset({3, 4})
"""Types of what is no post of a person to the public: small actions ("closed this"), whispers."""
NOT_OWN_WORDS = "//aside | //*[contains(@class, 'lightbox')]//*[contains(@class, 'meta')]"
"""What is quoted, previewed, or said of a picture by the forum itself."""


def claims(url: str) -> str | None:
    """A topic of any forum, by its path; any page of a forum whose host tells that it is one."""
    parts = split(url)
    if parts is None:
        return None
    site = f"{parts.scheme}://{parts.netloc.lower()}"
    topic = TOPIC.fullmatch(parts.path)
    if topic and (topic["slug"] or (topic["rest"] or "").endswith(".json")):
        return f"{site}{topic['base'] or ''}/t/{topic['slug'] or '-'}/{topic['id']}"
    if not HOSTS.fullmatch(parts.hostname or ""):
        return None
    return _search_or_forum(site, url)


def _search_or_forum(forum: str, url: str) -> str:
    words = in_query(url, "q")
    return with_query(f"{forum}/search", q=words) if words else f"{forum}/"


def behind(answer: Answer) -> str | None:
    """The topic or the search that a page shows, or its forum."""
    tree = html_page(answer).tree if answer.body.lstrip()[:1] == b"<" else None
    makers = [] if tree is None else tree.xpath("//meta[@name='generator']/@content")
    if not any(str(maker).startswith("Discourse ") for maker in makers) and part(answer.json, "latest_posts") is None:
        return None
    bases = [] if tree is None else tree.xpath("//meta[@id='data-discourse-setup']/@data-base-uri")
    return claims(answer.url) or _search_or_forum(site_of(answer.url) + (str(bases[0]) if bases else ""), answer.url)


def starts(target: str, query: Query | None) -> Sequence[str]:
    """The newest posts of the forum, the first ones of a topic, or the newest that a search finds."""
    parts = split(target)
    path = parts.path if parts else ""
    if topic := TOPIC.fullmatch(path):
        return [f"{site_of(target)}{topic['base'] or ''}/t/{topic['id']}.json"]
    forum = site_of(target) + LISTS.sub("", path).rstrip("/")
    if not re.search(r"/search(?:\.json)?/?$", path):
        return [f"{forum}/posts.json"]
    own_words = in_query(target, "q")
    words = [own_words] if own_words else query.searches if query else []
    if not words:
        msg = "a search of a forum needs words: give an address such as https://forum.example.org/search?q=acme"
        raise Invalid(msg)
    return [with_query(f"{forum}/search.json", q=f"{text} order:latest") for text in words]


def refused(answer: Answer) -> Verdict | None:
    """By status, with the forum's own words, and the seconds that it asks to wait."""
    wrong = refusal(answer.status, answer.body)
    seconds = number(part(answer.json, "extras", "wait_seconds"))
    if wrong and wrong.outcome is Outcome.RATE_LIMITED and seconds:
        return later(seconds, "the forum")
    words = part(answer.json, "errors", 0)
    return wrong.saying(in_short(words)) if wrong and isinstance(words, str) else wrong


def page_of(answer: Answer) -> Page:
    """One page of posts: of a forum, of a topic, or found by a search."""
    if isinstance(part(answer.json, "latest_posts"), list):
        posts = rows(answer.json, "latest_posts")
        return _posts(answer, posts, next_url=_older(answer.url, posts))
    if isinstance(part(answer.json, "post_stream", "posts"), list):
        posts = [one for one in rows(answer.json, "post_stream", "posts") if _place(one) > _asked(answer.url)]
        title = string(answer.json, "title")
        return _posts(answer, [{**one, "topic_title": title} for one in posts], next_url=_further(answer, posts))
    if isinstance(answer.json, dict) and "grouped_search_result" in answer.json:
        return _found(answer)
    return not_its_shape(answer, "the answer holds no posts")


def _found(answer: Answer) -> Page:
    """Excerpts of posts around the words that were searched for; never all that there are."""
    if error := string(part(answer.json, "grouped_search_result"), "error"):
        return Page(url=answer.url, refused=Verdict(Outcome.RATE_LIMITED, f"the search says: {in_short(error)}"))
    topics = {string(one, "id"): one for one in rows(answer.json, "topics")}
    posts = [
        {"topic_title": string(topic, "title"), "topic_slug": string(topic, "slug"), **one}
        for one in rows(answer.json, "posts")
        for topic in [topics.get(string(one, "topic_id"), {})]
    ]
    here = number_in_query(answer.url, "page", default=1)
    has_more = part(answer.json, "grouped_search_result", "more_full_page_results") is True
    following = with_query(answer.url, page=here + 1) if has_more and here < LAST_SEARCH_PAGE else None
    return _posts(answer, posts, next_url=following, is_selection=True)


def _older(url: str, posts: Sequence[Mapping[str, Any]]) -> str | None:
    """The page from the oldest id on, which some forums list once more and others do not.

    An empty page is the end of a new forum, but with old ones a gap among the ids.
    """
    before = number(in_query(url, "before"))
    ids = [own_id for one in posts if (own_id := number(one.get("id")))]
    oldest = min(ids, default=(before or 0) - IDS_A_PAGE)
    return with_query(url, before=int(oldest)) if oldest > 1 and (before is None or oldest < before) else None


def _further(answer: Answer, posts: Sequence[Mapping[str, Any]]) -> str | None:
    """The posts of a topic from the last listed one on; none where it alone is left, or the topic says it is the last.

    It is asked for once more, so that a page of a single new one is seen to run upwards as all of them do.
    """
    stream = part(answer.json, "post_stream", "stream")
    is_last = isinstance(stream, list) and bool(posts) and stream[-1:] == [posts[-1].get("id")]
    if is_last or not posts or (len(posts) == 1 and _asked(answer.url) > 0):
        return None
    topic = re.sub(r"(?:/posts)?\.json$", "", urlsplit(answer.url).path)
    return with_query(f"{site_of(answer.url)}{topic}/posts.json", post_number=_place(posts[-2:][0]), asc="true")


def _place(post: Mapping[str, Any]) -> int:
    return int(number(post.get("post_number")) or 0)


def _asked(url: str) -> int:
    return int(number(in_query(url, "post_number")) or -1)


def _posts(answer: Answer, posts: Sequence[Mapping[str, Any]], **fields: Any) -> Page:
    removed = [one for one in posts if _is_gone(one)]
    kept = [one for one in posts if not _is_gone(one) and number(one.get("post_type")) not in ACTIONS]
    ids = {(string(one, "topic_id"), _place(one)): string(one, "id") for one in posts}
    forum = re.sub(r"/(?:posts|search)\.json.*|/t/\d.*", "", answer.url)
    return page_of_rows(
        answer, kept, partial(_mention, forum, ids), removed=tuple(string(one, "id") for one in removed), **fields
    )


def _is_gone(post: Mapping[str, Any]) -> bool:
    """Whether a post only keeps its place: hidden by flags, or deleted. Its text is the forum's then."""
    return bool(post.get("hidden") or post.get("user_deleted") or post.get("deleted_at"))


def _mention(forum: str, ids: Mapping[tuple[str, int], str], post: Mapping[str, Any]) -> CrawledMention | None:
    topic, slug = string(post, "topic_id"), string(post, "topic_slug") or "-"
    title = line(string(post, "topic_title")) if _place(post) == 1 else ""
    own_words, said = plain(_own_words(string(post, "cooked", "blurb", "raw"))), moment(string(post, "created_at"))
    if not own_words:
        return None
    return CrawledMention(
        native_id=string(post, "id"),
        text=joined_text(title, own_words),
        author=author_of(string(post, "username")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=f"{forum}/t/{slug}/{topic}/{_place(post)}" if topic else None,
        reply_to=ids.get((topic, int(number(post.get("reply_to_post_number")) or 0))),
        kind=TextKind.POST,
    )


def _own_words(cooked: str) -> str:
    """The HTML of a post without the words of others in it; an emoji, which is an image, as it was typed."""
    if "<" not in cooked:
        return cooked
    tree = html.fragment_fromstring(cooked[:LONGEST_SOURCE], create_parent="div")
    for node in tree.xpath(NOT_OWN_WORDS):
        node.drop_tree()
    for image in tree.xpath("//img[contains(@class, 'emoji')]"):
        image.tail = f"{image.get('title') or image.get('alt') or ''}{image.tail or ''}"
        image.drop_tree()
    return str(html.tostring(tree, encoding="unicode"))


SOURCE = Source(
    kind="discourse",
    title="a Discourse forum",
    target="a forum, with or without --query; a topic; or a search, where robots.txt allows it",
    tier=Tier.OPEN,
    addresses=(
        "https://forum.example.org/t/cold-coffee/57",
        "https://forum.example.org/t/57.json",
        "https://meta.discourse.org/",
    ),
    terms="its own pages read the same answers; robots.txt is obeyed, which as a rule forbids the search",
    fields="id, text without quotes (of a search an excerpt), title of the first post, author (hashed), time, reply",
    limits="50 posts a request, 20 of a topic, 500 excerpts of a search; edits of old posts are seen once a week",
    tested="answers recorded from one and edited by hand; answers that we wrote in the shapes of its source",
    claims=claims,
    behind=behind,
    starts=starts,
    page_of=page_of,
    refused=refused,
    absence=Absence.ANYWHERE,
)
