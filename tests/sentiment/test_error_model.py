"""How the labeller errs, by kind of text and source: what a corrected social NPS stands on."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.labels import Label
from sentiment.labeller import Opinion
from sentiment.manifest import FILE, Manifest, read_manifest
from sentiment.shipped import WEIGHTS, ShippedLabeller
from sentiment.training.calibration import agreements
from sentiment.training.corpus import Example
from sentiment.training.readings import Reading, Stars, classes_of

PROMOTER: Stars = (0.0, 0.0, 0.0, 0.0, 1.0)
DETRACTOR: Stars = (1.0, 0.0, 0.0, 0.0, 0.0)


def example(stars: Stars, source: str = "maps", *, weight: float = 1.0) -> Example:
    return Example("text", source, "review", "hotel", "en", Reading(classes_of(stars), weight, 1.0, 1.0, stars))


def opinion(label: Label, chance: float = 1.0) -> Opinion:
    shares = {kind: 0.8 if kind is label else 0.1 for kind in (Label.PROMOTER, Label.PASSIVE, Label.DETRACTOR)}
    return Opinion(shares[Label.PROMOTER], shares[Label.PASSIVE], shares[Label.DETRACTOR], chance)


@pytest.fixture(scope="module")
def shipped() -> Manifest:
    return read_manifest(WEIGHTS)


def test_texts_are_counted_by_source_with_what_was_said_and_how_surely() -> None:
    held = [example(PROMOTER), example(PROMOTER), example(DETRACTOR), example(DETRACTOR, "mail")]
    told = [opinion(label) for label in (Label.PROMOTER, Label.PASSIVE, Label.DETRACTOR, Label.PROMOTER)]

    found = agreements(held, told)

    assert list(found) == ["review"]
    assert found["review"]["maps"]["confusion"] == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]
    assert found["review"]["maps"]["chances"] == pytest.approx([1.0, 1.0, 1.0])
    assert found["review"]["mail"]["confusion"] == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]


def test_what_is_no_opinion_or_has_no_class_is_left_out() -> None:
    held = [example(PROMOTER), example(PROMOTER, weight=0.0)]

    assert agreements(held, [opinion(Label.PROMOTER, chance=0.1), opinion(Label.PROMOTER)]) == {}


def test_the_counts_by_source_are_those_by_kind(shipped: Manifest) -> None:
    for kind, confusion in shipped.confusion_by_kind.items():
        by_source = np.sum([one["confusion"] for one in shipped.by_source[kind].values()], axis=0)

        assert by_source.tolist() == [list(row[:3]) for row in confusion]


def test_probabilities_are_summed_over_the_same_texts(shipped: Manifest) -> None:
    for sources in shipped.by_source.values():
        for one in sources.values():
            assert sum(one["chances"]) == pytest.approx(np.sum(one["confusion"]), abs=0.01)


def test_the_shipped_labeller_tells_its_error_model_in_plain_values() -> None:
    told = ShippedLabeller(threads=1).error_model

    assert json.loads(json.dumps(told)) == told
    assert set(told) == {"comment", "post", "review"}


def test_a_manifest_from_before_has_no_error_model(tmp_path: Path) -> None:
    told = json.loads((WEIGHTS / FILE).read_text(encoding="utf-8")) | {"sha256": {}}
    del told["by_source"]
    (tmp_path / FILE).write_text(json.dumps(told), encoding="utf-8")

    assert read_manifest(tmp_path).error_model == {}
