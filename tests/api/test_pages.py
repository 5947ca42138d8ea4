"""The pages for people: honest numbers, harmless texts, in two languages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from string import Formatter
from typing import Any

import pytest
from lxml import html
from starlette.testclient import TestClient

from api import locales, sentences, words
from api.app import create_app
from api.report_page import render_report
from api.words import Language
from core.labels import Label
from core.settings import Settings
from metrics.aspects import dictionary
from pipeline.topics import tell_topics
from store.alerts import open_alert
from store.brands import add_brand
from tests.builders import NOW, World

HOSTILE = "<script>alert('x')</script> <img src=x onerror=alert(1)>"


@pytest.fixture
def browser(world: World) -> Iterator[TestClient]:
    app = create_app(world.db, Settings(_env_file=None), lambda: NOW, open_pages=True)
    with TestClient(app, "http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
def complained(spoken: World) -> World:
    """As `spoken`, with complaints in public of which survey comments say nothing."""
    dirty = [f"Грязно в раздевалке, день {i}" for i in range(12)]
    spoken.keep(*(spoken.mention(text, text, location="center", rating=1) for text in dirty))
    spoken.answers([9] * 20, first_id=100, location="center", comment="Хорошие тренеры")
    spoken.label_all(Label.DETRACTOR)
    tell_topics(spoken.db, dictionary())
    return spoken


def page(browser: TestClient, query: str = "") -> html.HtmlElement:
    answer = browser.get(f"/brands/sunflower{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return html.fromstring(answer.text)


def cells(tree: html.HtmlElement) -> list[list[str]]:
    """Name and verdict of each row of the report."""
    rows = tree.xpath("//table[contains(@class, 'report')]//tr[th[@scope='row']]")
    parts = ("th", ".//span[contains(@class, 'verdict')]")
    return [[" ".join(row.xpath(f"string({part})").split()) for part in parts] for row in rows]


def test_home_leads_straight_to_the_only_brand(browser: TestClient) -> None:
    answer = browser.get("/", follow_redirects=False)

    assert answer.headers["location"] == "/brands/sunflower"


def test_home_lists_several_brands_by_links_that_work(browser: TestClient, world: World) -> None:
    with world.db.write.begin() as session:
        add_brand(session, "oak/ & tree", name="<b>Oak</b>", timezone="Europe/Moscow", now=NOW)

    links = html.fromstring(browser.get("/").text).xpath("//ul//a")

    assert [link.text for link in links] == ["<b>Oak</b>", "Sunflower Fitness"]
    assert [browser.get(link.get("href")).status_code for link in links] == [200, 200]


def test_the_report_puts_the_worst_location_first_and_the_total_on_top(browser: TestClient, spoken: World) -> None:
    spoken.answers([3] * 20, first_id=100, location="riverside")
    spoken.keep(*(spoken.mention(f"r{i}", "lovely", location="riverside", rating=5) for i in range(20)))

    rows = cells(page(browser))

    assert rows == [
        ["All together", "≈ No evidence of a gap"],
        ["center", "▼ Worse in public"],
        ["riverside", "▲ Better in public"],
        ["garden", "… Too few voices"],
    ]


def test_the_page_shows_what_the_report_says(browser: TestClient, spoken: World) -> None:
    tree = page(browser)

    [row] = tree.xpath("//table[contains(@class, 'report')]//tr[th[contains(., 'center')]]")
    drawing = row.xpath(".//*[@role='img']/@aria-label")[0]
    assert "Survey: +56" in drawing
    figures = " ".join(row.text_content().split())
    assert "45 answers" in figures
    assert "36 voices" in figures
    assert spoken.brand.name in tree.xpath("string(//*[@class='headline'])")
    assert "corrected for how the labeller errs" in tree.text_content()


def test_the_texts_behind_a_number_are_the_newest_detractors(browser: TestClient, world: World) -> None:
    world.answers([10] * 12, location="center")
    days = [NOW - timedelta(days=age) for age in range(7)]
    world.keep(
        *(
            world.mention(f"{i}", f"bad {i}", rating=1, location="center", published_at=day)
            for i, day in enumerate(days)
        ),
        world.mention("long", "word " * 100, rating=1, location="garden"),
        world.mention("good", "good", rating=5, location="center"),
    )

    quotes = page(browser).xpath("//blockquote/text()")

    assert [quote for quote in quotes if quote.startswith("bad")] == ["bad 0", "bad 1", "bad 2", "bad 3", "bad 4"]
    [cut] = [quote for quote in quotes if quote.startswith("word")]
    assert len(cut) <= 301
    assert cut.endswith("…")
    assert "good" not in quotes


def test_what_the_survey_does_not_hear_is_shown_with_its_shares_and_texts(
    browser: TestClient, complained: World
) -> None:
    tree = page(browser)

    [row] = tree.xpath("//table[contains(@class, 'topics')]//tr[th[normalize-space()='changing rooms']]")
    figures = [" ".join(cell.text_content().split()) for cell in row.xpath("td")]
    assert figures[0].startswith("29% 12 of 42")
    assert figures[1] == "0% 0 of 20"
    assert figures[3].startswith("0.00")
    assert "раздевалке" in row.xpath("string(following-sibling::tr//blockquote)")
    assert complained.brand.name in tree.text_content()


def test_a_row_s_texts_are_first_those_that_show_its_topics(browser: TestClient, complained: World) -> None:
    tree = page(browser)

    [row] = tree.xpath("//table[contains(@class, 'report')]//tr[th[contains(., 'center')]]")
    behind = row.xpath("following-sibling::tr[1]")[0]
    assert "changing rooms 29%" in " ".join(behind.xpath("string(.//dl)").split())
    texts = behind.xpath(".//blockquote/text()")
    assert len(texts) == 5
    assert all("раздевалке" in text for text in texts)
    assert "on changing rooms" in behind.xpath("string(.//li//p)")
    assert complained.brand.name in tree.text_content()


def test_without_topics_of_its_own_the_public_is_said_to_have_none(browser: TestClient, spoken: World) -> None:
    tree = page(browser)

    assert "No topic comes up in public complaints evidently more often" in tree.text_content()
    assert tree.xpath("//table[contains(@class, 'topics')]") == []
    assert spoken.brand.name in tree.text_content()


def test_rows_by_topic_have_its_name_and_the_texts_that_speak_of_it(browser: TestClient, complained: World) -> None:
    tree = page(browser, "?by=topic&lang=ru")

    names = [name for name, _ in cells(tree)]
    assert {"раздевалки", "тренеры"} <= set(names)
    [row] = tree.xpath("//table[contains(@class, 'report')]//tr[th[normalize-space()='раздевалки']]")
    texts = row.xpath("following-sibling::tr[1]//blockquote/text()")
    assert texts
    assert all("раздевалке" in text for text in texts)
    assert tree.xpath("//option[@selected]/@value") == ["topic"]
    assert complained.brand.name in tree.text_content()


def test_a_month_that_may_be_chance_has_no_arrow(browser: TestClient, world: World) -> None:
    for age, stars in ((60, [5] * 7 + [1] * 5), (30, [5] * 5 + [1] * 7)):
        when = NOW - timedelta(days=age)
        world.answers([10] * 15, first_id=100 * age, responded_at=when)
        world.keep(*(world.mention(f"{age} {i}", "x", rating=star, published_at=when) for i, star in enumerate(stars)))

    tree = page(browser, "?by=month")

    assert tree.xpath("//*[contains(@class, 'arrow')]") == []
    assert "no evident change" in tree.text_content()
    assert "No month differs evidently from the one before it." in tree.text_content()


def test_a_month_that_differs_evidently_has_an_arrow(browser: TestClient, world: World) -> None:
    for age, star in ((60, 5), (30, 1)):
        when = NOW - timedelta(days=age)
        world.answers([10] * 15, first_id=100 * age, responded_at=when)
        world.keep(*(world.mention(f"{age} {i}", "x", rating=star, published_at=when) for i in range(40)))

    tree = page(browser, "?by=month")

    assert "▼ 200" in tree.xpath("string(//*[local-name()='text'][contains(@class, 'arrow social')])")
    assert "In October 2026 public opinion fell by 200 points" in " ".join(tree.text_content().split())


@pytest.mark.parametrize("by", ["location", "month", "channel", "topic"])
@pytest.mark.parametrize("language", list(Language))
def test_no_name_of_the_page_s_own_code_is_shown(complained: World, by: str, language: Language) -> None:
    earlier = NOW - timedelta(days=40)
    complained.answers([10] * 12, first_id=500, location="garden", responded_at=earlier)
    complained.keep(*(complained.mention(f"old {i}", "x", rating=5, published_at=earlier) for i in range(12)))

    with complained.db.read() as session:
        text = render_report(session, complained.brand, (by,), now=NOW, dictionary=dictionary(), language=language)

    seen = html.fromstring(text).text_content()
    assert not [word for word in ("bound method", "Words(", "None", "{", "}", " object at ") if word in seen]


def test_platforms_that_disagree_are_marked_with_their_figures(browser: TestClient, world: World) -> None:
    world.answers([10] * 20, location="center")
    for channel, star in (("maps", 5), ("forum", 1)):
        many = [
            world.mention(f"{channel} {i}", "x", rating=star, location="center", channel=channel) for i in range(20)
        ]
        world.keep(*many)

    note = " ".join(page(browser).xpath("string(//*[@class='note'])").split())

    assert note.startswith("⇄ The platforms disagree: forum −100")
    assert "maps +100" in note


@pytest.mark.parametrize("side", ["survey", "public"])
@pytest.mark.parametrize("query", ["", "?by=month", "?by=topic", "?by=channel&lang=ru"])
def test_a_brand_heard_on_one_side_alone_has_its_page(browser: TestClient, world: World, side: str, query: str) -> None:
    if side == "survey":
        world.answers([10] * 20, location="center")
    else:
        world.keep(*(world.mention(f"{i}", "bad", rating=1, location="center") for i in range(20)))

    headline = page(browser, query).xpath("string(//*[@class='headline'])")

    assert world.brand.name in headline


def test_many_rows_of_too_few_voices_are_folded_away(browser: TestClient, world: World) -> None:
    for at in range(12):
        world.answers([10], first_id=at, location=f"place {at}")
    world.answers([10] * 20, first_id=100, location="center")
    world.keep(*(world.mention(f"{i}", "bad", rating=1, location="center") for i in range(20)))

    tree = page(browser)

    assert len(tree.xpath("//details[@class='few']//th")) == 12
    assert [name for name, _ in cells(tree)][:2] == ["All together", "center"]


def test_a_hostile_name_of_a_topic_is_shown_as_text(complained: World) -> None:
    ours = dictionary()
    hostile = replace(ours.topics["changing_rooms"], name={"en": HOSTILE, "ru": HOSTILE})
    known = replace(ours, topics={**ours.topics, "changing_rooms": hostile})

    with complained.db.read() as session:
        texts = [
            render_report(session, complained.brand, by, now=NOW, dictionary=known)
            for by in (("location",), ("topic",))
        ]

    assert all(HOSTILE in html.fromstring(text).text_content() for text in texts)
    assert not any("<script" in text or "<img" in text for text in texts)


def test_a_hostile_text_is_shown_as_text(browser: TestClient, world: World) -> None:
    world.keep(world.mention("1", HOSTILE, rating=1, question=HOSTILE, location="<i>center</i>", channel="<u>maps</u>"))

    answer = browser.get("/brands/sunflower")

    tree = html.fromstring(answer.text)
    assert tree.xpath("//blockquote/text()") == [HOSTILE]
    assert tree.xpath("//blockquote/preceding-sibling::p/text()") == [HOSTILE]
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "<i>center" not in answer.text
    assert "<u>maps" not in answer.text


@pytest.mark.parametrize(
    ("url", "linked"),
    [
        ("https://reviews.example/1?a=1&b=2", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("//no.scheme.example", False),
        ("https://[bad", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_linked(
    browser: TestClient, world: World, url: str | None, *, linked: bool
) -> None:
    world.keep(world.mention("1", "bad", rating=1, location="center", url=url))

    links = page(browser).xpath("//blockquote/following-sibling::p/a/@href")

    assert links == ([url] if linked else [])


def test_months_are_in_order_and_a_location_leads_to_its_months(browser: TestClient, world: World) -> None:
    world.answers([10] * 3, location="center")
    world.answers([1] * 3, first_id=10, location="center", responded_at=NOW - timedelta(days=60))
    world.keep(world.mention("1", "bad", rating=1, location="center", published_at=NOW - timedelta(days=60)))
    [link] = page(browser).xpath("//th/a/@href")

    months = page(browser, link)

    assert [name for name, _ in cells(months)] == ["All together", "Sept 2026", "Nov 2026"]
    assert "Only center" in months.text_content()
    assert months.xpath("//blockquote/text()") == ["bad"]


def test_the_form_is_taken_with_blanks_and_kept(browser: TestClient, spoken: World) -> None:
    tree = page(browser, "?by=channel&from=2026-10-01&to=")

    assert tree.xpath("//option[@selected]/@value") == ["channel"]
    assert tree.xpath("//input[@name='from']/@value") == ["2026-10-01"]
    assert tree.xpath("//input[@name='to']/@value") == [""]
    assert cells(tree)[0][0] == "All together"
    assert spoken.brand.name in tree.text_content()


def test_a_brand_without_anything_says_how_to_begin(browser: TestClient) -> None:
    tree = page(browser)

    assert "Nothing has been counted yet." in tree.text_content()
    assert "No alert so far." in tree.text_content()


def test_what_belongs_to_no_location_has_a_row_without_texts(browser: TestClient, world: World) -> None:
    world.keep(world.mention("1", "bad", rating=1))

    tree = page(browser, "?by=location,channel&to=2026-12-01")

    assert cells(tree)[1] == ["No location · maps", "… Too few voices"]
    assert tree.xpath("//blockquote") == []


def test_open_alerts_come_before_closed_ones(browser: TestClient, world: World) -> None:
    evidence = {"detractors": 9.0, "n": 11.0, "expected_share": 0.25, "provisional": True}
    series = {"brand_id": world.brand.id, "kind": "negative_spike", "on": date(2026, 10, 28), "now": NOW}
    place = world.location("center")
    with world.db.write.begin() as session:
        open_alert(session, location_id=None, evidence=evidence, **series)
        open_alert(session, location_id=place, evidence={}, **series).closed_on = date(2026, 10, 30)

    tree = page(browser)

    assert tree.xpath("//ul[@class='alerts']/li/@class") == ["open", "closed"]
    assert "9 of 11 public opinions were negative; usual is 25%" in tree.text_content()


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (
            {"reason": "failing", "target": "https://a.example/", "outcome": "blocked", "since": "2026-10-20T10:00:00"},
            "https://a.example/: crawls have failed since 2026-10-20 (blocked)",
        ),
        (
            {"reason": "silent", "target": "https://a.example/", "silent_days": 12, "usual_gap_days": 1.25},
            "https://a.example/: nothing new for 12 days; usual is every 1.",
        ),
    ],
)
def test_a_source_that_ails_is_told_beside_the_spikes(
    browser: TestClient, world: World, evidence: dict[str, Any], words: str
) -> None:
    with world.db.write.begin() as session:
        open_alert(
            session, brand_id=world.brand.id, kind="source_health", location_id=None, evidence=evidence,
            on=date(2026, 10, 28), now=NOW,
        )  # fmt: skip

    assert words in page(browser).text_content()


def test_the_page_speaks_russian(browser: TestClient, spoken: World) -> None:
    tree = page(browser, "?lang=ru")

    assert tree.get("lang") == "ru"
    assert cells(tree)[0] == ["Все вместе", "▼ Публично хуже"]
    assert spoken.brand.name in tree.text_content()


@pytest.mark.parametrize("told", [locales, sentences])
def test_both_languages_have_the_same_sentences_with_the_same_blanks(told: Any) -> None:
    def blanks(texts: dict[str, str]) -> dict[str, set[str | None]]:
        return {key: {part[1] for part in Formatter().parse(text)} - {None} for key, text in texts.items()}

    assert blanks(told.EN) == blanks(told.RU)


def test_no_word_is_told_in_two_places() -> None:
    assert not locales.EN.keys() & sentences.EN.keys()


@pytest.mark.parametrize(
    ("language", "n", "text"),
    [
        (Language.EN, 1, "1 answer"),
        (Language.EN, 1204, "1,204 answers"),
        (Language.RU, 1, "1 ответ"),
        (Language.RU, 3, "3 ответа"),
        (Language.RU, 11, "11 ответов"),
        (Language.RU, 1021, "1 021 ответ"),
        (Language.RU, 12, "12 ответов"),
    ],
)
def test_numbers_are_counted_as_the_language_counts(language: Language, n: int, text: str) -> None:
    assert " ".join(words.of(language).count("answers", n).split()) == text


@pytest.mark.parametrize(("value", "text"), [(46.1, "+46"), (-37.9, "−38"), (0.4, "0"), (-0.4, "0")])
def test_points_have_their_sign(value: float, text: str) -> None:
    assert words.of(None).points(value) == text


def test_a_report_that_stands_alone_needs_no_other_file_and_leads_nowhere(spoken: World) -> None:
    with spoken.db.read() as session:
        text = render_report(session, spoken.brand, ("location",), now=NOW, dictionary=dictionary(), standalone=True)

    tree = html.fromstring(text)
    assert tree.xpath("//link | //form | //script | //nav") == []
    assert tree.xpath("//a/@href") == []
    assert "--survey:" in tree.xpath("string(//style)")
    assert "&" not in tree.xpath("string(//style)")


def test_a_text_without_an_opinion_is_not_among_detractors(browser: TestClient, world: World) -> None:
    world.keep(world.mention("1", "where do I park?", location="center"))
    world.label_all(Label.UNKNOWN)

    assert page(browser).xpath("//blockquote") == []


def test_the_docs_name_every_operation(browser: TestClient) -> None:
    text = browser.get("/docs").text

    assert all(path in text for path in browser.get("/openapi.json").json()["paths"])
