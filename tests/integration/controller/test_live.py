"""The fleet live, over real HTTP: differences alone, for whoever may see them, for as long as they may and read."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from controller_messages import a_batch, an_event
from controller_process import eventually
from fer_controller.desk import access
from fer_controller.operations.labels import RELABEL
from fer_controller.operations.plans import DEPLOY
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.store import opening
from fer_controller.store.credentials.records import VIEWER
from fer_controller.store.subjects import Subjects
from served_fleet import FP32, ServedFleet
from stepped_device import SteppedDevice

TIMEOUT_S = 30
Message = tuple[str, dict[str, Any]]


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


def a_token(fleet: ServedFleet, name: str, selector: str = "") -> str:
    return access.make(fleet.operators, name, VIEWER, datetime.now(UTC), selector=selector).token


@contextmanager
def following(fleet: ServedFleet, token: str, encoding: str = "gzip") -> "Iterator[Iterator[Message]]":
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": encoding}
    with requests.get(f"{fleet.url}/v1/live", headers=headers, stream=True, timeout=TIMEOUT_S) as answer:
        assert answer.status_code == 200, answer.text
        assert (answer.headers.get("Content-Encoding") == "gzip") is (encoding == "gzip")
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield messages(answer)


def messages(answer: requests.Response) -> "Iterator[Message]":
    event = ""
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield event, json.loads(line.removeprefix("data: "))


def next_of(told: "Iterator[Message]", wanted: str) -> "dict[str, Any]":
    return next(said for event, said in told if event == wanted)


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_a_device_that_changes_is_told_and_the_others_are_not(fleet: ServedFleet, encoding: str) -> None:
    with following(fleet, a_token(fleet, "eve"), encoding) as told:
        assert next_of(told, "hello")["devices"] == 11
        with fleet.near() as desk:
            desk.ask(RELABEL, Relabel(devices=("orin-03",), labels=("site=roof",)))
        (changed,) = next_of(told, "devices")["changed"]
    assert (changed["device"], changed["labels"]) == ("orin-03", {"site": "roof"})


def test_new_events_are_counted(fleet: ServedFleet) -> None:
    with following(fleet, a_token(fleet, "eve")) as told:
        next_of(told, "hello")
        opening.ingest(fleet.database, 1000).write(a_batch(*[an_event(seq) for seq in range(200, 217)]))
        assert next_of(told, "events")["new"] == 17


def test_a_rollout_that_begins_is_told(fleet: ServedFleet) -> None:
    with following(fleet, a_token(fleet, "eve")) as told:
        next_of(told, "hello")
        with fleet.near() as desk:
            rollout = desk.ask(DEPLOY, FP32).rollout
        (begun,) = next_of(told, "rollouts")["changed"]
    assert (begun["rollout"], begun["state"]) == (rollout, "planned")


def test_whoever_is_given_some_devices_is_told_of_these_alone(fleet: ServedFleet) -> None:
    with following(fleet, a_token(fleet, "anna", "site=lab")) as told:
        assert next_of(told, "hello")["devices"] == 2
        known = Subjects(fleet.database)
        changed = [SteppedDevice(name).row(datetime.now(UTC)) for name in ("orin-05", "orin-03")]
        opening.ingest(fleet.database, 1000).write(a_batch(*[an_event(seq) for seq in range(200, 217)]))
        known.devices.put(changed)
        event, said = next(told)
    assert event == "devices"
    assert [each["device"] for each in said["changed"]] == ["orin-03"]


def test_it_ends_at_once_when_the_operator_is_removed(fleet: ServedFleet) -> None:
    with following(fleet, a_token(fleet, "eve")) as told:
        next_of(told, "hello")
        access.remove(fleet.operators, "eve")
        assert "devices" not in [event for event, _ in told]


def test_it_ends_at_once_when_the_operator_is_given_other_devices(fleet: ServedFleet) -> None:
    with following(fleet, a_token(fleet, "eve")) as told:
        next_of(told, "hello")
        access.change(fleet.operators, "eve", None, "site=lab")
        assert "devices" not in [event for event, _ in told]


def test_without_a_token_nothing_is_told(fleet: ServedFleet) -> None:
    assert requests.get(f"{fleet.url}/v1/live", timeout=TIMEOUT_S).status_code == 401


def test_one_operator_never_has_all_places(tmp_path: Path) -> None:
    with ServedFleet(tmp_path, http={"max_live": 4}) as fleet:
        eve, bob = a_token(fleet, "eve"), a_token(fleet, "bob")
        with following(fleet, eve) as one, following(fleet, eve) as two:
            next_of(one, "hello"), next_of(two, "hello")
            refused = requests.get(
                f"{fleet.url}/v1/live", headers={"Authorization": f"Bearer {eve}"}, timeout=TIMEOUT_S
            )
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
            with following(fleet, bob) as other:
                assert next_of(other, "hello")["devices"] == 11

        def has_room_again() -> bool:
            with requests.get(
                f"{fleet.url}/v1/live", headers={"Authorization": f"Bearer {eve}"}, stream=True, timeout=TIMEOUT_S
            ) as answer:
                return answer.status_code == 200

        eventually(has_room_again, "a place")


def test_whoever_reads_nothing_keeps_nobody_else_from_hearing(fleet: ServedFleet) -> None:
    deaf = socket.create_connection(("127.0.0.1", fleet.process.port), TIMEOUT_S)
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.sendall(f"GET /v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {fleet.token}\r\n\r\n".encode())
    with following(fleet, a_token(fleet, "eve")) as told:
        next_of(told, "hello")
        known = Subjects(fleet.database)
        for minute in range(1, 4):
            rows = [SteppedDevice(f"orin-{n:02}").row(datetime.now(UTC) + timedelta(minutes=minute)) for n in range(10)]
            known.devices.put(rows if minute % 2 else [])
        assert len(next_of(told, "devices")["changed"]) == 10
    deaf.close()


def test_looks_go_on_to_be_answered_while_many_follow(fleet: ServedFleet) -> None:
    token = a_token(fleet, "eve")
    with following(fleet, token) as told:
        next_of(told, "hello")
        answer = requests.get(f"{fleet.url}/v1/fleet", headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S)
        assert answer.json()["total"] == 11
