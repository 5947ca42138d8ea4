from crawlers.grouping import by_hosts
from store.models import Feed


def feed(number: int, kind: str, target: str, query: str = "") -> Feed:
    return Feed(id=number, kind=kind, target=target, query=query)


def test_sites_of_one_api_are_crawled_one_after_another() -> None:
    stack, ubuntu = "https://stackoverflow.com/questions/tagged/acme", "https://askubuntu.com/questions/tagged/acme"
    feeds = [
        feed(1, "stack_exchange", stack),
        feed(2, "schema_org", "https://example.org/reviews"),
        feed(3, "stack_exchange", ubuntu),
    ]

    assert sorted(map(sorted, by_hosts(feeds, None))) == [[1, 3], [2]]


def test_a_stand_in_is_one_host() -> None:
    feeds = [feed(1, "telegram", "https://t.me/acme"), feed(2, "schema_org", "https://example.org/reviews")]

    assert by_hosts(feeds, "http://127.0.0.1:8000") == [[1, 2]]


def test_a_feed_that_joins_two_groups_makes_them_one() -> None:
    feeds = [
        feed(1, "feed", "https://www.reddit.com/r/acme/.rss"),
        feed(2, "feed", "https://oauth.reddit.com/feed"),
        feed(3, "reddit", "https://www.reddit.com/r/acme/"),
    ]

    assert by_hosts(feeds, None) == [[1, 2, 3]]


def test_a_feed_of_no_known_kind_is_grouped_by_its_target() -> None:
    assert by_hosts([feed(1, "unheard_of", "https://example.org/")], None) == [[1]]
