import csv
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from core.errors import Invalid
from pipeline.imports.cells import Refused
from pipeline.imports.moments import moment
from store.brands import zone
from store.database import Database
from store.mentions import LONGEST_TEXT
from store.models import Mention, Order, SurveyResponse, Tally
from store.tallies import rebuild
from tests.builders import NOW

MOSCOW = zone("Europe/Moscow")


def problems(result: Any) -> list[dict[str, str]]:
    with result.errors_file.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ("11,2026-10-01", "score", "score: 11 is not within 0..10"),
        ("-1,2026-10-01", "score", "score: -1 is not within 0..10"),
        ("7.5,2026-10-01", "score", "score: 7.5 is not a whole number"),
        ("ten,2026-10-01", "score", "score: 'ten' is not a number"),
        (",2026-10-01", "score", "score: is missing"),
        ("9,", "responded_at", "responded_at: is missing"),
        ("9,2026", "responded_at", "responded_at: is a year without a month"),
        ("9,soon", "responded_at", "responded_at: 'soon' is not a date: write YYYY-MM-DD or DD.MM.YYYY"),
        ("9,31.02.2026", "responded_at", "responded_at: '31.02.2026' is not a date"),
        ("9,01/02/2026", "responded_at", "day first or month first"),
        ("9,2026-11-03", "responded_at", "responded_at: 2026-11-02 is in the future"),
        ("9,1899-01-01", "responded_at", "before 1970"),
    ],
)
def test_a_bad_answer_is_refused_with_field_row_and_reason(imports: Any, row: str, field: str, says: str) -> None:
    result = imports(f"score,responded_at\n10,2026-10-01\n{row}\n", "survey")

    found = problems(result)[0]
    assert (result.added, result.refused) == (1, 1)
    assert (found["row"], found["field"]) == ("3", field)
    assert says in found["problem"]


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        ("text,rating", " ,", "a mention needs a text or a rating"),
        ("rating", "8", "rating: 8 is not within 1..5; give rating_best"),
        ("rating,rating_best", "11,10", "rating: 11 is not within 1..10"),
        ("rating,rating_best", "1,1", "rating_best: 1 is not above the worst, 1"),
        ("text,published_at", "a,tomorrow", "published_at: 'tomorrow' is not a date"),
        ("text,location", f"a,{'x' * 101}", "location: a slug has 1 to 100"),
        ("text,url", "a,javascript:alert(1)", "url: is not an address"),
        ("text,language", "a,the Russian language", "language: 20 characters, at most 16"),
        ("text,id", f"a,{'x' * 501}", "id: 501 characters, at most 500"),
    ],
)
def test_a_bad_mention_is_refused(imports: Any, header: str, row: str, says: str) -> None:
    result = imports(f"{header}\n{row}\n")

    assert (result.added, result.refused) == (0, 1)
    assert says in problems(result)[0]["problem"]


def test_a_rating_has_its_own_scale_where_the_row_gives_one(imports: Any, db: Database) -> None:
    imports("rating,rating_best,rating_worst\n8,10,1\n0,1,0\n")

    with db.read() as session:
        found = session.execute(sa.select(Mention.rating, Mention.rating_best, Mention.rating_label)).all()
    assert [tuple(row) for row in found] == [(8, 10, "passive"), (0, 1, "detractor")]


def test_a_scale_may_be_written_from_end_to_end(imports: Any, db: Database) -> None:
    imports("score,scale\n8,0-10\n1,1..5\n4,5\n")

    with db.read() as session:
        found = session.execute(sa.select(Mention.rating, Mention.rating_worst, Mention.rating_best)).all()
    assert [tuple(row) for row in found] == [(8, 0, 10), (1, 1, 5), (4, 1, 5)]


def test_a_mention_without_a_date_is_dated_when_it_was_fetched(imports: Any, db: Database) -> None:
    imports("text\nХорошо\n")

    with db.read() as session:
        mention = session.scalars(sa.select(Mention)).one()
    assert (mention.published_at, mention.precision) == (NOW, "fetched")


def test_a_text_of_a_megabyte_is_kept_cut_and_nuls_are_dropped(imports: Any, db: Database) -> None:
    imports("text\n" + "д\0а" * 500_000 + "\n")

    with db.read() as session:
        mention = session.scalars(sa.select(Mention)).one()
    assert (len(mention.text), mention.is_cut, mention.text[:4]) == (LONGEST_TEXT, True, "дада")


