"""Settings that are more than one word."""

import pytest
from pydantic import ValidationError

from core.settings import Settings


@pytest.mark.parametrize(
    ("written", "pairs"),
    [
        ("LABEL_0=detractor,LABEL_1=promoter", {"LABEL_0": "detractor", "LABEL_1": "promoter"}),
        (" LABEL_0 = 1 star , LABEL_1 = 5 stars", {"LABEL_0": "1 star", "LABEL_1": "5 stars"}),
        ("", {}),
        ("  ", {}),
    ],
)
def test_labels_of_a_model_are_pairs(monkeypatch: pytest.MonkeyPatch, written: str, pairs: dict[str, str]) -> None:
    monkeypatch.setenv("AFTERWORD_MODEL_LABELS", written)

    assert Settings(_env_file=None).model_labels == pairs


@pytest.mark.parametrize(
    "written", ["LABEL_0", "=promoter", "LABEL_0=", "a=promoter,,b=passive", "a=promoter,a=passive"]
)
def test_labels_that_are_no_pairs_are_refused_with_an_example(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("AFTERWORD_MODEL_LABELS", written)

    with pytest.raises(ValidationError, match="LABEL_0=detractor,LABEL_1=promoter, each name once"):
        Settings(_env_file=None)
