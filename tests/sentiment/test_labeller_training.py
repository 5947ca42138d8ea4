"""From labelled texts to a folder of weights: corpus, one short run, export."""

import gzip
import json
import random
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import Invalid, ModelUnavailable
from core.labels import Label
from sentiment import training
from sentiment.training import corpus
from sentiment.training.augmentation import retyped
from sentiment.training.configuration import Corpus, Source, files_of, read_configuration
from sentiment.training.corpus import (
    OWN_TEXTS,
    Example,
    draw,
    merge_duplicates,
    read_corpus,
    read_examples,
    write_examples,
)
from sentiment.training.readings import READINGS, Reading, Stars, classes_of

CONFIGURATIONS = sorted(Path(corpus.__file__).parent.glob("*.toml"))


def example(text: str, label: Label = Label.PROMOTER, source: str = "a", *, held_back: bool = False) -> Example:
    stars: Stars = {
        Label.PROMOTER: (0.0, 0.0, 0.0, 0.0, 1.0),
        Label.PASSIVE: (0.0, 0.0, 0.0, 1.0, 0.0),
        Label.DETRACTOR: (1.0, 0.0, 0.0, 0.0, 0.0),
    }[label]
    reading = Reading(classes_of(stars), 1.0, 1.0, 1.0, stars)
    return Example(text, source, "review", "hotel", "en", reading, held_back)


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - spoiling texts, not secrets


def settings(*files: str) -> Corpus:
    sources = tuple(Source(file, "review", "stars", 1.0) for file in files)
    return Corpus(exponent=0.5, held_back=0.2, held_back_rows=1000, sources=sources)


@pytest.fixture
def data_dir(tmp_path: Path) -> Callable[..., Path]:
    def written(file: str, rows: list[dict[str, object]]) -> Path:
        with gzip.open(tmp_path / f"{file}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
        return tmp_path

    return written


def test_equal_texts_with_other_stars_become_one_doubtful_example() -> None:
    merged = merge_duplicates([example("Good"), example(" good "), example("GOOD", Label.DETRACTOR), example("bad")])

    assert [row.text for row in merged] == ["Good", "bad"]
    assert merged[0].reading.classes == pytest.approx((2 / 3, 0, 1 / 3))
    assert merged[0].reading.stars == pytest.approx((1 / 3, 0, 0, 0, 2 / 3))


def test_a_held_back_copy_holds_all_copies_back() -> None:
    merged = merge_duplicates([example("Good"), example("good", held_back=True)])

    assert merged[0].held_back


def test_large_sources_are_drawn_less_than_their_size_and_held_back_texts_never() -> None:
    large = [example(f"large {k}", source="large") for k in range(900)]
    small = [example(f"small {k}", source="small") for k in range(100)]
    rows = [*large, *small, example("kept", source="small", held_back=True)]

    drawn = draw(rows, settings("large", "small"), 400, seed=1)

    shares = [sum(row.source == source for row in drawn) for source in ("large", "small")]
    assert shares == [300, 100]
    assert not any(row.held_back for row in drawn)


def test_the_seed_decides_what_is_drawn() -> None:
    rows = [example(f"text {k}") for k in range(50)]

    assert draw(rows, settings("a"), 20, seed=7) == draw(rows, settings("a"), 20, seed=7)
    assert draw(rows, settings("a"), 20, seed=7) != draw(rows, settings("a"), 20, seed=8)


def test_no_entity_is_both_trained_on_and_held_back(data_dir: Callable[..., Path]) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"Room {k} was nice", "score": 5, "scale": "1-5", "nps": "promoter", "lang": "en", "entity": k % 60}
        for k in range(600)
    ]

    examples = read_corpus(settings("hotels"), data_dir("hotels", rows))

    held = {int(e.text.split()[1]) % 60 for e in examples if e.held_back}
    trained = {int(e.text.split()[1]) % 60 for e in examples if not e.held_back}
    assert held
    assert not held & trained


