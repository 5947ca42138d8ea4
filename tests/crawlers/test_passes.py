"""Passes over a source with threads, several starts and a sign-in: where they go, and where they go on."""

import asyncio
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from scrapy import Request
from scrapy.http import TextResponse
from scrapy.settings import Settings as ScrapySettings

from crawlers.items import Answer, Ask, CrawledMention, Page, Thread
from crawlers.outcomes import Outcome, Seen, Verdict, verdict
from crawlers.progress import untold
from crawlers.queries import Query
from crawlers.reading import rows
from crawlers.source import Absence, Key, Keys, SignIn, Source, Tier, with_headers
from crawlers.spider import SourceSpider
from crawlers.storage import Work
from crawlers.walk import Gone
from store.mentions import Kept

SITE = "https://forum.example"
NEWEST = datetime(2026, 11, 1, tzinfo=UTC)

Json = dict[str, Any]


def page_of(answer: Answer) -> Page:
    """`{"posts": [[id, days ago, text, thread or null]…], "next": url or null}`."""
    posts = [row["post"] for row in rows(answer.json, "posts")]
    return Page(
        url=answer.url,
        mentions=tuple(
            CrawledMention(native_id=one, text=text, published_at=NEWEST - timedelta(days=age))
            for one, age, text, _ in posts
        ),
        threads=tuple(Thread(one, f"{SITE}{thread}") for one, _, _, thread in posts if thread),
        next_url=f"{SITE}{answer.json['next']}" if answer.json.get("next") else None,
    )


def post(native_id: str, age: int, thread: str | None = None, text: str = "acme") -> Json:
    return {"post": [native_id, age, text, thread]}


def listed(*posts: Json, then: str | None = None) -> Json:
    return {"posts": list(posts), "next": then}


FORUM = Source(
    kind="forum", title="t", target="t", tier=Tier.OPEN, addresses=(), terms="t", fields="t", limits="t", tested="t",
    page_of=page_of, absence=Absence.ANYWHERE,
)  # fmt: skip


KEEPS_NOTHING = SimpleNamespace(hide=lambda _secrets: None)
"""A storage that is only told what must not reach a log."""


@dataclass
class Forum:
    """A forum that remembers what was asked of it, and what is known of it already."""

    pages: Mapping[str, Json]
    source: Source = FORUM
    query: str = ""
    keys: Keys = field(default_factory=dict)
    cursor: Json = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)
    """Known, but stored by another feed since the pass before."""
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    seen: Seen = field(default_factory=lambda: Seen(had_mentions=False))

    def pass_over(self, *, cut_after: int | None = None) -> Sequence[str]:
        """Crawl once, or until so many pages were kept; the paths that were asked for."""
        self.asked, self.gone, self.seen = [], [], Seen(had_mentions=False)
        asyncio.run(self._pass(cut_after))
        return self.asked

    async def _pass(self, cut_after: int | None) -> None:
        work = Work(
            feed_id=1, run_id=1, channel_id=1, location_id=None, kind="forum", target=f"{SITE}/", base_url=None,
            query=self.query, allows_private=False, renders=False, keys=self.keys, keys_problem=None,
            cursor=self.cursor, timezone="UTC",
            had_mentions=False,
        )  # fmt: skip
        waiting: deque[Request] = deque()
        spider = SourceSpider(source=self.source, work=work, storage=KEEPS_NOTHING, seen=self.seen, tell=untold)  # type: ignore[arg-type]
        spider.settings = ScrapySettings({"PAGES_A_CRAWL": 100})
        spider.crawler = SimpleNamespace(crawling=True, engine=SimpleNamespace(crawl=waiting.append))  # type: ignore[assignment]
        waiting.extend([request async for request in spider.start()])
        kept_pages = 0
        while waiting and kept_pages != cut_after:
            request = waiting.popleft()
            async for item in request.callback(self._answered(request)):  # type: ignore[misc]
                if isinstance(item, Request):
                    waiting.append(item)
                    continue
                ids = {mention.native_id for mention in item.mentions}
                kept = Kept(added=len(ids - self.known), fresh=len(ids & self.fresh))
                step = spider.step_after(item, kept)
                self.known |= ids
                self.cursor = json.loads(json.dumps(step.cursor))
                self.gone += [step.gone] if step.gone else []
                await spider.go_on(item, kept)
                kept_pages += 1

    def _answered(self, request: Request) -> TextResponse:
        path = request.url.removeprefix(SITE)
        self.asked.append(path)
        self.headers.append({name.decode(): values[0].decode() for name, values in request.headers.items()})
        body = self.pages.get(path)
        return TextResponse(
            request.url, status=200 if body is not None else 404, body=json.dumps(body).encode(), request=request
        )


