"""Files to import, and a short way to import them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.imports import ImportResult, import_mentions, import_orders, import_survey
from store.database import Database
from store.models import Brand
from tests.builders import NOW

SECRET = b"a secret of thirty-two bytes, say"

Import = Callable[..., ImportResult]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


@pytest.fixture
def imports(db: Database, brand: Brand, folder: Path) -> Import:
    """Import a file, or text or bytes written to `name` first, with the function of `kind`."""
    functions: dict[str, Any] = {"mentions": import_mentions, "survey": import_survey, "orders": import_orders}

    def run(
        given: Path | str | bytes, kind: str = "mentions", *, name: str = "file.csv", **options: Any
    ) -> ImportResult:
        path = given if isinstance(given, Path) else folder / name
        if not isinstance(given, Path):
            path.write_bytes(given if isinstance(given, bytes) else given.encode())
        columns = options.pop("columns", {})
        result = functions[kind](db, brand.slug, path, columns=columns, secret=SECRET, clock=lambda: NOW, **options)
        assert isinstance(result, ImportResult)
        assert result.rows == result.added + result.changed + result.unchanged + result.refused
        return result

    return run