def test_stars_become_classes_with_a_doubt_of_one_star(data_dir: Callable[..., Path]) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"text of {stars}", "score": stars, "scale": "1-5", "nps": nps, "lang": "en"}
        for stars, nps in ((5, "promoter"), (4, "passive"), (3, "detractor"), (1, "detractor"))
    ]

    examples = {row.text[-1]: row for row in read_corpus(settings("stars"), data_dir("stars", rows))}

    assert [examples[k].label for k in "5431"] == [Label.PROMOTER, Label.PASSIVE, Label.DETRACTOR, Label.DETRACTOR]
    assert all(sum(row.reading.stars) == pytest.approx(1) for row in examples.values())
    assert examples["3"].reading.classes[1] > examples["1"].reading.classes[1]


def test_titles_and_sentences_of_held_back_reviews_are_not_trained_on(data_dir: Callable[..., Path]) -> None:
    rows: list[dict[str, object]] = [
        {
            "text": f"We stayed in house {k}. House {k} was quite a nice place.",
            "title": f"Nice house {k}", "score": 5, "scale": "1-5", "nps": "promoter", "lang": "en", "entity": k % 60,
        }
        for k in range(600)
    ]  # fmt: skip
    parts = tuple(Source("hotels", "review", labels, 1.0) for labels in ("stars", "titles", "sentences"))

    examples = read_corpus(Corpus(0.5, 0.2, 1000, parts), data_dir("hotels", rows))

    house = re.compile(r"house (\d+)", re.IGNORECASE)
    held = {house.search(e.text).group(1) for e in examples if e.held_back}
    trained = {source: [e for e in examples if e.source == source] for source in ("hotels:titles", "hotels:sentences")}
    assert held
    assert all(trained.values())
    assert not held & {house.search(e.text).group(1) for part in trained.values() for e in part}


def test_a_domain_that_is_left_out_is_held_back_whole(data_dir: Callable[..., Path]) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"text {k}", "score": 5, "scale": "1-5", "nps": "promoter", "lang": "en"} for k in range(100)
    ]
    folder = data_dir("hotels", rows)
    data_dir("shops", [row | {"text": f"shop {row['text']}"} for row in rows])
    sources = (
        Source("hotels", "review", "stars", 1.0, domain="hotel"),
        Source("shops", "review", "stars", 1.0, domain="clothes"),
    )

    examples = read_corpus(Corpus(0.5, 0.2, 1000, sources), folder, left_out="hotel")

    assert all(row.held_back for row in examples if row.domain == "hotel")
    assert not all(row.held_back for row in examples if row.domain == "clothes")


def test_a_source_of_natural_mix_is_drawn_in_its_own_mix() -> None:
    rows = [example(f"good {k}") for k in range(90)] + [example(f"bad {k}", Label.DETRACTOR) for k in range(10)]

    def share_of_promoters(*, natural_mix: bool) -> float:
        sources = (Source("a", "comment", "own", 1.0, natural_mix=natural_mix),)
        drawn = draw(rows, Corpus(0.5, 0.2, 1000, sources), 400, seed=1)
        return sum(row.label is Label.PROMOTER for row in drawn) / len(drawn)

    assert share_of_promoters(natural_mix=True) == pytest.approx(0.9)
    assert share_of_promoters(natural_mix=False) == pytest.approx(0.75)


def test_sentiment_without_stars_teaches_no_stars_but_polarity() -> None:
    reading = READINGS["sentiment"]({"label": "negative"})

    assert reading is not None
    assert reading.stars is None
    assert reading.polarity is not None
    assert max(reading.polarity) == reading.polarity[2]


def test_a_neutral_tweet_teaches_that_it_is_no_opinion_and_no_class() -> None:
    reading = READINGS["tweets"]({"label": "neutral"})

    assert reading is not None
    assert reading.weight == 0
    assert reading.opinion < 0.1
    assert reading.opinion_weight == 1


