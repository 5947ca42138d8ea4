"""From labelled texts to a folder of weights: corpus, one short run, export."""

import gzip
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import Invalid, ModelUnavailable
from core.labels import Label
from sentiment import training
from sentiment.training import corpus
from sentiment.training.configuration import Corpus, Source, read_configuration
from sentiment.training.corpus import Example, draw, merge_duplicates, read_corpus, read_examples, write_examples

CONFIGURATIONS = sorted(Path(corpus.__file__).parent.glob("*.toml"))


def example(text: str, label: Label = Label.PROMOTER, source: str = "a", *, held_back: bool = False) -> Example:
    target = {
        Label.PROMOTER: (1.0, 0.0, 0.0),
        Label.PASSIVE: (0.0, 1.0, 0.0),
        Label.DETRACTOR: (0.0, 0.0, 1.0),
    }[label]
    return Example(text, source, "review", "en", target, 1.0, 1.0, 1.0, held_back)


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
    assert merged[0].target == pytest.approx((2 / 3, 0, 1 / 3))


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
    assert all(sum(row.target) == pytest.approx(1) for row in examples.values())
    assert examples["3"].target[1] > examples["1"].target[1]


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
