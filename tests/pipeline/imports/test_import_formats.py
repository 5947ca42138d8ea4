import csv
import gzip
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from core.errors import Invalid
from store.database import Database
from store.models import Mention

ROWS = [
    {"text": "Отличный зал, «тренер» внимательный; ещё приду", "rating": 5, "published_at": "2026-10-03"},
    {"text": "Грязно\nв раздевалках", "rating": 1, "published_at": "2026-10-04"},
]


def as_csv(rows: list[dict[str, Any]] = ROWS, delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_jsonl(rows: list[dict[str, Any]] = ROWS) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def as_xlsx() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active.append(list(ROWS[0]))
    for row in ROWS:
        book.active.append([row["text"], row["rating"], date.fromisoformat(row["published_at"])])
    book.save(out)
    return out.getvalue()


def as_parquet() -> bytes:
    out = io.BytesIO()
    columns = {
        "text": Array([row["text"] for row in ROWS], DataType.string()),
        "rating": Array([row["rating"] for row in ROWS], DataType.int64()),
        "published_at": Array([row["published_at"] for row in ROWS], DataType.string()),
    }
    write_parquet(Table(columns), out)
    return out.getvalue()


FORMATS: list[tuple[str, bytes]] = [
    ("comma.csv", as_csv().encode()),
    ("semicolon.csv", as_csv(delimiter=";").encode()),
    ("tab.csv", as_csv(delimiter="\t").encode()),
    ("sep.csv", ("sep=;\r\n" + as_csv(delimiter=";")).encode()),
    ("marked.csv", as_csv().encode("utf-8-sig")),
    ("wide.csv", as_csv().encode("utf-16")),
    ("wide-unmarked.csv", as_csv().encode("utf-16-le")),
    ("windows.csv", as_csv().encode("cp1251")),
    ("unix.csv", as_csv().replace("«", '""').replace("»", '""').encode("koi8-r")),
    ("dos.csv", as_csv().replace("«", '""').replace("»", '""').encode("cp866")),
    ("packed.csv.gz", gzip.compress(as_csv().encode("cp1251"))),
    ("lines.jsonl", as_jsonl().encode()),
    ("packed.jsonl.gz", gzip.compress(as_jsonl().encode())),
    ("book.xlsx", as_xlsx()),
    ("table.parquet", as_parquet()),
]


@pytest.mark.parametrize(("name", "content"), FORMATS, ids=[name for name, _ in FORMATS])
def test_every_format_gives_the_same_mentions(imports: Any, db: Database, name: str, content: bytes) -> None:
    result = imports(content, name=name)

    with db.read() as session:
        found = session.execute(
            sa.select(Mention.text, Mention.rating, Mention.said_on).order_by(Mention.said_on)
        ).all()

    assert (result.rows, result.added, result.errors_file) == (2, 2, None)
    assert [row.text.replace('"', "").replace("«", "").replace("»", "") for row in found] == [
        "Отличный зал, тренер внимательный; ещё приду",
        "Грязно\nв раздевалках",
    ]
    assert [(row.rating, row.said_on) for row in found] == [(5, date(2026, 10, 3)), (1, date(2026, 10, 4))]


def test_one_file_in_another_format_adds_nothing(imports: Any) -> None:
    imports(as_csv())

    results = [imports(content, name=name) for name, content in (("b.xlsx", as_xlsx()), ("b.parquet", as_parquet()))]

    assert [result.unchanged for result in results] == [2, 2]


@pytest.mark.parametrize("words", ["text,rating\nЗал,5\n", "text,rating\nХОРОШО,5\n", "текст;оценка\nплохо;1\n"])
@pytest.mark.parametrize("encoding", ["cp1251", "cp866"])
def test_a_few_words_tell_the_encoding(imports: Any, db: Database, words: str, encoding: str) -> None:
    imports(words.encode(encoding))

    with db.read() as session:
        assert session.scalars(sa.select(Mention.text)).one() in words


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "Très bien: café agréable, propre et très calme, mais le ménage laisse à désirer"),
        ("cp1252", "Sehr schön, größte Halle der Stadt, aber die Duschen könnten häufiger geputzt werden"),
        ("cp1254", "Salon çok güzel, eğitmenler ilgili ama soyunma odaları kirli, duşlar soğuk"),
        ("cp1250", "Bardzo miła obsługa, świetne zajęcia, ale szatnia jest brudna i prysznice są zimne"),
    ],
)
def test_western_encodings_are_told_apart(imports: Any, db: Database, encoding: str, words: str) -> None:
    imports(f"text|rating\n{words}|4\n".encode(encoding))

    with db.read() as session:
        assert session.scalars(sa.select(Mention.text)).one() == words