THREADED = {
    "/": listed(post("a", 1, "/t/a"), post("b", 2), then="/?p=2"),
    "/t/a": listed(post("a1", 0), then="/t/a?p=2"),
    "/t/a?p=2": listed(post("a2", 0)),
    "/?p=2": listed(post("c", 3), post("d", 4, "/t/d")),
    "/t/d": listed(post("d1", 1)),
}


def test_threads_are_read_to_their_end_before_the_next_page() -> None:
    forum = Forum(THREADED)

    assert forum.pass_over() == ["/", "/t/a", "/t/a?p=2", "/?p=2", "/t/d"]
    assert forum.known == {"a", "b", "a1", "a2", "c", "d", "d1"}
    assert forum.cursor["complete"] is True


def test_a_pass_that_is_cut_off_anywhere_is_completed_by_the_next_one() -> None:
    for cut in range(1, 6):
        forum = Forum(THREADED)
        forum.pass_over(cut_after=cut)
        assert forum.cursor["complete"] is (cut == 5)

        forum.pass_over()

        assert forum.known == {"a", "b", "a1", "a2", "c", "d", "d1"}
        assert forum.cursor["complete"] is True


def test_a_thread_that_is_gone_ends_nothing() -> None:
    forum = Forum({path: page for path, page in THREADED.items() if path != "/t/a"})

    forum.pass_over()

    assert forum.known == {"a", "b", "c", "d", "d1"}
    assert forum.seen.failure is None
    assert forum.cursor["complete"] is True


def test_a_page_of_a_thread_may_have_threads_of_its_own() -> None:
    forum = Forum(THREADED | {"/t/a?p=2": listed(post("a2", 0, "/t/a2")), "/t/a2": listed(post("a3", 0))})

    assert forum.pass_over() == ["/", "/t/a", "/t/a?p=2", "/t/a2", "/?p=2", "/t/d"]
    assert forum.known == {"a", "b", "a1", "a2", "a3", "c", "d", "d1"}


LONG_THREAD = {
    "/": listed(post("a", 1, "/t/a")),
    "/t/a": listed(post("a3", 0), post("a2", 1), then="/t/a?p=2"),
    "/t/a?p=2": listed(post("a1", 2)),
}


def test_a_thread_is_left_where_all_is_known_and_then_proves_nothing_of_threads() -> None:
    forum = Forum(LONG_THREAD)
    forum.pass_over()

    assert forum.pass_over() == ["/", "/t/a"]
    assert [gone.newer_than for gone in forum.gone] == [NEWEST - timedelta(days=1)]

    forum.pages = LONG_THREAD | {"/t/a": listed(post("a4", 0), post("a2", 1), then="/t/a?p=2")}

    assert forum.pass_over() == ["/", "/t/a", "/t/a?p=2"]
    assert [gone.newer_than for gone in forum.gone] == [None]


def test_a_thread_that_a_pass_was_cut_off_in_is_read_to_its_end() -> None:
    forum = Forum(LONG_THREAD)
    forum.pass_over(cut_after=2)

    assert forum.pass_over() == ["/", "/t/a?p=2"]
    assert forum.known == {"a", "a1", "a2", "a3"}


def test_a_page_of_a_thread_that_is_gone_meanwhile_is_no_dead_end() -> None:
    forum = Forum(LONG_THREAD)
    forum.pass_over(cut_after=2)
    forum.pages = {"/": LONG_THREAD["/"], "/t/a": listed(post("a3", 0), post("a1", 1))}

    assert forum.pass_over() == ["/", "/t/a?p=2", "/t/a"]
    assert forum.cursor["complete"] is True


