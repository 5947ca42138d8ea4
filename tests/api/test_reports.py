"""The gap report and the series, as JSON and as files."""

import csv
import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from api.exports import write_csv, write_xlsx
from core.errors import Invalid
from tests.api.conftest import problem
from tests.builders import World


def test_the_gap_report_has_a_row_a_segment_a_total_and_how_it_was_made(client: TestClient, spoken: World) -> None:
    report = client.get("/v1/gaps?brand=sunflower&by=location").json()

    assert [row["segment"] for row in report["rows"]] == [{"location": "center"}, {"location": "garden"}]
    assert [row["verdict"] for row in report["rows"]] == ["worse_in_public", "too_few"]
    assert report["total"]["segment"] == {}
    assert report["total"]["survey"]["n"] == 45
    assert report["total"]["social"]["voices"] == 37
    assert report["meta"]["estimator"] == "plain count: how the labeller errs was never measured"
    assert report["meta"]["labellers"] == ["test-1"]
    assert (report["meta"]["brand"], report["meta"]["by"]) == (spoken.brand.slug, ["location"])


def test_without_dimensions_there_is_the_total_alone(client: TestClient, spoken: World) -> None:
    report = client.get(f"/v1/gaps?brand={spoken.brand.slug}").json()

    assert report["rows"] == []
    assert report["total"]["gap"]["value"] < 0


def test_a_brand_of_which_nobody_spoke_has_an_empty_report(client: TestClient, world: World) -> None:
    report = client.get(f"/v1/gaps?brand={world.brand.slug}&by=location,month").json()

    assert (report["rows"], report["total"]["survey"], report["total"]["gap"]) == ([], None, None)
    assert report["total"]["verdict"] == "too_few"


def test_filters_narrow_the_report(client: TestClient, spoken: World) -> None:
    of_garden = client.get(f"/v1/gaps?brand={spoken.brand.slug}&location=garden").json()
    of_before = client.get(f"/v1/gaps?brand={spoken.brand.slug}&to=2026-11-01").json()
    of_the_day = client.get(f"/v1/gaps?brand={spoken.brand.slug}&from=2026-11-01&to=2026-11-02").json()

    assert (of_garden["total"]["survey"], of_garden["total"]["social"]["voices"]) == (None, 1)
    assert (of_before["total"]["survey"], of_before["meta"]["to"]) == (None, "2026-11-01")
    assert of_the_day["total"]["survey"]["n"] == 45


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("by=weather", "weather"),
        ("from=2026-10-02&to=2026-10-01", "from"),
        ("from=20261001", "from"),
        ("format=pdf", "format"),
    ],
)
def test_what_cannot_be_reported_is_a_422_that_names_it(
    client: TestClient, spoken: World, query: str, field: str
) -> None:
    answer = client.get(f"/v1/gaps?brand={spoken.brand.slug}&{query}")

    assert answer.status_code == 422
    assert field in problem(answer)["detail"]


@pytest.mark.parametrize("asked", [{"params": {"format": "csv"}}, {"headers": {"accept": "text/csv"}}])
def test_the_gap_report_comes_as_csv_with_the_total_last(
    client: TestClient, spoken: World, asked: dict[str, dict[str, str]]
) -> None:
    params = {"brand": spoken.brand.slug, "by": "location"} | asked.get("params", {})

    answer = client.get("/v1/gaps", params=params, headers=asked.get("headers"))

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="gaps-2026-11-01.csv"'
    assert [(row["row"], row["location"]) for row in rows] == [
        ("segment", "center"),
        ("segment", "garden"),
        ("total", ""),
    ]
    assert rows[0]["verdict"] == "worse_in_public"
    assert float(rows[0]["gap_value"]) < 0


def test_every_list_and_report_comes_as_a_workbook(client: TestClient, spoken: World) -> None:
    for path in ("gaps", "nps", "mentions", "alerts", "brands", "locations"):
        answer = client.get(f"/v1/{path}", params={"brand": spoken.brand.slug, "format": "xlsx"})

        rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert all(isinstance(cell, str) for cell in rows[0])


def test_the_two_series_tell_months_apart(client: TestClient, spoken: World) -> None:
    series = client.get(f"/v1/nps?brand={spoken.brand.slug}&by=month,location").json()["series"]

    assert [point["segment"] for point in series["survey"]] == [{"month": "2026-11", "location": "center"}]
    assert [point["n"] for point in series["social"]] == [36, 1]
    assert series["survey"][0]["nps"] == pytest.approx(100 * (30 - 5) / 45, abs=0.01)
    assert series["survey"][0]["low"] < series["survey"][0]["nps"] < series["survey"][0]["high"]


def test_the_two_series_come_under_one_head(client: TestClient, spoken: World) -> None:
    answer = client.get(f"/v1/nps?brand={spoken.brand.slug}&by=location&format=csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["side"], row["location"]) for row in rows] == [
        ("survey", "center"),
        ("social", "center"),
        ("social", "garden"),
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+7 999", "-5", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula(cell: str, tmp_path: Path) -> None:
    row = {"text": cell, "number": -5}
    text, book = io.BytesIO(), tmp_path / "book.xlsx"

    write_csv(text, ["text", "number"], [row])
    with book.open("wb") as file:
        write_xlsx(file, ["text", "number"], [row])

    [_, in_csv] = csv.reader(io.StringIO(text.getvalue().decode(), newline=""))
    in_book = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()[1]
    assert in_csv == [f"'{cell}", "-5"]
    assert in_book[1] == -5
    assert str(in_book[0]).strip() == cell.strip()


def test_a_sheet_that_is_full_is_an_error_and_not_half_a_file(
    monkeypatch: pytest.MonkeyPatch, client: TestClient, spoken: World
) -> None:
    monkeypatch.setattr("api.exports.MOST_SHEET_ROWS", 3)

    answer = client.get(f"/v1/mentions?brand={spoken.brand.slug}&format=xlsx")

    assert answer.status_code == 422
    with pytest.raises(Invalid):
        write_xlsx(io.BytesIO(), ["a"], ({"a": i} for i in range(4)))
