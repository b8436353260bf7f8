"""What the desk cannot do is told in one sentence, the same at the database and over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from controller_messages import AT
from fer_controller.desk import remote
from fer_controller.errors import ApiError, ControllerError, RequestError, RolloutError
from fer_controller.http.limits import BODY_BYTES
from fer_controller.operations.board import FLEET, FleetQuery
from fer_controller.operations.commands import (
    ASKED_COMMAND,
    COMMAND,
    CommandQuery,
    CommandRequest,
)
from fer_controller.operations.device import DEVICE, DeviceQuery
from fer_controller.operations.events import (
    NEWEST_EVENTS,
    NewestEventsQuery,
)
from fer_controller.operations.fleet import (
    DEAD_LETTERS,
    FORGET,
    DeadLettersQuery,
    ForgetRequest,
)
from fer_controller.operations.labels import RELABEL
from fer_controller.operations.models import MODEL, ModelQuery
from fer_controller.operations.operation import Operation, rows_of
from fer_controller.operations.overview import EMOTIONS_TODAY, EmotionsTodayQuery
from fer_controller.operations.plans import DEPLOY, PLAN
from fer_controller.operations.rollouts import (
    NEWEST,
    ORDER,
    ROLLOUT,
    OrderRequest,
    RolloutQuery,
)
from fer_controller.operations.settings import DEVICE_SETTINGS, DeviceSettingsQuery
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.rollout.planning.request import DeployRequest
from pydantic import BaseModel
from served_fleet import IN_THE_LAB, ServedFleet

MISTAKES: "dict[str, tuple[Operation[Any, Any], BaseModel]]" = {
    "a day that ends before it begins": (EMOTIONS_TODAY, EmotionsTodayQuery(since=AT, until="2026-01-30T00:00Z")),
    "no selector": (FLEET, FleetQuery(selector="site")),
    "no such rollout": (ROLLOUT, RolloutQuery(rollout="r-none")),
    "no such rollout to order": (ORDER, OrderRequest(rollout="r-none", order="pause")),
    "no model of this name": (MODEL, ModelQuery(model="heavy@1")),
    "no such device": (DEVICE, DeviceQuery(device="ghost")),
    "nothing to forget": (FORGET, ForgetRequest(device="ghost")),
    "no such command": (ASKED_COMMAND, CommandQuery(command="none")),
    "nobody to command": (COMMAND, CommandRequest(device="ghost", kind="restart")),
    "nothing that a device knows": (COMMAND, CommandRequest(device="orin-01", kind="defrost")),
    "no such model": (PLAN, DeployRequest(model="heavy")),
    "nobody selected": (DEPLOY, DeployRequest(selector="site=moon")),
    "no name of a device": (RELABEL, Relabel(devices=("a b",), labels=("site=lab",))),
    "no such setting": (DEVICE_SETTINGS, DeviceSettingsQuery(device="nano-01")),
    "no label": (RELABEL, Relabel(devices=("orin-01",), labels=("class=nano",))),
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("fleet")) as served:
        yield served.begin_a_rollout(IN_THE_LAB)


@pytest.mark.parametrize("what", MISTAKES)
def test_both_desks_tell_a_mistake_in_the_same_sentence(fleet: ServedFleet, what: str) -> None:
    with fleet.near() as near, pytest.raises(ControllerError) as said:
        near.ask(*MISTAKES[what])
    with fleet.far() as far, pytest.raises(ControllerError) as repeated:
        far.ask(*MISTAKES[what])
    assert str(repeated.value) == str(said.value)
    assert isinstance(repeated.value, RequestError) == isinstance(said.value, RequestError)


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("rollouts", {"soak": "soon"}, "--soak 'soon' is not a duration; write 90s, 10m, 2h or 1d."),
        ("plans", {"attempts": 0}, "--attempts 0 is out of range; give 1 to 100."),
        ("plans", {"speed": 1}, "body.speed: Extra inputs are not permitted."),
        ("plans", {"soak": []}, "body.soak: Input should be a valid number."),
        ("rollouts/r-/orders", {"order": "hurry"}, "There is no order 'hurry'; give one of approve, refuse,"),
        ("rollouts/r-/orders", {"order": "pause", "now": True}, "body.now: Extra inputs are not permitted."),
        ("labels", {"devices": []}, "body.devices: "),
    ],
)
def test_a_body_that_is_misspelled_is_told_in_a_sentence(
    fleet: ServedFleet, path: str, body: "dict[str, Any]", sentence: str
) -> None:
    token = {"Authorization": f"Bearer {fleet.token}"}
    answer = requests.post(f"{fleet.url}/v1/{path}", json=body, headers=token, timeout=30)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(sentence)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("limit=-1", "query.limit: Input should be greater than or equal to 0."),
        ("limit=100001", "query.limit: Input should be less than or equal to 100000."),
        ("since=soon", "'soon' is not a time; write 90s, 10m, 2h, 3d, or 2026-01-31T12:00:00Z."),
    ],
)
def test_a_query_that_is_misspelled_is_told_in_a_sentence(fleet: ServedFleet, query: str, sentence: str) -> None:
    token = {"Authorization": f"Bearer {fleet.token}"}
    answer = requests.get(f"{fleet.url}/v1/events?{query}", headers=token, timeout=30)
    assert (answer.status_code, answer.json()["detail"]) == (422, sentence)


def test_rows_are_never_left_out_unseen(fleet: ServedFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MOST_ROWS", 1)
    with fleet.far() as desk:
        assert len(rows_of(desk.ask(NEWEST_EVENTS, NewestEventsQuery(limit=1)))) == 1
        with pytest.raises(ApiError, match="gives 1 rows at once; ask for fewer with --limit"):
            desk.ask(NEWEST_EVENTS, NewestEventsQuery(limit=2))
        with pytest.raises(ApiError, match="gives 1 rows at once"):
            desk.ask(DEAD_LETTERS, DeadLettersQuery(limit=2))


def test_an_order_names_its_rollout(tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk, pytest.raises(RolloutError, match="There is no rollout"):
        desk.ask(ORDER, OrderRequest(rollout=NEWEST, order="pause"))


def test_a_request_that_is_too_large_is_refused_before_anybody_is_asked_who_sends_it(fleet: ServedFleet) -> None:
    large = b'{"model": "' + b"x" * BODY_BYTES + b'"}'
    for body in (large, iter([large[:1000], large[1000:]])):
        answer = requests.post(f"{fleet.url}/v1/rollouts", data=body, timeout=30)
        assert (answer.status_code, answer.json()["detail"]) == (413, "The request is larger than 65536 bytes.")
