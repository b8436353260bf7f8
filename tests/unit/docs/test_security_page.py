"""Every promise of the page on security has a test, and every test of security has its promise."""

import re
from pathlib import Path

import pytest

NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs/security.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def defined(root: Path) -> "dict[str, set[str]]":
    """The names of tests by the name of their file; several files may have one name."""
    found: dict[str, set[str]] = {}
    for file in (root / "tests").rglob("test_*.py"):
        found.setdefault(file.name, set()).update(DEFINED.findall(file.read_text(encoding="utf-8")))
    return found


def test_every_test_that_is_named_is_there(page: str, defined: "dict[str, set[str]]") -> None:
    named = NAMED.findall(page)
    assert len(named) > 80
    assert [f"{file}::{test}" for file, test in named if test not in defined.get(file, ())] == []


def test_every_name_of_a_test_is_written_as_one(page: str) -> None:
    assert set(re.findall(r"test_\w+\.py", page)) == {file for file, _ in NAMED.findall(page)}


def test_every_promise_names_a_test(page: str) -> None:
    promises = page.partition("## Devices")[2].partition("## What is not promised")[0]
    paragraphs = [each for each in promises.split("\n\n") if each.startswith("**")]
    assert len(paragraphs) > 15
    assert [each[:60] for each in paragraphs if not NAMED.search(each)] == []


def test_every_file_of_tests_of_security_has_its_promise(page: str, root: Path) -> None:
    files = {file.name for file in (root / "tests/security").glob("test_*.py")}
    assert files <= {file for file, _ in NAMED.findall(page)}


def test_every_finding_of_the_assessment_is_answered_for(page: str) -> None:
    rows = re.findall(r"^\| ([HM]\d+) .*\|(.*)\|$", page, re.MULTILINE)
    assert [number for number, _ in rows] == [
        *(f"H{each}" for each in range(1, 7)),
        *(f"M{each}" for each in range(1, 11)),
    ]
    assert all(NAMED.search(test) for _, test in rows)
