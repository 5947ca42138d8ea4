"""What is refused whatever it answers, and what is not refused by mistake."""

import pytest

from core.errors import UnknownSource
from crawlers.refused import REFUSED, Refusal, refusal_of
from crawlers.sources import SOURCES
from crawlers.watch import recognise
from tests.crawlers.conftest import Crawls


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://yandex.ru/maps/org/acme/1234567/reviews/", "Yandex Maps answers crawlers with a captcha"),
        ("https://yandex.com/maps/-/CDabc", "captcha"),
        ("https://yandex.com.tr/harita/org/acme/1/", "captcha"),
        ("https://yandex.kz/profile/1234567", "captcha"),
        ("https://yandex.uz/web-maps/org/1", "captcha"),
        ("https://maps.yandex.ru/org/1", "captcha"),
        ("https://m.maps.yandex.com/", "captcha"),
        ("https://yandex.ru/maps-reviews-widget/1?comments", "captcha"),
        ("https://reviews.yandex.ru/shop/acme.ru", "captcha"),
        ("https://ya.ru/maps/org/1", "captcha"),
        ("https://otzovik.com/reviews/acme/", "forbids crawlers"),
        ("https://spb.otzovik.com/reviews/acme/", "forbids crawlers"),
        ("https://irecommend.ru/content/acme", "captcha"),
        ("https://www.sravni.ru/proxy-reviews/reviews?x=1", "robots.txt"),
        ("https://discord.com/channels/1/2", "bot"),
        ("https://discord.gg/acme", "bot"),
        ("https://www.google.com/maps/place/Acme/@55.7,37.6,17z/data=!4m6!3m5!1s0x1:0x2", "Business Profile API"),
        ("https://www.google.com/maps", "place_id:ID"),
        ("https://maps.google.co.uk/?cid=123", "place_id:ID"),
        ("https://maps.app.goo.gl/abc", "place_id:ID"),
        ("https://goo.gl/maps/abc", "place_id:ID"),
        ("https://g.page/acme", "place_id:ID"),
        ("https://business.google.com/n/456/reviews", "ids"),
        ("https://www.tripadvisor.co.uk/Restaurant_Review-g1-d2-Reviews-Acme.html", "TripAdvisor"),
        ("https://ru.tripadvisor.com/Hotel_Review-g1-d2", "TripAdvisor"),
        ("https://www.facebook.com/acme/reviews", "Meta"),
        ("https://m.facebook.com/acme", "Meta"),
        ("https://www.instagram.com/acme/", "Meta"),
        ("https://x.com/acme", "X's terms"),
        ("https://mobile.twitter.com/acme/status/1", "X's terms"),
        ("https://www.youtube.com/c/acme", "/@handle"),
        ("https://www.youtube.com/playlist?list=PL1", "one video"),
        ("https://vk.com/id1", "a person's page"),
    ],
)
def test_what_is_out_is_refused_with_its_reason(address: str, reason: str) -> None:
    said = str(refusal_of(address))

    assert said.startswith("refused: ")
    assert reason in said


@pytest.mark.parametrize(
    "address",
    [
        "https://yandex.ru/",
        "https://yandex.ru/mapsters",
        "https://market.yandex.ru/product/1",
        "https://notyandex.ru/maps/",
        "https://example.org/maps/place/Acme",
        "https://www.sravni.ru/bank/acme/otzyvy/",
        "https://www.google.com/about/",
        "https://googleblog.com/maps/",
        "https://max.com/acme",
        "https://mytripadvisor.example.org/",
        "https://fb.example.com/",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://vk.com/ideas",
        "no address at all",
    ],
)
def test_what_is_not_out_is_not_refused(address: str) -> None:
    assert refusal_of(address) is None


@pytest.mark.parametrize("address", [address for source in SOURCES.values() for address in source.addresses])
def test_no_source_is_refused_before_it_is_asked(address: str) -> None:
    claimed = any(source.claims(address) for source in SOURCES.values())

    assert claimed or refusal_of(address) is None


@pytest.mark.parametrize("one", REFUSED, ids=lambda one: one.title)
def test_every_refusal_says_why_and_what_to_do_instead(one: Refusal) -> None:
    assert one.reason
    assert "import" in one.way or "give " in one.way


def test_watching_a_refused_address_fetches_nothing_and_says_why(crawls: Crawls) -> None:
    with pytest.raises(UnknownSource, match=r"captcha.*afterword import"):
        recognise("https://yandex.ru/maps/org/acme/1234567/reviews/", crawls.settings)


def test_watching_google_maps_with_an_id_is_the_places_api(crawls: Crawls) -> None:
    address = "https://www.google.com/maps/search/?api=1&query=acme&query_place_id=ChIJN1t_tDeuEmsRUsoyG83frY4"

    assert recognise(address, crawls.settings).kind == "google_places"
