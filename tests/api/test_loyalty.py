"""The loyalty report over the API: every figure with its interval or a reason, as JSON and as files."""

import csv
import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from metrics.loyalty.segments import UNITS
from store.orders import NewOrder, keep_orders
from store.surveys import NewResponse, keep_responses
from tests.api.conftest import problem
from tests.builders import NOW, World


@pytest.fixture
def loyal(world: World) -> World:
    """Thirty customers of the centre: ten of them came four times, monthly; two satisfied answers of three."""
    center, tablet = world.location("center"), world.channel("tablet")
    orders = [
        NewOrder(
            native_id=f"{customer} {visit}",
            customer_key=f"{customer}",
            amount=2_000.0,
            cost=800.0,
            acquisition_cost=400.0 if visit == 0 else None,
            competitor_share=0.3 if customer < 10 else 0.6,
            category="yoga",
            ordered_at=NOW - timedelta(days=100 - 30 * visit),
            location_id=center,
        )
        for customer in range(30)
        for visit in range(4 if customer < 10 else 1)
    ]
    answers = [
        NewResponse(channel_id=tablet, native_id=f"{n}", score=None, score_given=score, scale="csat5", responded_at=NOW,
                    location_id=center)
        for n, score in enumerate((5, 4, 2))
    ]  # fmt: skip
    with world.db.write.begin() as session:
        keep_orders(session, world.brand, orders)
        keep_responses(session, world.brand, answers, now=NOW)
    return world


@pytest.fixture
def aged(loyal: World) -> World:
    """The same, and one customer who came once, two hundred days ago: from August on customers can be lost."""
    first = NewOrder(
        native_id="first",
        customer_key="first",
        amount=2_000.0,
        ordered_at=NOW - timedelta(days=200),
        location_id=loyal.location("center"),
    )
    with loyal.db.write.begin() as session:
        keep_orders(session, loyal.brand, [first])
    return loyal


