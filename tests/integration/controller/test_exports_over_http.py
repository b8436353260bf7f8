"""Events as a file over HTTP: what is shown, whole, for whoever may see it."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from fer_controller.desk import access
from fer_controller.errors import RequestError
from fer_controller.http import exports
from fer_controller.store.credentials.records import VIEWER
from pyarrow import parquet
from served_fleet import EVENTS, ServedFleet


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("fleet")) as served:
        yield served


def asked(fleet: ServedFleet, query: str, token: "str | None" = None) -> requests.Response:
    bearer = {"Authorization": f"Bearer {token or fleet.token}"}
    return requests.get(f"{fleet.url}{exports.EXPORT}?{query}", headers=bearer, timeout=60)


def rows(answer: requests.Response) -> "list[dict[str, str]]":
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_a_csv_file_holds_what_the_filters_show(fleet: ServedFleet) -> None:
    sad = rows(asked(fleet, "emotion=sad&format=csv"))
    assert {row["emotion"] for row in sad} == {"sad"}
    assert 0 < len(sad) < len(rows(asked(fleet, ""))) == EVENTS


def test_a_parquet_file_holds_the_same(fleet: ServedFleet) -> None:
    answer = asked(fleet, "device=nano-02&format=parquet")
    assert parquet.read_table(io.BytesIO(answer.content)).column("device").to_pylist() == ["nano-02"]
    assert ".parquet" in answer.headers["Content-Disposition"]


def test_a_file_is_of_the_devices_of_a_selector_alone(fleet: ServedFleet) -> None:
    assert {row["device"] for row in rows(asked(fleet, "selector=device!=nano-01"))} == {"nano-02"}
    assert rows(asked(fleet, "selector=site%3Dlab")) == []


def test_a_selector_shows_nobody_a_device_that_they_are_not_given(fleet: ServedFleet) -> None:
    token = access.make(fleet.operators, "lena", VIEWER, datetime.now(UTC), selector="device=nano-02").token
    assert {row["device"] for row in rows(asked(fleet, "selector=device%3Dnano-*", token))} == {"nano-02"}


def test_whoever_is_given_some_devices_gets_the_events_of_these(fleet: ServedFleet) -> None:
    token = access.make(fleet.operators, "anna", VIEWER, datetime.now(UTC), selector="device=nano-02").token
    assert {row["device"] for row in rows(asked(fleet, "", token))} == {"nano-02"}
    assert rows(asked(fleet, "device=nano-01", token)) == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=soon", "'soon' is not a time; write 90s, 10m, 2h, 3d, or 2026-01-31T12:00:00Z."),
        ("emotion=bored", "There is no emotion 'bored'; use"),
        ("selector=lab", "'lab' is not a selector; write KEY=VALUE"),
        ("selector=class%3Dnano", "class is what devices say of themselves, and limits nothing here; use labels"),
        ("min_confidence=2", "query.min_confidence: Input should be less than or equal to 1."),
        ("format=xls", "query.format: Input should be 'csv' or 'parquet'."),
        ("speed=1", "query.speed: Extra inputs are not permitted."),
    ],
)
def test_a_mistake_is_told_in_a_sentence_with_the_parameter_that_it_is_about(
    fleet: ServedFleet, query: str, sentence: str
) -> None:
    answer = asked(fleet, query)
    assert answer.json()["parameter"] == query.partition("=")[0]
    assert (answer.status_code, answer.json()["detail"].startswith(sentence)) == (422, True), answer.text


def test_more_than_fits_in_one_file_is_refused_before_anything_is_sent(
    fleet: ServedFleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST_EVENTS", EVENTS - 1)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with fleet.near() as desk, pytest.raises(RequestError, match="too much for one file"):
        exports.made(desk, exports.ExportQuery())
    assert not list(tmp_path.iterdir())


def test_nobody_gets_a_file_without_a_token(fleet: ServedFleet) -> None:
    assert requests.get(f"{fleet.url}{exports.EXPORT}", timeout=30).status_code == 401
