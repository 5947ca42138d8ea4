import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import AfterwordError, Invalid
from store.database import Database
from store.models import Mention, Order, SurveyResponse, Tally
from store.tallies import rebuild

MANY = "text,rating,author,date\n" + "".join(
    f"отзыв {number % 4_000},{number % 5 + 1},автор {number % 700},2026-{number % 9 + 1:02}-15\n"
    for number in range(5_000)
)


def count(db: Database, table: type[Any]) -> int:
    with db.read() as session:
        return session.scalars(sa.select(sa.func.count()).select_from(table)).one()


def sums(session: Any) -> list[Any]:
    return list(session.execute(sa.select(*Tally.__table__.columns).order_by(*Tally.__table__.primary_key)).all())


@pytest.mark.parametrize(
    ("kind", "content", "table"),
    [
        ("mentions", "text,author\nХорошо,Анна\nХорошо,Анна\nХорошо,\n", Mention),
        ("survey", "score,date\n9,2026-10-01\n9,2026-10-01\n0,2026-10-02\n", SurveyResponse),
        ("orders", "customer,amount,date\n1,10,2026-10-01\n1,10,2026-10-01\n2,5,2026-10-02\n", Order),
    ],
)
def test_rows_that_are_the_same_are_all_kept_and_once_more_adds_none(
    imports: Any, db: Database, kind: str, content: str, table: type[Any]
) -> None:
    first, again = imports(content, kind), imports(content, kind)

    assert (first.added, again.added, again.unchanged) == (3, 0, 3)
    assert count(db, table) == 3


@pytest.mark.parametrize(
    ("kind", "header", "before", "after"),
    [
        ("mentions", "id,text", "1,Плохо", "1,Хорошо"),
        ("survey", "id,score,date", "1,3,2026-10-01", "1,9,2026-10-01"),
        ("orders", "id,customer,amount,date", "1,7,10,2026-10-01", "1,7,20,2026-10-01"),
    ],
)
def test_a_corrected_row_of_the_same_id_replaces_its_former_self(
    imports: Any, kind: str, header: str, before: str, after: str
) -> None:
    imports(f"{header}\n{before}\n", kind)

    result = imports(f"{header}\n{after}\n", kind)

    assert (result.added, result.changed) == (0, 1)


def test_of_two_rows_with_one_id_the_later_counts(imports: Any, db: Database) -> None:
    result = imports("id,text\n1,Плохо\n1,Хорошо\n")

    with db.read() as session:
        assert session.scalars(sa.select(Mention.text)).one() == "Хорошо"
    assert (result.rows, result.added, result.unchanged) == (2, 1, 1)


def test_progress_tells_how_many_more_rows_are_done(imports: Any) -> None:
    seen: list[int] = []

    imports(MANY, advance=seen.append)

    assert seen == [2_000, 2_000, 1_000]


def test_a_killed_import_is_finished_by_the_next_without_loss_or_doubles(imports: Any, db: Database) -> None:
    batches: list[int] = []

    def killed(rows: int) -> None:
        batches.append(rows)
        if len(batches) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imports(MANY, advance=killed)
    half = count(db, Mention)
    result = imports(MANY)

    with db.write.begin() as session:
        followed = sums(session)
        rebuild(session)
        assert followed == sums(session)
    assert (half, result.unchanged, result.added) == (4_000, 4_000, 1_000)
    assert count(db, Mention) == 5_000


def test_where_the_report_cannot_be_written_nothing_is_stored(imports: Any, db: Database, folder: Path) -> None:
    (folder / "file.csv.errors.csv").mkdir()

    with pytest.raises(Invalid, match=r"file\.csv\.errors\.csv cannot be written"):
        imports("text\nХорошо\n")

    assert count(db, Mention) == 0


def test_a_report_of_an_earlier_import_goes_when_all_is_well(imports: Any, folder: Path) -> None:
    bad, good = imports("rating\n9\n"), imports("rating\n5\n")

    assert bad.errors_file == folder / "file.csv.errors.csv"
    assert good.errors_file is None
    assert not bad.errors_file.exists()


def cells() -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), min_size=1, max_size=6)


@given(rows=cells(), kind=st.sampled_from(["mentions", "survey", "orders"]), quoted=st.booleans())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_in_cells_gives_rows_or_row_errors(
    imports: Any,
    rows: list[list[str]],
    kind: str,
    quoted: bool,  # noqa: FBT001
) -> None:
    header = {"mentions": "text,rating,date", "survey": "score,comment,date", "orders": "customer,amount,date"}[kind]
    cell = (lambda value: '"' + value.replace('"', '""') + '"') if quoted else str
    content = "\n".join([header, *(",".join(map(cell, row)) for row in rows)])

    with suppress(AfterwordError):
        result = imports(content.encode("utf-8", "replace"), kind)
        assert result.rows >= result.refused >= 0


@given(lines=st.lists(st.text(max_size=30) | st.recursive(st.none() | st.floats() | st.integers() | st.text(max_size=5),
       lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["text", "rating", "date", "id"]), inner),
       max_leaves=6), max_size=6))  # fmt: skip
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_line_of_json_gives_rows_or_row_errors(imports: Any, lines: list[Any]) -> None:
    content = '{"text": "known"}\n' + "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)

    result = imports(content.encode("utf-8", "replace"), name="file.jsonl")

    assert result.rows >= 1
