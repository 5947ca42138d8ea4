"""Crawls of real servers: every comment arrives once, what changes is noticed, a server that stops leaves no hole."""

import signal
import threading
from collections import Counter
from collections.abc import Iterator
from time import monotonic, sleep

import pytest

from crawlers.crawl import crawl_feeds
from crawlers.outcomes import Outcome
from crawlers.watch import recognise
from tests.crawlers.conftest import Crawls
from tests.peers.peer import Isso, Peer, WordPress

pytestmark = pytest.mark.slow

MANY = 205
"""Three pages of either."""


@pytest.fixture(scope="module")
def wordpress() -> Iterator[WordPress]:
    with WordPress() as peer:
        yield peer


@pytest.fixture(scope="module")
def isso() -> Iterator[Isso]:
    with Isso() as peer:
        yield peer


@pytest.fixture(scope="module", params=["wordpress", "isso"])
def peer(request: pytest.FixtureRequest) -> Peer:
    found: Peer = request.getfixturevalue(request.param)
    return found


def texts(count: int, about: str) -> list[str]:
    """So many different comments in two languages."""
    russian = "Отзыв {} ({}): кофе остыл & горчит, «ещё» раз не приду 🙁\n\nБариста ни при чём."
    english = "Comment {} ({}): the coffee was cold & bitter, I will not come again 🙁\n\nNot the barista's fault."
    return [(russian if n % 2 else english).format(n, about).replace("'", "’") for n in range(count)]


def kept(crawls: Crawls, feed_id: int) -> Counter[str]:
    return Counter(mention.text for mention in crawls.mentions(feed_id) if mention.removed_at is None)


def removed(crawls: Crawls, feed_id: int) -> set[str]:
    return {mention.text for mention in crawls.mentions(feed_id) if mention.removed_at}


def crawl_up_to_the_first_page(crawls: Crawls, feed_id: int) -> threading.Thread:
    """A crawl that has kept a page, and pauses before it asks for the next one."""
    slowly = crawls.settings.model_copy(update={"crawl_delay_s": 1})
    thread = threading.Thread(target=crawl_feeds, args=[slowly, [feed_id]])
    thread.start()
    give_up_at = monotonic() + 60
    while monotonic() < give_up_at and not any(run.pages for run in crawls.runs(feed_id)):
        sleep(0.02)
    return thread


def test_every_comment_of_both_languages_arrives_once(peer: Peer, crawls: Crawls) -> None:
    written = texts(MANY, "first")
    peer.open("first")
    peer.write(*written)
    feed_id = crawls.feed(peer.target("first"), peer.kind)

    crawls.crawl(feed_id)
    crawls.crawl(feed_id)

    first, second = crawls.runs(feed_id)
    assert (first.outcome, first.detail, second.outcome) == (Outcome.OK, None, Outcome.NOTHING_NEW)
    assert first.pages >= 3
    assert kept(crawls, feed_id) == Counter(written)
    assert all(mention.author_key and mention.precision == "second" for mention in crawls.mentions(feed_id))


def test_what_is_new_edited_and_deleted_is_noticed_on_the_next_crawl(peer: Peer, crawls: Crawls) -> None:
    written = texts(MANY, "second")
    peer.open("second")
    ids = peer.write(*written)
    feed_id = crawls.feed(peer.target("second"), peer.kind)
    crawls.crawl(feed_id)

    peer.edit(ids[-3], "Я передумал: кофе хорош")
    peer.delete(ids[-5])
    peer.write("The coffee is hot again")
    crawls.crawl(feed_id)

    left = [text for text in written if text not in {written[-3], written[-5]}]
    assert crawls.runs(feed_id)[-1].outcome == Outcome.OK
    assert kept(crawls, feed_id) == Counter([*left, "Я передумал: кофе хорош", "The coffee is hot again"])
    assert removed(crawls, feed_id) == {written[-5]}


