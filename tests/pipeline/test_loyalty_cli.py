"""`afterword loyalty` as its users meet it, from files of orders and answers to the report."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from core.errors import AfterwordError, NotFound
from pipeline.cli import app

ORDERS = "id,клиент,сумма,себестоимость,стоимость привлечения,дата,клуб,доля конкурентов\n" + "".join(
    f"{n},{n % 10},10000,4000,{2000 if n < 10 else ''},{3 + n // 8}.0{1 + n % 6}.2026,Center,0.3\n" for n in range(15)
)
ASPECTS = (
    "id,аспект,оценка,дата\n1,Приверженность,5,01.10.2026\n1,Удовлетворённость,4,01.10.2026\n2,вкус,1,01.10.2026\n"
    "2,Отношение к бренду,3,01.10.2026\n"
)


class Terminal:
    """A user's terminal in a folder with a brand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def type(self, *words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    def ok(self, *words: str) -> str:
        done = self.type(*words)
        assert done.exit_code == 0, done.output
        return done.stdout

    def take(self, kind: str, text: str, *words: str) -> str:
        (self.folder / "file.csv").write_text(text, encoding="utf-8")
        return self.ok("import", kind, "file.csv", "--brand", "acme", *words)


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    made = Terminal(tmp_path)
    made.ok("db", "upgrade")
    made.ok("brand", "add", "acme", "--name", "Acme", "--timezone", "Europe/Moscow")
    return made


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    assert "15 added" in terminal.take("orders", ORDERS)
    assert "4 added" in terminal.take("survey", ASPECTS, "--scale", "aspect5")
    terminal.take("survey", "id,score,date\n7,1,2026-10-01\n8,2,2026-10-01\n", "--scale", "ces7_low")
    return terminal


def test_files_of_orders_and_answers_become_a_report(filled: Terminal) -> None:
    report = json.loads(filled.ok("loyalty", "--brand", "acme", "--by", "location", "--json"))

    total = report["total"]["measures"]
    assert (total["orders"]["value"], total["customers"]["value"]) == (15, 10)
    assert total["repurchase_rate"]["value"] == 0.5
    assert total["ces"]["value"] == 6.5
    assert total["aaker_index"]["value"] == pytest.approx(4)
    assert total["loyal_by_requirements"]["value"] == 1
    assert report["overview"]["aspects"].keys() == {"brand_attitude", "commitment", "satisfaction", "вкус"}
    assert report["overview"]["budget"]["margin"] == pytest.approx((15 * 6_000 - 10 * 2_000) / 10)
    assert [row["segment"] for row in report["rows"]] == [{"location": None}, {"location": "Center"}]


def test_aspects_of_one_answer_are_kept_apart_and_once(filled: Terminal) -> None:
    assert "4 there already" in filled.take("survey", ASPECTS, "--scale", "aspect5")
    assert "1 changed" in filled.take("survey", ASPECTS.replace("5,01", "1,01"), "--scale", "aspect5")


def test_an_answer_that_names_no_aspect_is_refused(terminal: Terminal) -> None:
    said = terminal.take("survey", "aspect,score,date\n,5,2026-10-01\nвкус,5,2026-10-01\n", "--scale", "aspect5")

    assert "1 added" in said
    assert "aspect: is missing" in (terminal.folder / "file.csv.errors.csv").read_text(encoding="utf-8-sig")


def test_a_cost_below_nought_and_money_beyond_measure_are_refused(terminal: Terminal) -> None:
    terminal.take(
        "orders",
        "customer,amount,cost,date\n1,100,-1,2026-10-01\n2,1e300,1,2026-10-01\n"
        "3,10000000000000,1,2026-10-01\n4,100,,2026-10-01\n",
    )

    report = json.loads(terminal.ok("loyalty", "--brand", "acme", "--json"))
    assert report["total"]["measures"]["orders"]["value"] == 1
    assert "cost" in report["total"]["measures"]["ltv_margin"]["why"]


def test_the_terminal_shows_the_whole_and_every_segment(filled: Terminal) -> None:
    said = filled.ok("loyalty", "--brand", "acme", "--by", "location,month")

    assert "average check" in said
    assert "10,000" in said
    assert "2026-03" in said
    assert "of 10 of 10 customers, those of whose orders all costs are known" in " ".join(said.split())
    assert "nobody answered on the scale csat5" in said
    assert "without purchase behaviour, switching cost" in said


def test_a_minority_with_known_costs_makes_no_budget_and_is_counted(terminal: Terminal) -> None:
    rows = "".join(f"{n},100,{40 if n < 10 else ''},2026-10-01\n" for n in range(40))
    terminal.take("orders", f"customer,amount,cost,date\n{rows}")

    said = " ".join(terminal.ok("loyalty", "--brand", "acme").split())

    assert "No loyalty budget: the costs of all orders are known of 10 of 40 customers" in said
    assert "Profit first, of all 40: after 40 of revenue and visit 1." in said


def test_a_brand_without_data_is_told_why(terminal: Terminal) -> None:
    said = terminal.ok("loyalty", "--brand", "acme", "--by", "month")

    assert "nobody ordered here in this time" in said
    assert "No loyalty budget" in said


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "table"])
def test_the_report_goes_into_a_file(filled: Terminal, form: str) -> None:
    filled.ok("loyalty", "--brand", "acme", "--format", form, "--output", "report")

    written = (filled.folder / "report").read_bytes()
    assert written
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(written.decode())))
        assert {row["measure"] for row in rows if row["part"] == "total"} >= {"csat", "retention", "ltv_margin"}


@pytest.mark.parametrize(
    "words",
    [("--by", "channel"), ("--from", "2026-10-02", "--to", "2026-10-01"), ("--from", "yesterday"),
     ("--location", "atlantis")],
)  # fmt: skip
def test_what_cannot_be_reported_is_said(filled: Terminal, words: tuple[str, ...]) -> None:
    done = filled.type("loyalty", "--brand", "acme", *words)

    assert isinstance(done.exception, AfterwordError)
    assert words[-1] in str(done.exception)


def test_an_unknown_brand_is_not_found(terminal: Terminal) -> None:
    assert isinstance(terminal.type("loyalty", "--brand", "nobody").exception, NotFound)
