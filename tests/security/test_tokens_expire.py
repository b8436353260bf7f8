"""Tokens last as long as was asked, and show when they were made, expire and were last used."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from commands import ran
from controller_messages import DEVICE
from controller_process import eventually
from fer_controller.cli import run
from fer_controller.desk import access
from fer_controller.errors import ApiError, StoreError
from fer_controller.http.uses import EVERY_S, Uses
from fer_controller.operations.fleet import ME
from fer_controller.operations.operation import Nothing
from fer_controller.registry import tokens
from fer_controller.rollout import audit
from fer_controller.store import opening
from fer_controller.store.credentials.records import OPERATOR
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.subjects import Subjects
from fer_wire.message import iso_utc
from served_fleet import ServedFleet

NOW = datetime.now(UTC)
PAST, FUTURE = iso_utc(NOW - timedelta(days=1)), iso_utc(NOW + timedelta(days=1))


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


def lines(db: Path, *arguments: str) -> "list[dict[str, Any]]":
    found = ran(run, [*arguments, "--db", str(db), "--json"])
    assert found.returncode == 0, found.stderr
    return [json.loads(line) for line in found.stdout.splitlines()]


def test_an_operators_token_that_expired_is_refused_with_the_remedy(fleet: ServedFleet) -> None:
    gone = access.make(fleet.operators, "dora", OPERATOR, NOW, expires_at=PAST).token
    valid = access.make(fleet.operators, "emil", OPERATOR, NOW, expires_at=FUTURE).token
    with (
        fleet.far(gone) as desk,
        pytest.raises(ApiError, match=f"dora expired at {PAST}.*operators add dora --replace"),
    ):
        desk.ask(ME, Nothing())
    with fleet.far(valid) as desk:
        assert desk.ask(ME, Nothing()).name == "emil"
    refused = "turned away: the token of dora expired"
    eventually(
        lambda: any(each.actor == "dora" and refused in each.sentence for each in _log(fleet)), "dora is in the log"
    )


def test_a_devices_token_that_expired_is_refused_with_the_remedy(fleet: ServedFleet) -> None:
    token = tokens.make(fleet.operators, DEVICE, expires_at=PAST)
    found = requests.get(
        f"{fleet.url}/v1/models/tiny/1.0.0/manifest.json", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    assert found.status_code == 401
    assert f"{DEVICE} expired at {PAST}; `fer-controller enroll {DEVICE} --replace`" in found.json()["detail"]


def test_tokens_are_listed_with_when_they_were_made_expire_and_were_last_used(fleet: ServedFleet) -> None:
    db = fleet.db
    (made,) = lines(db, "enroll", DEVICE, "--expires", "30d")
    lines(db, "operators", "add", "fritz", "--expires", "12h")
    (before,) = lines(db, "devices", "tokens")
    assert (before["device"], before["last_used_at"]) == (DEVICE, None)
    assert datetime.fromisoformat(before["expires_at"]) - datetime.fromisoformat(before["made_at"]) == pytest.approx(
        timedelta(days=30), abs=timedelta(minutes=1)
    )
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert requests.get(f"{fleet.url}/v1/artifacts/{'0' * 64}", headers=headers, timeout=60).status_code == 404
    with fleet.far() as desk:
        desk.ask(ME, Nothing())

    def used() -> bool:
        (device,) = lines(db, "devices", "tokens")
        operators = {each["operator"]: each for each in lines(db, "operators", "list")}
        assert operators["fritz"]["last_used_at"] is None
        assert operators["alice"]["expires_at"] is None
        return device["last_used_at"] is not None and operators["alice"]["last_used_at"] is not None

    eventually(used, "the use of both tokens is noted")


@pytest.mark.parametrize("typed", ["soon", "0", "0d", "9999d", "-1d"])
def test_a_lifetime_that_is_none_is_refused(tmp_path: Path, typed: str) -> None:
    db = tmp_path / "fleet.db"
    found = ran(run, ["enroll", DEVICE, f"--expires={typed}", "--db", str(db)])
    assert (found.returncode, db.exists()) == (2, False)
    assert "--expires" in found.stderr


def test_a_token_that_is_used_all_the_time_is_written_once_a_minute(tmp_path: Path) -> None:
    db, now_s = tmp_path / "fleet.db", [0.0]
    with opening.writer(db, create=True) as database:
        store = TokenStore(database)
        tokens.make(store, DEVICE)
        (token,) = store.enrolled()
        uses = Uses(db, lambda: now_s[0])
        for _ in range(1000):
            uses.note(token)
        uses.write()
        (first,) = store.enrolled()
        assert first.last_used_at
        store.used({token: ""})
        uses.note(first)
        uses.write()
        assert not store.enrolled()[0].last_used_at, "it was noted a moment ago"
        now_s[0] += EVERY_S
        uses.note(first)
        uses.write()
        assert store.enrolled()[0].last_used_at


def test_a_use_that_cannot_be_written_is_written_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = tmp_path / "fleet.db"
    with opening.writer(db, create=True) as database:
        store = TokenStore(database)
        tokens.make(store, DEVICE)
        uses = Uses(db)
        uses.note(store.enrolled()[0])

        def busy(*_: object) -> None:
            raise StoreError("locked")

        with monkeypatch.context() as patched:
            patched.setattr(TokenStore, "used", busy)
            uses.write()
        uses.write()
        assert store.enrolled()[0].last_used_at


def _log(fleet: ServedFleet) -> "list[Any]":
    return [each for each in Subjects(fleet.database).audit.newest(100) if each.action == audit.TURNED_AWAY]