def test_a_page_with_more_threads_than_a_crawl_reads_is_read_by_several() -> None:
    threads = {f"/t/{n}": listed(post(f"{n}-1", 0)) for n in range(9)}
    forum = Forum({"/": listed(*(post(str(n), n, f"/t/{n}") for n in range(9)))} | threads)

    passes = [forum.pass_over(cut_after=4) for _ in range(3)]

    assert [len(asked) for asked in passes] == [4, 4, 4]
    assert len(forum.known) == 18
    assert forum.cursor["complete"] is True


def test_a_list_from_old_to_new_that_is_longer_than_a_crawl_is_read_by_several() -> None:
    then = {n: f"/?p={n + 1}" if n < 9 else None for n in range(1, 10)}
    pages = {
        f"/?p={n}": listed(post(f"{n}a", 40 - 2 * n), post(f"{n}b", 39 - 2 * n), then=then[n]) for n in range(2, 10)
    }
    forum = Forum({"/": listed(post("1a", 38), post("1b", 37), then="/?p=2")} | pages)

    passes = [forum.pass_over(cut_after=4) for _ in range(3)]

    assert passes[1:] == [["/", "/?p=4", "/?p=5", "/?p=6"], ["/", "/?p=6", "/?p=7", "/?p=8"]]
    assert forum.pass_over() == ["/", "/?p=8", "/?p=9"]
    assert (len(forum.known), forum.cursor["complete"]) == (18, True)


def test_a_list_whose_page_of_the_cut_is_gone_is_read_from_its_newest_pages() -> None:
    pages = {f"/?p={n}": listed(post(str(n), n), then=f"/?p={n + 1}") for n in range(2, 6)}
    forum = Forum({"/": listed(post("1", 1), then="/?p=2")} | pages)
    forum.pass_over(cut_after=4)
    forum.pages = {"/": listed(post("1", 1), then="/?p=2"), "/?p=2": listed(post("9", 9))}

    assert forum.pass_over() == ["/", "/?p=4", "/?p=2"]
    assert forum.seen.failure is None
    assert forum.cursor["complete"] is True


def test_a_page_of_another_shape_in_mid_list_is_no_end() -> None:
    whole = {"/": listed(post("a", 1), then="/?p=2"), "/?p=2": listed(post("b", 2))}
    shaped = replace(FORUM, page_of=lambda answer: page_of(answer) if answer.json != "closed" else CLOSED_PAGE)
    forum = Forum(whole | {"/?p=2": "closed"}, shaped)  # type: ignore[dict-item]

    forum.pass_over()

    assert forum.seen.failure
    assert forum.seen.failure.outcome == Outcome.LAYOUT_CHANGED
    assert (forum.cursor["complete"], forum.gone) == (False, [])
    forum.pages = whole
    forum.pass_over()
    assert forum.known == {"a", "b"}


CLOSED_PAGE = Page(url=f"{SITE}/?p=2", is_recognised=False)


def test_news_of_another_feed_do_not_end_a_pass() -> None:
    forum = Forum({"/": listed(post("a", 1), then="/?p=2"), "/?p=2": listed(post("b", 2))})
    forum.pass_over()
    forum.fresh = {"x"}
    forum.pages = {"/": listed(post("x", 0), then="/?p=2"), "/?p=2": listed(post("y", 0), post("a", 1), then="/?p=3")}
    forum.known.add("x")

    assert forum.pass_over() == ["/", "/?p=2", "/?p=3"]


def test_the_same_match_on_two_pages_is_no_repetition() -> None:
    pages = {
        "/": listed(post("a", 1), post("b", 2, text="weather"), then="/?p=2"),
        "/?p=2": listed(post("a", 1), post("c", 3, text="weather"), then="/?p=3"),
        "/?p=3": listed(post("d", 4)),
    }
    forum = Forum(pages, query="acme")

    assert len(forum.pass_over()) == 3
    assert not forum.seen.is_repeating