def test_the_report_has_every_measure_of_the_whole_with_its_interval(client: TestClient, loyal: World) -> None:
    report = client.get(f"/v1/loyalty?brand={loyal.brand.slug}").json()

    found = {name: measure["value"] for name, measure in report["total"]["measures"].items()}
    assert list(found) == list(UNITS)
    assert report["rows"] == []
    assert found["csat"] == pytest.approx(2 / 3, abs=1e-4)
    assert (found["customers"], found["orders"], found["revenue"]) == (30, 60, 120_000)
    assert (found["average_check"], found["median_check"]) == (2_000, 2_000)
    assert found["repurchase_rate"] == found["repeat_visits"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["orders_per_customer"] == 2
    assert found["ltv_revenue"] == 4_000
    assert found["ltv_margin"] == 2_000
    assert found["loyal_by_requirements"] == pytest.approx(1 / 3, abs=1e-4)
    repurchase = report["total"]["measures"]["repurchase_rate"]
    assert repurchase["low"] < 1 / 3 < repurchase["high"]


def test_what_nobody_answered_is_null_with_a_reason(client: TestClient, loyal: World) -> None:
    measures = client.get(f"/v1/loyalty?brand={loyal.brand.slug}").json()["total"]["measures"]

    assert measures["ces"]["value"] is None
    assert "ces7" in measures["ces"]["why"]


def test_a_brand_of_which_nothing_is_known_gives_a_reason_for_everything(client: TestClient, world: World) -> None:
    report = client.get(f"/v1/loyalty?brand={world.brand.slug}&by=location,month").json()

    assert report["rows"] == []
    assert all(one["value"] is None and one["why"] for one in report["total"]["measures"].values())
    assert report["overview"]["rfm"]["why"]
    assert report["overview"]["budget"]["why"]
    assert report["overview"]["profit_first"]["why"]
    assert report["overview"]["profit_first"]["past_profit"]["why"]
    assert len(report["overview"]["missing_aspects"]) == 5


def test_the_lifetime_value_is_not_predicted_which_is_said(client: TestClient, loyal: World) -> None:
    value = client.get(f"/v1/loyalty?brand={loyal.brand.slug}").json()["overview"]["lifetime_value"]

    assert value["predicted"] is None
    assert "pymc-marketing" in value["why"]


def test_the_overview_tells_months_cohorts_segments_and_what_loyalty_may_cost(client: TestClient, loyal: World) -> None:
    seen = client.get(f"/v1/loyalty?brand={loyal.brand.slug}").json()["overview"]

    assert [(m["month"], m["start"], m["new"], m["lost"], m["end"]) for m in seen["months"]] == [
        ("2026-07", 0, 30, 0, 30), ("2026-08", 30, 0, 0, 30), ("2026-09", 30, 0, 0, 30), ("2026-10", 30, 0, 20, 10),
    ]  # fmt: skip
    assert [m["retention"]["value"] for m in seen["months"]] == [None] * 4
    assert "90 days" in seen["months"][3]["retention"]["why"]
    [cohort] = seen["cohorts"]
    assert (cohort["month"], cohort["customers"]) == ("2026-07", 30)
    assert [one["value"] for one in cohort["active"]] == pytest.approx([1 / 3] * 3, abs=1e-4)
    assert sum(one["customers"] for one in seen["rfm"]["segments"]) == 30
    assert seen["categories"][0]["category"] == "yoga"
    assert {name: seen["budget"][name] for name in ("margin", "least", "most")} == {
        "margin": 2_000,
        "least": 500,
        "most": 750,
    }
    assert {name: seen["budget"][name] for name in ("costed", "customers", "acquisition_known", "selection")} == {
        "costed": 30,
        "customers": 30,
        "acquisition_known": 30,
        "selection": "those of whose orders all costs are known",
    }
    assert {name: seen["profit_first"][name] for name in ("until", "visits")} == {"until": 1_600, "visits": 1}


def test_segments_are_those_of_locations_and_months(client: TestClient, aged: World) -> None:
    report = client.get(f"/v1/loyalty?brand={aged.brand.slug}&by=location,month").json()

    october = {row["segment"]["month"]: row["measures"] for row in report["rows"]}["2026-10"]
    assert {row["segment"]["location"] for row in report["rows"]} == {"center"}
    assert [row["segment"]["month"] for row in report["rows"]][:3] == ["2026-04", "2026-05", "2026-06"]
    assert october["retention"]["value"] == pytest.approx(1 / 3, abs=1e-4)
    assert october["customers"]["value"] == 10
    assert october["repurchase_rate"]["value"] == 1
    assert october["repeat_visits"]["value"] == 0
    assert october["ltv_revenue"]["why"]


def test_a_part_of_the_time_looks_back_for_what_needs_it(client: TestClient, aged: World) -> None:
    report = client.get(f"/v1/loyalty?brand={aged.brand.slug}&from=2026-10-01&to=2026-11-01").json()

    measures = report["total"]["measures"]
    assert measures["orders"]["value"] == 10
    assert measures["repurchase_rate"]["value"] == 1
    assert measures["retention"]["value"] == pytest.approx(1 / 3, abs=1e-4)
    assert measures["csat"]["why"]
    assert report["overview"]["cohorts"] == []
    assert (report["meta"]["from"], report["meta"]["until"]) == ("2026-10-01", "2026-11-01")


@pytest.mark.parametrize(("days", "retention"), [(90, 70 / 90), (45, 50 / 70), (365, None)])
def test_who_is_active_is_asked_for(client: TestClient, aged: World, days: int, retention: float | None) -> None:
    report = client.get(f"/v1/loyalty?brand={aged.brand.slug}&active_days={days}").json()

    found = report["total"]["measures"]["retention"]
    assert report["meta"]["active_days"] == days
    assert found["value"] == (None if retention is None else pytest.approx(retention, abs=1e-4))
    assert bool(found["why"]) == (retention is None)


@pytest.mark.parametrize(
    ("query", "field"),
    [("by=channel", "channel"), ("from=2026-10-02&to=2026-10-01", "from"), ("active_days=0", "active_days"),
     ("to=tomorrow", "to")],
)  # fmt: skip
def test_what_cannot_be_reported_is_a_422_that_names_it(
    client: TestClient, loyal: World, query: str, field: str
) -> None:
    answer = client.get(f"/v1/loyalty?brand={loyal.brand.slug}&{query}")

    assert answer.status_code == 422
    assert field in problem(answer)["detail"]


def test_an_unknown_brand_is_a_404(client: TestClient, loyal: World) -> None:
    assert client.get("/v1/loyalty?brand=nobody").status_code == 404
    assert client.get(f"/v1/loyalty?brand={loyal.brand.slug}").status_code == 200


def test_days_at_the_ends_of_time_are_answered(client: TestClient, loyal: World) -> None:
    far = client.get(f"/v1/loyalty?brand={loyal.brand.slug}&from=2199-01-01&to=2200-12-31&by=month")
    old = client.get(f"/v1/loyalty?brand={loyal.brand.slug}&from=1970-01-01&to=1970-01-01&by=location")

    for answer in (far, old):
        assert answer.status_code == 200
        assert answer.json()["total"]["measures"]["orders"]["why"]


def test_the_report_comes_as_csv_a_row_a_measure(client: TestClient, loyal: World) -> None:
    answer = client.get(f"/v1/loyalty?brand={loyal.brand.slug}&by=location&format=csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-disposition"] == 'attachment; filename="loyalty-2026-11-01.csv"'
    assert list(dict.fromkeys(row["part"] for row in rows)) == [
        "segment", "total", "aspect", "category", "month", "cohort", "rfm", "budget", "profit_first",
    ]  # fmt: skip
    [csat] = [row for row in rows if (row["part"], row["measure"], row["location"]) == ("segment", "csat", "center")]
    assert float(csat["value"]) == pytest.approx(2 / 3, abs=1e-4)
    assert csat["unit"] == "share"


def test_the_report_comes_as_a_workbook(client: TestClient, loyal: World) -> None:
    answer = client.get(f"/v1/loyalty?brand={loyal.brand.slug}&format=xlsx")

    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["part", "of", "measure", "value", "low", "high", "n", "unit", "why"]