def test_the_question_of_an_open_answer_is_kept_cut_to_a_length(imports: Any, db: Database) -> None:
    imports(f"id,text,question\n1,nothing,What should we change?\n2,nothing,{'why ' * 100}\n3,nothing,\n")

    with db.read() as session:
        kept = session.scalars(sa.select(Mention.question).order_by(Mention.native_id)).all()
    assert kept == ["What should we change?", ("why " * 100)[:300], None]


def test_an_open_answer_is_a_comment_however_long_it_is(imports: Any, db: Database) -> None:
    imports(f"text,question\n{'it was all right ' * 20},How was it?\n{'it was all right ' * 21},\n")

    with db.read() as session:
        kinds = {bool(question): kind for question, kind in session.execute(sa.select(Mention.question, Mention.kind))}
    assert kinds == {True: "comment", False: "review"}


def test_a_column_that_is_mapped_to_the_text_is_nothing_else(imports: Any, db: Database) -> None:
    imports("question,answer\nWhat should we change?,nothing\n", columns={"text": "answer"})

    with db.read() as session:
        kept = session.scalars(sa.select(Mention)).one()
    assert (kept.text, kept.question, kept.answer) == ("nothing", "What should we change?", None)


def test_the_same_answer_to_two_questions_is_two_mentions(imports: Any) -> None:
    result = imports("text,question\nnothing,What did you like?\nnothing,What should we change?\n")

    assert result.added == 2


def test_half_an_emoji_of_json_is_replaced(imports: Any, db: Database) -> None:
    imports('{"text": "ок \\ud83d"}\n', name="file.jsonl")

    with db.read() as session:
        assert session.scalars(sa.select(Mention.text)).one() == "ок �"


def test_names_are_never_stored(imports: Any, db: Database) -> None:
    imports("text,author\nХорошо,Анна Петрова\n")
    imports("score,responded_at,customer\n9,2026-10-01,anna@example.org\n", "survey")
    imports("customer,id,amount,ordered_at\nanna@example.org,1,100,2026-10-01\n", "orders")

    with db.engine.connect() as connection:
        dump = "".join(str(connection.execute(sa.select(t)).all()) for t in (Mention, SurveyResponse, Order))
    assert "Анна" not in dump
    assert "anna" not in dump


def test_a_customer_is_one_person_to_survey_and_orders(imports: Any, db: Database) -> None:
    imports("score,responded_at,customer\n9,2026-10-01,17\n", "survey")
    imports('{"customer": 17.0, "id": 1, "amount": 100, "ordered_at": "2026-10-01"}\n', "orders", name="o.jsonl")

    with db.read() as session:
        keys = [session.scalars(sa.select(t.customer_key)).one() for t in (SurveyResponse, Order)]
    assert keys[0] == keys[1] is not None


@pytest.mark.parametrize(("scale", "good", "bad"), [("csat5", 5, 6), ("csat5", 1, 0), ("ces7", 7, 8)])
def test_other_scales_are_kept_and_stay_out_of_the_nps(
    imports: Any, db: Database, scale: str, good: int, bad: int
) -> None:
    result = imports(f"score,date\n{good},2026-10-01\n{bad},2026-10-01\n", "survey", scale=scale)

    with db.read() as session:
        answer = session.scalars(sa.select(SurveyResponse)).one()
        assert session.scalars(sa.select(Tally)).all() == []
    assert (answer.score, answer.score_given, answer.scale) == (None, good, scale)
    assert result.refused == 1


def test_a_scale_put_right_by_importing_again_takes_its_answers_out_of_the_nps(imports: Any, db: Database) -> None:
    imports("score,date\n5,2026-10-01\n", "survey")

    again = imports("score,date\n5,2026-10-01\n", "survey", scale="csat5")

    with db.write.begin() as session:
        left = session.scalars(sa.select(Tally)).all()
        rebuild(session)
        assert left == session.scalars(sa.select(Tally)).all() == []
    assert again.changed == 1


def test_an_unknown_scale_is_said_clearly(imports: Any) -> None:
    with pytest.raises(Invalid, match="scale: 'stars5' is none of nps, csat5, ces7"):
        imports("score,date\n5,2026-10-01\n", "survey", scale="stars5")


