"""The page: it comes whole, asks nobody else, and its policy lets nothing run that is not ours."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

import pytest
import requests
from fer_controller.http.app import OPENAPI
from fer_controller.http.page import PARTS
from served_fleet import ServedFleet

TIMEOUT_S = 30
MOST_BYTES = 160_000
VENDOR = "vendor"
LIST: list[dict[str, Any]] = json.loads(
    files("fer_controller.http").joinpath("dashboard/vendor/VENDORED.json").read_text()
)
VENDORED = {file["file"]: file for each in LIST for file in each["files"]}
OURS = sorted(name for name in PARTS if not name.startswith(f"{VENDOR}/"))
KEEPS = "kept.js"
"""It alone may keep anything in the browser beyond its tab."""
ELSEWHERE = re.compile(r"https?://(?!www\.w3\.org/)|(?:src|href|from|import\()\s*=?\s*[\"']//")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=\"|\son\w+=\"|javascript:")
UNSAFE = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|document\.cookie|dangerously"
)
KEPT = re.compile(r"localStorage|indexedDB")
IMPORTED = re.compile(r"from\s*\"(\.[^\"]+)\"")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("page")) as served:
        yield served


def asked(fleet: ServedFleet, path: str, **headers: str) -> requests.Response:
    return requests.get(fleet.url + path, headers=headers, timeout=TIMEOUT_S)


def scripts() -> list[str]:
    return [name for name in OURS if name.endswith(".js")]


def test_the_page_comes_without_a_token_and_under_a_policy(fleet: ServedFleet) -> None:
    answer = asked(fleet, "/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_every_part_that_is_named_is_there(fleet: ServedFleet) -> None:
    text = asked(fleet, "/").text
    named = set(re.findall(r"(?:src|href)=\"/?dashboard/([^\"]+)\"", text))
    for name in [each for each in PARTS if each.endswith(".js")]:
        beside = PurePosixPath(name).parent
        found = IMPORTED.findall(asked(fleet, f"/dashboard/{name}").text)
        named |= {normpath(str(beside / each)) for each in found}
    assert named >= {"app.js", "style.css"}
    assert named | {"index.html"} == set(PARTS)
    for name in named:
        answer = asked(fleet, f"/dashboard/{name}")
        kind = {"js": "javascript", "css": "css", "svg": "svg"}[name.rpartition(".")[2]]
        assert (answer.status_code, kind in answer.headers["Content-Type"]) == (200, True)


def test_a_part_that_the_browser_has_is_not_sent_again(fleet: ServedFleet) -> None:
    first = asked(fleet, "/dashboard/app.js")
    again = asked(fleet, "/dashboard/app.js", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = asked(fleet, "/dashboard/style.css", **{"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_the_whole_page_comes_packed_in_little(fleet: ServedFleet) -> None:
    sizes = [int(asked(fleet, f"/dashboard/{name}").headers["Content-Length"]) for name in PARTS]
    assert sum(sizes) <= MOST_BYTES
    plain = asked(fleet, "/dashboard/app.js", **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.content == PARTS["app.js"]


@pytest.mark.parametrize("name", OURS)
def test_no_part_asks_elsewhere_or_runs_what_the_policy_forbids(fleet: ServedFleet, name: str) -> None:
    text = asked(fleet, f"/dashboard/{name}").text
    assert text
    assert not ELSEWHERE.search(text)
    assert not (INLINE if name.endswith(".html") else UNSAFE).search(text)
    assert name == KEEPS or not KEPT.search(text)


@pytest.mark.parametrize("name", sorted(VENDORED))
def test_what_is_vendored_is_what_its_package_holds(name: str) -> None:
    content = files("fer_controller.http").joinpath(f"dashboard/{VENDOR}/{name}").read_text()
    for theirs, ours in VENDORED[name].get("changed", {}).items():
        assert content.count(ours) == 1
        content = content.replace(ours, theirs)
    assert sha256(content.encode()).hexdigest() == VENDORED[name]["sha256"]


def test_all_that_is_vendored_is_listed_with_its_licence() -> None:
    there = {each.name for each in files("fer_controller.http").joinpath(f"dashboard/{VENDOR}").iterdir()}
    assert there == {*VENDORED, "VENDORED.json"}
    for each in LIST:
        assert {"package", "version", "licence", "integrity"} <= set(each)
        assert f"{each['package']}.LICENSE" in {file["file"] for file in each["files"]}


@pytest.mark.parametrize("name", scripts())
def test_a_part_is_short_and_only_two_know_a_library(fleet: ServedFleet, name: str) -> None:
    text = asked(fleet, f"/dashboard/{name}").text
    assert len(text.splitlines()) <= 200
    assert f"{VENDOR}/" not in text or name in ("html.js", "parts/chart.js")


def test_what_the_page_asks_is_what_the_api_answers(fleet: ServedFleet) -> None:
    spec = requests.get(f"{fleet.url}/v1/openapi.json", timeout=TIMEOUT_S).json()
    known = {re.sub(r"\{\w+\}", "*", path) for path in spec["paths"]}
    found: set[str] = set()
    for name in scripts():
        found |= set(re.findall(r"[\"'`](/v1/[^\"'`?]*)", asked(fleet, f"/dashboard/{name}").text))
    spelt = {re.sub(r"\$\{[^}]+\}", "*", path).rstrip("/") for path in found}
    assert len(spelt) >= 8
    assert spelt <= known | {OPENAPI}