def test_a_thread_that_runs_from_old_to_new_is_read_to_its_end() -> None:
    upwards = {"/t/a": listed(post("a1", 2), post("a2", 1), then="/t/a?p=2"), "/t/a?p=2": listed(post("a3", 0))}
    forum = Forum(LONG_THREAD | upwards)
    forum.pass_over()

    assert forum.pass_over() == ["/", "/t/a", "/t/a?p=2"]


def forum_whose_thread_is(said: Outcome) -> Forum:
    return Forum(THREADED, replace(FORUM, refused=lambda answer: Verdict(said) if answer.url.endswith("/a") else None))


def test_a_thread_that_the_source_calls_closed_ends_nothing() -> None:
    for said in (Outcome.BLOCKED, Outcome.GONE, Outcome.NOTHING_NEW):
        forum = forum_whose_thread_is(said)

        assert forum.pass_over() == ["/", "/t/a", "/?p=2", "/t/d"]
        assert forum.seen.failure is None
        assert forum.seen.closed == (said is Outcome.BLOCKED)
        assert ("closed to us" in str(verdict(forum.seen).detail)) == (said is Outcome.BLOCKED)


def test_a_limit_that_is_reached_in_a_thread_ends_the_crawl() -> None:
    forum = forum_whose_thread_is(Outcome.RATE_LIMITED)

    assert forum.pass_over() == ["/", "/t/a"]
    assert forum.cursor["complete"] is False


def test_a_thread_whose_pages_lead_in_a_circle_is_left() -> None:
    forum = Forum(THREADED | {"/t/a?p=2": listed(post("a2", 0), then="/t/a")})

    forum.pass_over()

    assert forum.asked == ["/", "/t/a", "/t/a?p=2", "/?p=2", "/t/d"]


def test_what_a_pass_over_everything_did_not_see_is_gone() -> None:
    forum = Forum(THREADED)

    forum.pass_over()

    assert [gone.newer_than for gone in forum.gone] == [None]


def test_a_pass_that_goes_on_where_one_was_cut_off_counts_from_the_beginning_of_the_first_part() -> None:
    pages = {f"/?p={n}": listed(post(f"p{n}", n), then=f"/?p={n + 1}" if n < 4 else None) for n in (2, 3, 4)}
    forum = Forum({"/": listed(post("p1", 1), then="/?p=2"), **pages})
    forum.pass_over(cut_after=3)
    first_part_at = datetime.fromisoformat(forum.cursor["since"])

    assert forum.pass_over() == ["/", "/?p=3", "/?p=4"]
    assert [gone.unseen_since for gone in forum.gone] == [first_part_at]


def test_a_pass_that_read_all_pages_once_more_counts_from_its_own_beginning() -> None:
    forum = Forum({"/": listed(post("a", 1), then="/?p=2"), "/?p=2": listed(post("b", 2))})
    forum.pass_over(cut_after=1)
    first_part_at = datetime.fromisoformat(forum.cursor["since"])

    forum.pass_over()

    assert [gone.unseen_since > first_part_at for gone in forum.gone] == [True]


def test_a_later_pass_proves_only_what_its_window_shows() -> None:
    pages = {"/": listed(post("a", 1), post("b", 2), then="/?p=2"), "/?p=2": listed(post("c", 3))}
    forum = Forum(pages, replace(FORUM, absence=Absence.WITHIN_WINDOW))
    forum.pass_over()

    assert forum.pass_over() == ["/"]
    assert [gone.newer_than for gone in forum.gone] == [NEWEST - timedelta(days=2)]


def test_a_selection_proves_nothing_of_what_is_absent() -> None:
    forum = Forum(THREADED, replace(FORUM, absence=Absence.SAYS_NOTHING))

    forum.pass_over()

    assert forum.gone == []


def test_a_list_that_repeats_itself_proves_nothing() -> None:
    forum = Forum({"/": listed(post("a", 1), then="/?p=2"), "/?p=2": listed(post("a", 1), then="/?p=3")})

    forum.pass_over()

    assert forum.asked == ["/", "/?p=2"]
    assert forum.seen.is_repeating
    assert forum.gone == []