def test_orders_take_money_as_people_write_it(imports: Any, db: Database) -> None:
    result = imports(
        "клиент;номер заказа;сумма;категория;дата;доля конкурентов\n"
        "7;A1;1 234,50;йога;03.10.2026 18:05;0,25\n"
        "7;A1;10;йога;03.10.2026;\n"
        ";A2;10;йога;03.10.2026;\n"
        "7;A3;-5;йога;03.10.2026;\n"
        "7;A4;1,234;йога;03.10.2026;\n"
        "7;A5;1;йога;03.10.2026;25\n"
        "7;A6;;йога;03.10.2026;\n",
        "orders",
    )

    with db.read() as session:
        order = session.scalars(sa.select(Order)).one()
    assert (order.amount, order.category, order.competitor_share) == (1234.5, "йога", 0.25)
    assert order.ordered_at == datetime(2026, 10, 3, 15, 5, tzinfo=UTC)
    assert [row["problem"].split(":")[0] for row in problems(result)] == [
        *("id", "customer", "amount", "amount", "competitor_share", "amount"),
    ]


@pytest.mark.parametrize(
    ("written", "share"),
    [("20%", 0.2), ("20 %", 0.2), ("12,5\u00a0%", 0.125), ("0 %", 0), ("100%", 1), ("0.2", 0.2), ("1", 1)],
)
def test_a_share_is_taken_as_a_percentage_too(imports: Any, db: Database, written: str, share: float) -> None:
    imports(f"customer;amount;date;competitor_share\n7;10;2026-10-01;{written}\n", "orders")

    with db.read() as session:
        assert session.scalars(sa.select(Order.competitor_share)).one() == pytest.approx(share)


@pytest.mark.parametrize(
    ("written", "says"),
    [("20", "20 is not within 0..1; a percentage needs its sign, as in 20 %"), ("120 %", "120 is not within 0..100"),
     ("-5%", "-5 is not within"), ("a fifth %", "is not a number"), ("20 %%", "is not a number")],
)  # fmt: skip
def test_what_is_no_share_is_refused(imports: Any, written: str, says: str) -> None:
    result = imports(f"customer;amount;date;competitor_share\n7;10;2026-10-01;{written}\n", "orders")

    [problem] = problems(result)
    assert problem["field"] == "competitor_share"
    assert says in problem["problem"]


def test_a_report_holds_nothing_that_a_spreadsheet_would_run(imports: Any) -> None:
    result = imports('score,date\n"=HYPERLINK(""http://evil"")' + "x" * 200 + '",2026-10-01\n-3,2026-10-01\n', "survey")

    values = [row["value"] for row in problems(result)]
    assert [value[:2] for value in values] == ["'=", "'-"]
    assert len(values[0]) == 81


@pytest.mark.parametrize(
    ("written", "at", "precision"),
    [
        ("2026-10-03", "2026-10-02T21:00", "day"),
        ("03.10.2026", "2026-10-02T21:00", "day"),
        ("3.10.2026 14:30", "2026-10-03T11:30", "second"),
        ("2026-10-03T14:30:05.123Z", "2026-10-03T14:30:05", "second"),
        ("2026-10-03 14:30:05 -0800", "2026-10-03T22:30:05", "second"),
        ("2026/10/03 14:30", "2026-10-03T11:30", "second"),
        ("20261003", "2026-10-02T21:00", "day"),
        ("2026-10", "2026-09-30T21:00", "month"),
        ("10.2026", "2026-09-30T21:00", "month"),
        ("2025", "2024-12-31T21:00", "year"),
        ("46298", "2026-10-02T21:00", "day"),
        (46298.5, "2026-10-03T09:00", "second"),
        (1790000000, "2026-09-21T14:13:20", "second"),
        ("1790000000000", "2026-09-21T14:13:20", "second"),
    ],
)
def test_dates_are_read_as_files_write_them(written: Any, at: str, precision: str) -> None:
    found = moment({"date": written}, "date", zone=MOSCOW, now=NOW)

    assert found is not None
    assert (found.at, found.precision) == (datetime.fromisoformat(at).replace(tzinfo=UTC), precision)


@pytest.mark.parametrize("written", ["2026-13-01", "0000-01-01", "9999-12-31", "2026-10-03T25:00", "99", "1e9", True])
def test_what_is_no_date_is_refused(written: Any) -> None:
    with pytest.raises(Refused):
        moment({"date": written}, "date", zone=MOSCOW, now=NOW)
