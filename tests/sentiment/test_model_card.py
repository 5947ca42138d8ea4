"""The model card says what was measured: its figures, its words, and the sets and the floor behind them."""

import gzip
import importlib
import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sentiment.evaluation import Row
from sentiment.fakes import KeywordLabeller
from sentiment.labeller import Opinion
from sentiment.manifest import read_manifest
from sentiment.shipped import WEIGHTS
from sentiment.training.configuration import read_configuration

ROOT = Path(__file__).parents[2]
CARD = ROOT / "docs" / "model-card.md"
CONFIGURATION = ROOT / "sentiment" / "training" / "afterword.toml"

READ = {"weight": 1.0, "opinion": 0.98}
NEWS = {"classes": [0.25, 0.5, 0.25], "weight": 0.0, "opinion": 0.05}
PRAISE, COMPLAINT = {**READ, "classes": [0.9, 0.08, 0.02]}, {**READ, "classes": [0.01, 0.04, 0.95]}


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Scripts are no package: they find one another beside them."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module(name)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return script("model_card", monkeypatch)


@pytest.fixture
def sets(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return script("labelled_sets", monkeypatch)


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """What a run of the shipped configuration leaves behind, of a few texts."""
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    (folder / "training.toml").write_text(CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    told = {"source": "livelib_books", "kind": "review", "language": "ru"}
    posts = {"source": "sentirueval_tweets_2015", "kind": "post", "language": "ru"}
    rows = [{**told, "text": f"Отличная книга {k}", "reading": PRAISE} for k in range(15)]
    rows += [{**told, "text": f"Ужасная книга {k}", "reading": COMPLAINT} for k in range(15)]
    rows += [{**posts, "text": f"Плохо работает {k}", "reading": COMPLAINT} for k in range(20)]
    rows += [{**posts, "text": f"Курс вырос {k}", "reading": NEWS} for k in range(20)]
    write(folder / "held_back.jsonl.gz", rows)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    write(
        folder / "us_airline_tweets.jsonl.gz",
        [
            {"text": "great crew", "label": "positive", "lang": "en"},
            {"text": "rude crew", "label": "negative", "lang": "en"},
            {"text": "when do you fly", "label": "neutral", "lang": "en"},
        ],
    )
    write(folder / "avtolotsman_maps.jsonl.gz", [{"text": "Отлично", "nps": "promoter"}, {"text": "Да", "nps": None}])
    return folder


def figures_of(sets: ModuleType, checkpoint: Path, data: Path) -> dict[str, Any]:
    """All that a card is rendered from, measured by a labeller of a few words."""
    measured = sets.measured(KeywordLabeller(), checkpoint, data)
    corpus, read = read_configuration(CONFIGURATION).corpus, {"rows": 7, "languages": ["ru"]}
    return {
        "version": "keywords-1",
        "measured_on": "2026-11-22",
        "manifest": {
            "max_length": 256,
            "tail": 64,
            "temperature": 1.1,
            "opinion_threshold": 0.5,
            "measured": {"held_back": 70, "macro_f1": 0.7, "macro_f1_fp32": 0.71, "agreement_with_fp32": 0.99},
        },
        "files": {"body.bin": 1_000_000, "labeller.json": 500},
        "training": {
            "layers": 12, "begun_from": "",
            "runs": [{"configuration": "a.toml", "seed": 1, "batch": 64, "max_length": 9, "steps": 5, "minutes": 1}],
            "sources": {s.name: {"file": s.file, "labels": s.labels, **read} for s in corpus.sources},
            "own": {"comments": {"ru": 1200, "en": 3}},
        },
        "sets": measured,
        "cross_fitted": {"temperatures": [1.0, 1.2], "calibration_error": 0.034, "by_language": {"ru": 0.03}},
        "floor": None, "left_out": None, "speed": None, "fusion": None,
    }  # fmt: skip


def says(text: str) -> str:
    return f"nothing of {len(text)} letters"


def test_the_card_is_what_its_figures_render_to(card: ModuleType) -> None:
    figures = json.loads(CARD.with_suffix(".json").read_text(encoding="utf-8"))

    assert CARD.read_text(encoding="utf-8") == card.render(figures, figures["examples"].__getitem__)


def test_the_card_is_that_of_the_weights_that_are_shipped() -> None:
    figures = json.loads(CARD.with_suffix(".json").read_text(encoding="utf-8"))

    assert figures["version"] == read_manifest(WEIGHTS).version


def test_every_source_of_the_configuration_has_a_name_and_a_licence_on_the_card(
    card: ModuleType, sets: ModuleType, checkpoint: Path, data: Path
) -> None:
    text = card.render(figures_of(sets, checkpoint, data), says)

    sources = read_configuration(CONFIGURATION).corpus.sources
    assert sum(line.endswith(("stated |", "ours |", "-2.0 |", "package |")) for line in text.splitlines()) == len(
        sources
    )
    assert "| livelib: books | stars | 7 | ru | none stated |" in text


def test_what_was_not_measured_is_said_so(card: ModuleType, sets: ModuleType, checkpoint: Path, data: Path) -> None:
    text = card.render(figures_of(sets, checkpoint, data), says)

    assert "devtest_nhs_fft was not measured" in text
    assert "The floor was not measured" in text
    for script in ("left_out.py", "labelling.py", "rating_fusion.py"):
        assert f"Not measured for these weights (`benchmarks/{script}`)" in text


def test_the_floor_stands_beside_each_figure(card: ModuleType, sets: ModuleType, checkpoint: Path, data: Path) -> None:
    figures = figures_of(sets, checkpoint, data)
    told = sets.measured(Surly(), checkpoint, data)
    figures["floor"] = {"all": {"n_train": 9, **told}, "by_source": {"livelib_books": {"macro_f1": 0.4321}}}

    text = card.render(figures, says)

    books = next(line for line in text.splitlines() if line.startswith("| livelib: books | 30 "))
    assert "| 50 / 0 / 50 | 1.000 | **1.000** | 1.00 / – / 1.00 | 0.000 | 0.432 | 0 → 0 |" in books


def test_the_files_of_other_benchmarks_become_tables(
    card: ModuleType, sets: ModuleType, checkpoint: Path, data: Path
) -> None:
    read = {"n": 9, "macro_f1": 0.6, "nps_true": 7.0, "nps_counted": 4.0}
    figures = figures_of(sets, checkpoint, data)
    figures["left_out"] = [
        {
            **read,
            "domain": "books",
            "source": "livelib_books",
            "n": 32_000,
            "nps_counted": -3.2,
            "read_in_training": read,
        }
    ]
    figures["speed"] = {"ours": {"cpu_ms": 7.13}, "pipeline-1": {"cpu_ms": 70.0}}
    figures["fusion"] = {"labeller": "x", "spoilt": [{"witness": "text", "macro_f1": 0.66666}], "none": []}

    text = card.render(figures, says)

    assert "| books | livelib: books | 32,000 | **0.600** | 0.600 | 7 → −3 | 7 → 4 |" in text
    assert "| pipeline-1 | 70.0 |" in text
    assert "| witness | macro f1 |\n| --- | --- |\n| text | 0.667 |" in text


def test_held_back_rows_have_the_class_that_was_annotated(sets: ModuleType, checkpoint: Path) -> None:
    rows = sets.held_back(checkpoint)

    assert {row.label for row in rows if row.groups["kind"] == "review"} == {"promoter", "detractor"}
    assert {(row.label, row.is_opinion) for row in rows if "Курс" in row.text} == {(None, False)}
    assert rows[0].language == "ru"


def test_a_set_by_polarity_is_asked_two_classes_of_its_opinions_and_which_those_are(
    sets: ModuleType, checkpoint: Path, data: Path
) -> None:
    told = sets.measured(KeywordLabeller(), checkpoint, data)

    airline = told["yardsticks"]["us_airline_tweets"]
    assert (airline["n"], airline["accuracy"]) == (2, 1.0)
    assert (airline["opinion"]["n"], airline["opinion"]["auc"]) == (3, 1.0)
    assert told["yardsticks"]["avtolotsman_maps"]["n"] == 1
    assert list(told["two_classes"]) == ["sentirueval_tweets_2015"]


def test_a_set_that_is_skipped_or_not_there_is_named(sets: ModuleType, checkpoint: Path, data: Path) -> None:
    told = sets.measured(KeywordLabeller(), checkpoint, data, skipped=["avtolotsman_maps"])

    assert told["absent"] == ["devtest_nhs_fft", "avtolotsman_maps"]
    assert list(told["yardsticks"]) == ["us_airline_tweets"]


class Surly:
    """Everything displeases it, and passive is its second thought."""

    version = "surly-1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        self.asked.extend(texts)
        return [Opinion(0.1, 0.3, 0.6, opinion=0.2) for _ in texts]


def test_of_two_classes_passive_and_unknown_are_no_answers(sets: ModuleType) -> None:
    (told,) = sets.TwoClasses(Surly()).score(["text"])

    assert told.label == "detractor"
    assert told.probabilities == pytest.approx((1 / 7, 0, 6 / 7))


def test_a_text_is_scored_once_for_all_figures(sets: ModuleType) -> None:
    surly = Surly()
    once = sets.Once(surly)

    first, again = once.score(["a", "b", "a"]), once.score(["b", "c"])

    assert surly.asked == ["a", "b", "c"]
    assert (len(first), len(again)) == (3, 2)


def test_a_temperature_is_fitted_on_the_other_half_of_the_texts(card: ModuleType) -> None:
    """Confidence is earned in one half and misplaced in the other: each gets what the other deserves."""
    good = [text for text in map(str, range(200)) if card.half(text)]
    poor = [text for text in map(str, range(200)) if not card.half(text)]
    rows = [Row(text, "promoter") for text in good]
    rows += [Row(text, "promoter" if k % 2 else "detractor") for k, text in enumerate(poor)]
    logits = {row.text: np.array([-2, -2, -2, -2, 2, 0], np.float32) for row in rows}

    fitted = card.CrossFitted(Surly(), logits, rows)

    of_poor, of_good = fitted.score([poor[0]])[0].promoter, fitted.score([good[0]])[0].promoter
    assert of_poor > 0.95
    assert of_good < 0.7
    assert fitted.score([poor[0]])[0].opinion == 0.2


@pytest.mark.skipif(not find_spec("sklearn"), reason="needs afterword[train]")
def test_the_floor_learns_from_words_and_ignores_rows_without_a_class(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = script("labeller_floor", monkeypatch)
    made: list[tuple[str, str, float]] = [("good place", "promoter", 1.0), ("bad place", "detractor", 1.0)] * 4
    rows = [example(*row) for row in [*made, *[("place opens", "promoter", 0.0)] * 4]]
    linear = floor.Linear(rows)

    linear.fit(None)
    good, bad, news = linear.score(["good good", "bad bad", "opens"])

    assert (good.label, bad.label) == ("promoter", "detractor")
    assert good.passive == 0
    assert news.opinion < good.opinion
    assert linear.score([]) == []


@pytest.mark.parametrize("name", ["model_card", "labeller_floor"])
def test_without_a_checkpoint_nothing_is_measured(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", [name])

    script(name, monkeypatch).main()

    assert "nothing measured" in capsys.readouterr().out


def example(text: str, label: str, weight: float) -> Any:
    reading = SimpleNamespace(weight=weight, opinion=0.98 if weight else 0.05, opinion_weight=1.0)
    return SimpleNamespace(text=text, label=label, reading=reading)