def test_a_page_of_a_choice_proves_nothing() -> None:
    choice = replace(FORUM, page_of=lambda answer: replace(page_of(answer), is_selection=True))
    forum = Forum(THREADED, choice)

    forum.pass_over()

    assert forum.cursor["complete"] is True
    assert forum.gone == []


def with_answers(answer: Answer) -> Page:
    """The same page with an answer of today below each of its posts."""
    page = page_of(answer)
    answers = [
        replace(one, native_id=f"{one.native_id}.1", text="so do I", published_at=NEWEST, in_thread=True)
        for one in page.mentions
    ]
    both = zip(page.mentions, (replace(one, reply_to=one.native_id[:-2]) for one in answers), strict=True)
    return replace(page, mentions=tuple(mention for pair in both for mention in pair))


ANSWERED = {"/": listed(post("a", 1), post("b", 2), then="/?p=2"), "/?p=2": listed(post("c", 3, text="weather"))}


def test_answers_below_posts_do_not_hide_that_the_newest_come_first() -> None:
    forum = Forum(ANSWERED, replace(FORUM, page_of=with_answers))
    forum.pass_over()

    assert forum.pass_over() == ["/"]
    assert [gone.newer_than for gone in forum.gone] == [NEWEST - timedelta(days=2)]


def test_answers_below_a_post_that_is_asked_for_need_not_name_the_brand() -> None:
    forum = Forum(ANSWERED, replace(FORUM, page_of=with_answers), query="acme")

    forum.pass_over()

    assert forum.known == {"a", "a.1", "b", "b.1"}
    assert forum.seen.filtered == 2


def searches(_target: str, query: Query | None) -> list[str]:
    return [f"{SITE}/find?q={word}" for word in (query.searches if query else [])]


FOUND = {
    "/find?q=acme": listed(post("a", 1), then="/find?q=acme&p=2"),
    "/find?q=acme&p=2": listed(post("b", 2)),
    "/find?q=zen": listed(post("a", 1, text="acme zen")),
}


def test_each_alternative_of_a_query_is_searched_with_a_cursor_of_its_own() -> None:
    forum = Forum(FOUND, replace(FORUM, starts=searches), query="acme OR zen")

    assert forum.pass_over() == ["/find?q=acme", "/find?q=acme&p=2", "/find?q=zen"]
    assert {path: own["complete"] for path, own in forum.cursor.items()} == {
        f"{SITE}/find?q=acme": True,
        f"{SITE}/find?q=zen": True,
    }
    assert forum.pass_over() == ["/find?q=acme", "/find?q=zen"]


def test_searches_that_were_cut_off_go_on_where_they_were() -> None:
    forum = Forum(FOUND, replace(FORUM, starts=searches), query="acme OR zen")

    forum.pass_over(cut_after=1)
    forum.pass_over()

    assert forum.known == {"a", "b"}
    assert all(own["complete"] for own in forum.cursor.values())


def test_several_starts_prove_together_what_is_gone_once_all_of_them_are_read() -> None:
    source = replace(FORUM, starts=searches, absence=Absence.WITHIN_WINDOW)
    forum = Forum(
        FOUND | {"/find?q=zen": listed(post("c", 0, text="zen"), post("d", 1, text="zen"))}, source, "acme OR zen"
    )

    forum.pass_over(cut_after=2)
    assert forum.gone == []
    forum.cursor = {}
    forum.pass_over()

    (gone,) = forum.gone
    assert gone.newer_than == NEWEST - timedelta(days=1)


def test_a_start_that_proves_nothing_leaves_all_of_them_without_proof() -> None:
    source = replace(FORUM, starts=searches, absence=Absence.WITHIN_WINDOW)
    forum = Forum(
        FOUND | {"/find?q=zen": listed(post("d", 1, text="zen"), post("c", 0, text="zen"))}, source, "acme OR zen"
    )

    forum.pass_over()

    assert forum.gone == []


