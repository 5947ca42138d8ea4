"""The sample chain's files: made by the program, written by people, and holding the case that was planted."""

import csv
import re
from collections import Counter
from datetime import date
from functools import cache

import pytest

from core.labels import Label, label_of_rating, label_of_score
from pipeline.sample import Mention, chain, mentions, survey_file
from pipeline.sample.chain import FOLDER
from pipeline.sample.material import written
from pipeline.sample.write_chain import files

CHANGING_ROOM = re.compile(
    r"раздевал|шкафчик|\bдуш(?:а|е|у|ем|ев\w+)?\b|горяч\w+ вод|вод\w+ горяч|плесен|слив|труб"
    r"|locker|shower|changing room|mould|pipe|drain|hot water",
    re.IGNORECASE,
)
SPIKE_ON = date(2026, 10, 24)


@cache
def survey_rows() -> list[dict[str, str]]:
    with survey_file().open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def survey_labels(location: str) -> list[Label]:
    return [label_of_score(int(row["score"])) for row in survey_rows() if row["location"] == location]


def starred_labels(location: str) -> list[Label]:
    return [label_of_rating(m.rating) for m in mentions() if m.rating is not None and m.location == location]


def nps(labels: list[Label]) -> float:
    counted = Counter(labels)
    return 100 * (counted[Label.PROMOTER] - counted[Label.DETRACTOR]) / len(labels)


def detractors_of_center() -> list[Mention]:
    label_of = {text.text: text.label for text in written()}
    return [m for m in mentions() if m.location == "center" and label_of[m.text] is Label.DETRACTOR]


@pytest.mark.parametrize("name", ["chain.json", "mentions.jsonl", "survey.csv"])
def test_a_stored_file_is_what_the_program_writes(name: str) -> None:
    stored = (FOLDER / name).read_bytes()

    assert stored == files()[name]


def test_the_files_stay_small() -> None:
    assert sum(len(content) for content in files().values()) < 1_000_000


def test_every_text_occurs_once() -> None:
    comments = [row["comment"] for row in survey_rows() if row["comment"]]
    texts = [mention.text for mention in mentions()] + comments

    repeated = [text for text, n in Counter(text.casefold() for text in texts).items() if n > 1]

    assert repeated == []
    assert len(mentions()) >= 420
    assert len(comments) >= 150


def test_every_id_occurs_once() -> None:
    ids = [mention.id for mention in mentions()] + [row["id"] for row in survey_rows()]

    assert len(ids) == len(set(ids))


def test_a_third_of_the_public_writes_english_and_a_third_without_stars() -> None:
    everyone = mentions()

    english = sum(mention.language == "en" for mention in everyone) / len(everyone)
    posts = sum(mention.kind == "post" for mention in everyone) / len(everyone)

    assert english == pytest.approx(0.35, abs=0.03)
    assert posts == pytest.approx(0.32, abs=0.04)


def test_a_review_has_stars_and_a_post_has_none() -> None:
    assert {(mention.kind, mention.rating is None) for mention in mentions()} == {("review", False), ("post", True)}


def test_everything_is_dated_in_the_sample_year_of_the_chain() -> None:
    days = [mention.published_at.date() for mention in mentions()]
    opened_on = {club.slug: club.opened_on for club in chain().clubs}

    assert min(days) >= date(2025, 11, 1)
    assert max(days) <= date(2026, 10, 31)
    assert all(mention.published_at.date() >= opened_on[mention.location] for mention in mentions())


def test_everyone_speaks_of_a_club_that_the_chain_has() -> None:
    clubs = {club.slug for club in chain().clubs}

    assert {mention.location for mention in mentions()} == clubs
    assert {row["location"] for row in survey_rows()} == clubs
    assert {feed.location for feed in chain().feeds} == clubs


@pytest.mark.parametrize(
    ("location", "survey", "public"),
    [
        ("center", (45, 50), (0, 10)),
        ("riverside", (38, 43), (37, 43)),
        ("north", (28, 32), (5, 15)),
        ("station", (21, 26), (33, 41)),
    ],
)
def test_survey_and_public_stand_where_they_were_planted(
    location: str, survey: tuple[float, float], public: tuple[float, float]
) -> None:
    assert survey[0] <= nps(survey_labels(location)) <= survey[1]
    assert public[0] <= nps(starred_labels(location)) <= public[1]


def test_the_new_club_has_too_few_voices_to_say_anything() -> None:
    assert len(survey_labels("garden")) == 6
    assert len([mention for mention in mentions() if mention.location == "garden"]) == 5


def test_changing_rooms_are_what_the_public_complains_of_at_center_and_nobody_at_its_desk() -> None:
    public = detractors_of_center()
    survey = [row["comment"] for row in survey_rows() if row["location"] == "center" and row["comment"]]

    assert sum(bool(CHANGING_ROOM.search(mention.text)) for mention in public) / len(public) > 0.85
    assert [comment for comment in survey if CHANGING_ROOM.search(comment)] == []


def test_center_gets_worse_in_public_from_summer_even_before_the_spike() -> None:
    starred = [m for m in mentions() if m.rating is not None and m.location == "center"]
    before = [m.rating for m in starred if m.rating and m.published_at.date() < date(2026, 6, 1)]
    after = [m.rating for m in starred if m.rating and date(2026, 6, 1) <= m.published_at.date() < SPIKE_ON]

    assert nps([label_of_rating(stars) for stars in before]) > 30
    assert nps([label_of_rating(stars) for stars in after]) < 5


def test_the_last_week_at_center_holds_a_spike_over_a_quiet_year() -> None:
    days = [mention.published_at.date() for mention in detractors_of_center()]
    quiet = [day for day in days if day < SPIKE_ON]
    busiest_week = max(sum(0 <= (other - day).days < 7 for other in quiet) for day in quiet)

    assert len(days) - len(quiet) == 25
    assert days.count(SPIKE_ON) == 8
    assert busiest_week <= 3


def test_a_few_posts_are_no_opinion_at_all() -> None:
    posts = [text for text in written() if text.rating is None]
    silent = [text for text in posts if text.label is None]

    assert 0.06 < len(silent) / len(posts) < 0.12
