"""What is written down is true: commands, routes and settings are documented, and our packages are ours."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import typer

from api.app import create_app
from core.settings import Settings
from crawlers.catalogue import written
from crawlers.sources import SOURCES
from pipeline.cli import app
from store.database import Database

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PACKAGES = ("core", "store", "migrations", "crawlers", "sentiment", "metrics", "alerts", "api", "pipeline")


def commands(group: click.Group, prefix: str = "") -> list[str]:
    names = []
    for name, command in group.commands.items():
        names += commands(command, f"{prefix}{name} ") if isinstance(command, click.Group) else [prefix + name]
    return names


@pytest.mark.parametrize("command", commands(typer.main.get_group(app)))
def test_every_command_is_in_the_readme(command: str) -> None:
    words = command.split()

    assert re.search(rf"`(afterword )?{words[0]}[ `]", README)
    assert all(re.search(rf"\b{word}\b", README) for word in words)


def test_every_route_is_in_the_readme(sqlite_db: Database) -> None:
    paths = create_app(sqlite_db, Settings(_env_file=None)).openapi()["paths"]

    assert [path for path in paths if path not in README] == []


def test_every_setting_is_in_the_example_and_the_other_way_round() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    written = set(re.findall(r"^#?(AFTERWORD_\w+)=", example, re.MULTILINE))

    assert {name.partition("__")[0] for name in written} == {
        f"AFTERWORD_{name.upper()}" for name in Settings.model_fields
    }


def test_every_key_of_a_source_is_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    keys = {f"#AFTERWORD_KEY__{key.name.upper()}=" for source in SOURCES.values() for key in source.keys}

    assert keys - set(example.splitlines()) == set()


def test_the_example_is_what_the_settings_are_without_it() -> None:
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_namesake_in_site_packages_has_not_won(package: str) -> None:
    assert Path(str(importlib.import_module(package).__file__)).parent == ROOT / package


def test_constraints_hold_versions_and_no_address() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+", line)] == []


def test_using_the_command_line_loads_no_torch() -> None:
    code = "import sys, pipeline.cli; sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'nncf')))"

    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, check=False)

    assert done.returncode == 0


def test_the_table_of_sources_is_as_the_sources_say() -> None:
    document = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")

    assert written(document) == document, "run `make docs`"