@pytest.mark.parametrize(("score", "level"), [(0, 0), (2, 0), (3, 1), (5, 2), (6, 2), (7, 3), (8, 3), (9, 4), (10, 4)])
def test_a_score_of_ten_is_most_of_all_its_star(score: int, level: int) -> None:
    reading = READINGS["own"]({"score": score})

    assert reading is not None
    assert reading.stars is not None
    assert reading.stars.index(max(reading.stars)) == level
    assert sum(reading.stars) == pytest.approx(1)


def test_a_retyped_text_is_spoilt_but_never_emptied() -> None:
    text = "The room was Clean, the staff rude. We left early! Would not return."
    spoilt = {retyped(text, seeded(seed)) for seed in range(60)}

    assert len(spoilt) > 20
    assert all(len(one) > 10 for one in spoilt)
    assert retyped("👍", seeded(1)) == "👍"


def test_the_seed_decides_how_a_text_is_retyped() -> None:
    text = "Отличный сервис, но дорого. Приду ещё!"

    assert retyped(text, seeded(5)) == retyped(text, seeded(5))


def test_our_own_texts_are_well_formed_and_none_is_in_the_check_of_opinions() -> None:
    check = Path(__file__).parent / "data" / "opinions.jsonl"
    kept_out = {json.loads(line)["text"].casefold() for line in check.read_text(encoding="utf-8").splitlines()}
    lines = [line for path in OWN_TEXTS.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [json.loads(line) for line in lines]

    assert len(rows) > 5_000
    assert all(row["score"] is None or 0 <= row["score"] <= 10 for row in rows)
    assert {row["kind"] for row in rows} == {"comment", "review", "post"}
    assert not kept_out & {row["text"].casefold() for row in rows}


def test_a_missing_data_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="hotels"):
        read_corpus(settings("hotels"), tmp_path)


def test_labels_of_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    unknown = Corpus(0.5, 0.1, 10, (Source("hotels", "review", "thumbs", 1.0),))

    with pytest.raises(Invalid, match="thumbs"):
        read_corpus(unknown, tmp_path)


def test_examples_survive_being_kept(tmp_path: Path) -> None:
    rows = [example("раз"), example("two", Label.PASSIVE, held_back=True)]

    write_examples(rows, tmp_path / "rows.jsonl.gz")

    assert read_examples(tmp_path / "rows.jsonl.gz") == rows


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.name)
def test_the_yardsticks_are_not_trained_on(path: Path) -> None:
    files = {source.file for source in read_configuration(path).corpus.sources}

    assert not [file for file in files if file.startswith("devtest")]
    assert not files & {"us_airline_tweets", "avtolotsman_maps"}


def test_a_copy_of_a_configuration_takes_along_what_it_extends(tmp_path: Path) -> None:
    changed = CONFIGURATIONS[0].with_name("small.toml")

    for path in files_of(changed):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")

    assert read_configuration(tmp_path / "small.toml") == read_configuration(changed)


def test_a_configuration_that_extends_another_changes_what_it_names() -> None:
    whole, changed = (CONFIGURATIONS[0].with_name(name) for name in ("afterword.toml", "small.toml"))

    assert read_configuration(changed).corpus == read_configuration(whole).corpus
    assert read_configuration(changed).run.batch == read_configuration(whole).run.batch
    assert read_configuration(changed).model.layers < read_configuration(whole).model.layers


@pytest.mark.parametrize("text", ["", "[model]\nlayers = 6\n", "[model", "[model]\nlayers = 6\nmax_length = 1\nx = 1"])
def test_a_mistake_in_the_configuration_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.toml").write_text(text)

    with pytest.raises(Invalid, match=r"mine\.toml"):
        read_configuration(tmp_path / "mine.toml")


def test_training_without_torch_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "sentiment.training.loop", None)
    monkeypatch.delattr(training, "loop", raising=False)

    with pytest.raises(ModelUnavailable, match=r"pip install afterword\[train\]"):
        training.train(tmp_path, tmp_path, tmp_path, tmp_path)