def test_a_server_that_stands_still_in_mid_crawl_leaves_no_hole(peer: Peer, crawls: Crawls) -> None:
    written = texts(MANY, "third")
    peer.open("third")
    peer.write(*written)
    feed_id = crawls.feed(peer.target("third"), peer.kind)

    crawling = crawl_up_to_the_first_page(crawls, feed_id)
    peer.send(signal.SIGSTOP)
    sleep(4)
    kept_meanwhile = len(crawls.mentions(feed_id))
    peer.send(signal.SIGCONT)
    crawling.join()

    assert kept_meanwhile < MANY
    assert [run.outcome for run in crawls.runs(feed_id)] == [Outcome.OK]
    assert kept(crawls, feed_id) == Counter(written)


def test_a_server_that_is_killed_in_mid_crawl_leaves_no_hole(peer: Peer, crawls: Crawls) -> None:
    written = texts(MANY, "fourth")
    peer.open("fourth")
    ids = peer.write(*written)
    feed_id = crawls.feed(peer.target("fourth"), peer.kind)

    crawling = crawl_up_to_the_first_page(crawls, feed_id)
    peer.end(signal.SIGKILL)
    crawling.join()
    kept_before = len(crawls.mentions(feed_id))
    peer.start()
    for comment in ids[-4:-1]:
        peer.delete(comment)
    peer.write("Снова работает")
    crawls.crawl(feed_id)

    cut, whole = crawls.runs(feed_id)
    assert (cut.outcome, whole.outcome) == (Outcome.FAILED, Outcome.OK)
    assert "connection was refused" in str(cut.detail)
    assert 0 < kept_before < MANY
    assert kept(crawls, feed_id) == Counter([*written[:-4], written[-1], "Снова работает"])


def test_the_page_of_a_post_is_recognised_and_its_authors_reply_is_the_official_answer(
    wordpress: WordPress, crawls: Crawls
) -> None:
    page = wordpress.open("Летнее меню")
    (asked,) = wordpress.write("Где чек?")
    reply = ["write", wordpress.post, "owner", "Отправили на почту", "2026-09-20 10:00:00", asked, 1]
    other = ["write", wordpress.post, "Олег", "И мне не дали", "2026-09-20 11:00:00", asked]
    wordpress.do(reply, other)

    found = recognise(page, crawls.settings, allows_private=True)
    feed_id = crawls.feed(found.target, found.kind)
    crawls.crawl(feed_id)

    answers = {mention.text: mention.answer for mention in crawls.mentions(feed_id)}
    assert (found.kind, found.target) == ("wordpress", wordpress.target(""))
    assert answers == {"Где чек?": "Отправили на почту", "И мне не дали": None}


def test_the_front_page_of_a_wordpress_is_all_of_its_comments(wordpress: WordPress, crawls: Crawls) -> None:
    found = recognise(f"{wordpress.url}/", crawls.settings, allows_private=True)

    assert (found.kind, found.target) == ("wordpress", f"{wordpress.url}/wp-json/wp/v2/comments")


def test_a_page_with_isso_is_recognised(isso: Isso, crawls: Crawls) -> None:
    found = recognise(f"{isso.url}/demo/", crawls.settings, allows_private=True)

    assert (found.kind, found.target) == ("isso", f"{isso.url}/?uri=%2Fdemo%2F")


def test_what_was_answered_before_it_was_deleted_is_removed_and_its_answers_stay(isso: Isso, crawls: Crawls) -> None:
    isso.open("deleted")
    asked, _ = isso.write("Кофе остыл", "The tea too")
    isso.write("Согласен", parent=asked)
    feed_id = crawls.feed(isso.target("deleted"), "isso")
    crawls.crawl(feed_id)

    isso.delete(asked)
    crawls.crawl(feed_id)

    assert kept(crawls, feed_id) == Counter(["The tea too", "Согласен"])
    assert removed(crawls, feed_id) == {"Кофе остыл"}