def test_dates_and_numbers_of_a_spreadsheet_keep_their_meaning(imports: Any, db: Database, folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["", "", ""])
    book.active.append(["id", "Оценка", "Дата"])
    book.active.append([17, 4, datetime(2026, 10, 3, 14, 30)])  # noqa: DTZ001 - as Excel has it
    book.create_sheet("second").append(["ignored"])
    book.save(folder / "book.xlsx")

    imports(folder / "book.xlsx")

    with db.read() as session:
        mention = session.scalars(sa.select(Mention)).one()
    assert (mention.native_id, mention.rating, mention.precision) == ("17", 4, "second")
    assert mention.published_at == datetime(2026, 10, 3, 11, 30, tzinfo=UTC)


def test_nested_values_of_json_are_ignored(imports: Any, db: Database) -> None:
    imports('{"text": "Хорошо", "author": {"name": "Анна"}, "tags": ["a"], "rating": 5}', name="file.jsonl")

    with db.read() as session:
        assert session.scalars(sa.select(Mention.author_key)).one() is None


def test_a_bad_line_of_json_is_a_row_error(imports: Any) -> None:
    result = imports('{"text": "a"}\n{"text": "b"\n[1]\n\n{"text": "c"}\n', name="file.jsonl")

    report = result.errors_file.read_text(encoding="utf-8-sig").splitlines()
    assert (result.added, result.refused) == (2, 2)
    assert [line[:8] for line in report[1:]] == ['2,,,"no ', '3,,,"a l']


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.csv", b"", "empty"),
        ("header.csv", b"text,rating\n", "no rows"),
        ("none.jsonl", b"\n\n", "no rows"),
        ("none.csv.gz", gzip.compress(b"", mtime=0), "no rows"),
        ("letter.docx", b"text", "give a .csv"),
        ("book.xlsx.gz", b"text", "give a .csv"),
        ("no.xlsx", b"PK\x03\x04 no book", "no XLSX"),
        ("no.parquet", b"PAR1 no table", "no Parquet"),
        ("corrupt.parquet", b"PAR1" + b"\xff" * 40 + b"PAR1", "corrupt"),
        ("no.csv.gz", b"text,rating\nno,1\n", "no gzip"),
        ("no.jsonl.gz", b'{"text": "a"}', "no gzip"),
        ("binary.csv", bytes(range(256)) * 40, "encoding"),
        ("twice.csv", "text\nОтличный зал, тренер\n".encode().decode("cp1251", "ignore").encode(), "garbled"),
        ("lost.csv", "text\n���� ��� �����\n".encode(), "lost its letters"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_read_is_said_clearly(imports: Any, folder: Path, name: str, content: bytes, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        imports(content, name=name)

    assert [path.name for path in folder.iterdir()] == [name]


def test_a_folder_or_a_missing_file_is_said_clearly(imports: Any, folder: Path) -> None:
    with pytest.raises(Invalid, match="not a file"):
        imports(folder)
    with pytest.raises(Invalid, match="no file"):
        imports(folder / "missing.csv")


def test_a_cut_archive_leaves_what_came_before(imports: Any, db: Database) -> None:
    lines = "".join(f'{{"text": "отзыв номер {number * number}"}}\n' for number in range(6_000))
    whole = gzip.compress(lines.encode())

    with pytest.raises(Invalid, match=r"broken after \d+ rows \(the archive breaks off\): those before it are stored"):
        imports(whole[: len(whole) // 2], name="file.jsonl.gz")

    with db.read() as session:
        kept = session.scalars(sa.select(sa.func.count()).select_from(Mention)).one()
    assert 1_000 < kept < 6_000
    assert imports(whole, name="file.jsonl.gz").added == 6_000 - kept


def test_bytes_that_are_no_letters_refuse_their_row_alone(imports: Any) -> None:
    good = "Отличный зал и тренер внимательный\n" * 20

    result = imports(("text\n" + good).encode() + b"bad \xff byte\n")

    assert (result.added, result.refused) == (20, 1)


def test_an_unclosed_quote_does_not_swallow_the_file_in_silence(imports: Any) -> None:
    result = imports('text,rating\nfine,5\n"open,1\nlost,2\n')

    assert (result.added, result.refused) == (1, 1)
    assert "never closed" in result.errors_file.read_text(encoding="utf-8-sig")


def test_a_row_with_other_cells_than_the_header_is_refused(imports: Any) -> None:
    result = imports("text,rating\nfine,5\nwell, well,5\nshort\ntail,4,,\n")

    report = result.errors_file.read_text(encoding="utf-8-sig")
    assert (result.added, result.refused) == (2, 2)
    assert '3,,,"3 cells, but the header has 2' in report