def test_what_the_query_does_not_ask_for_is_counted_and_its_threads_are_not_read() -> None:
    pages = {
        "/": listed(post("a", 1, "/t/a"), post("b", 2, "/t/b", text="an acme of skill, not the gym")),
        "/t/a": listed(post("a1", 0, text="an answer need not name the brand")),
    }
    forum = Forum(pages, query="acme -skill")

    assert forum.pass_over() == ["/", "/t/a"]
    assert forum.known == {"a", "a1"}
    assert forum.seen.filtered == 1


def test_pages_of_nothing_that_is_asked_for_are_not_read_to_the_end_again() -> None:
    pages = {
        "/": listed(post("a", 1, text="weather"), then="/?p=2"),
        "/?p=2": listed(post("b", 2, text="weather"), then="/?p=3"),
        "/?p=3": listed(post("c", 3)),
    }
    forum = Forum(pages, query="acme")
    assert len(forum.pass_over()) == 3

    assert forum.pass_over() == ["/"]

    forum.pages = pages | {"/": listed(post("z", 0, text="weather"), then="/?p=2")}

    assert forum.pass_over() == ["/", "/?p=2"]


def token(url: str, keys: Keys) -> Ask:
    return Ask(url, {"Authorization": f"Basic {keys['forum']}"}, "POST", "grant_type=client_credentials")


def with_token(ask: Ask, keys: Keys) -> Ask:
    return with_headers(ask, Authorization=f"Bearer {keys['token']}")


SIGNED = replace(
    FORUM,
    keys=(Key("forum", "an application's password"),),
    sign_in=SignIn("https://forum.example/token", token, lambda answer: {"token": answer.json["token"]}),
    signed=with_token,
)


def test_a_source_that_asks_for_a_sign_in_is_read_with_the_token() -> None:
    forum = Forum({"/token": {"token": "t1"}, "/": listed(post("a", 1))}, SIGNED, keys={"forum": "p"})

    assert forum.pass_over() == ["/token", "/"]
    assert [headers["Authorization"] for headers in forum.headers] == ["Basic p", "Bearer t1"]


def test_a_source_whose_key_is_missing_says_which() -> None:
    forum = Forum({}, SIGNED)

    assert forum.pass_over() == []
    assert forum.seen.failure
    assert forum.seen.failure.outcome == Outcome.NEEDS_KEY
    assert "AFTERWORD_KEY__FORUM" in (forum.seen.failure.detail or "")


def test_a_source_whose_keys_are_optional_is_read_without_them_and_signs_in_with_all_of_them() -> None:
    optional = (Key("name", "an account", is_needed=False), Key("forum", "its password", is_needed=False))
    source = replace(SIGNED, keys=optional, signed=lambda ask, _: ask)
    pages = {"/token": {"token": "t1"}, "/": listed(post("a", 1))}

    assert Forum(pages, source).pass_over() == ["/"]
    assert Forum(pages, source, keys={"forum": "p"}).pass_over() == ["/"]
    assert Forum(pages, source, keys={"forum": "p", "name": "n"}).pass_over() == ["/token", "/"]


def with_answers_of_several(answer: Answer) -> Page:
    """The posts of the forum as two that share a thread, in which each is answered."""
    page = page_of(answer)
    if "/t/" not in answer.url:
        return replace(page, threads=tuple(Thread(mention.native_id, f"{SITE}/t/all") for mention in page.mentions))
    return replace(page, mentions=tuple(replace(one, reply_to=one.native_id[0]) for one in page.mentions))


def test_answers_to_several_mentions_may_be_one_list_of_which_those_to_what_is_asked_for_are_kept() -> None:
    pages = {
        "/": listed(post("a", 1), post("b", 2, text="none"), post("c", 3)),
        "/t/all": listed(post("a1", 0, text="well"), post("b1", 0, text="well"), post("c1", 0, text="well")),
    }
    forum = Forum(pages, replace(FORUM, page_of=with_answers_of_several), query="acme")

    assert forum.pass_over() == ["/", "/t/all"]
    assert forum.known == {"a", "c", "a1", "c1"}
    assert forum.seen.filtered == 2
