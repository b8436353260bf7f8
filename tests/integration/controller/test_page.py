"""The page: it comes whole, asks nobody else, and its policy lets nothing run that is not ours."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
import requests
from fer_controller.http.app import OPENAPI
from served_fleet import ServedFleet

TIMEOUT_S = 30
PARTS = sorted(each.name for each in files("fer_controller.http").joinpath("dashboard").iterdir())
ELSEWHERE = re.compile(r"https?://(?!www\.w3\.org/)|(?:src|href|from|import\()\s*=?\s*[\"']//")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:")
UNSAFE = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|cookie")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("page")) as served:
        yield served


def asked(fleet: ServedFleet, path: str) -> requests.Response:
    return requests.get(fleet.url + path, timeout=TIMEOUT_S)


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
        named |= set(re.findall(r"from \"\./([^\"]+)\"", asked(fleet, f"/dashboard/{name}").text))
    assert named >= {"app.js", "style.css"}
    assert named | {"index.html"} == set(PARTS)
    for name in named:
        answer = asked(fleet, f"/dashboard/{name}")
        kind = {"js": "javascript", "css": "css", "svg": "svg"}[name.rpartition(".")[2]]
        assert (answer.status_code, kind in answer.headers["Content-Type"]) == (200, True)


@pytest.mark.parametrize("name", PARTS)
def test_no_part_asks_elsewhere_or_runs_what_the_policy_forbids(fleet: ServedFleet, name: str) -> None:
    text = asked(fleet, f"/dashboard/{name}").text
    assert text
    assert not ELSEWHERE.search(text)
    assert not (INLINE if name.endswith(".html") else UNSAFE).search(text)


def test_what_the_page_asks_is_what_the_api_answers(fleet: ServedFleet) -> None:
    spec = requests.get(f"{fleet.url}/v1/openapi.json", timeout=TIMEOUT_S).json()
    known = {re.sub(r"\{\w+\}", "*", path) for path in spec["paths"]}
    found: set[str] = set()
    for name in [each for each in PARTS if each.endswith(".js")]:
        found |= set(re.findall(r"[\"'`](/v1/[^\"'`?]*)", asked(fleet, f"/dashboard/{name}").text))
    spelt = {re.sub(r"\$\{[^}]+\}", "*", path).rstrip("/") for path in found}
    assert len(spelt) >= 8
    assert spelt <= known | {OPENAPI}
