"""An operator who is given some devices sees and changes these, whatever they ask for, and no other."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from commands import ran
from controller_messages import AT, DEVICE
from controller_process import eventually
from fer_controller.cli import run
from fer_controller.desk import access
from fer_controller.desk.local import LocalDesk
from fer_controller.errors import AccessError, ApiError, ControllerError, OutOfReachError, RequestError
from fer_controller.operations import OPERATIONS
from fer_controller.operations.alerts import ACKNOWLEDGE, ALERTS, END_SILENCE, OUTCOME, SILENCE, SILENCES, TEST
from fer_controller.operations.audit import ENTRIES, NEWEST_ENTRIES
from fer_controller.operations.commands import ASKED_COMMAND, COMMAND, COMMANDS
from fer_controller.operations.device import DEVICE as DEVICE_NOW
from fer_controller.operations.device import DEVICE_ROLLOUTS
from fer_controller.operations.events import (
    EMOTION_ROLLUPS,
    EVENTS_OF_DAY,
)
from fer_controller.operations.fleet import DEVICES, FORGET, ME, REVOKE, TOTALS, RevokeRequest
from fer_controller.operations.labels import LABELS, RELABEL, LabelsQuery
from fer_controller.operations.models import MODEL
from fer_controller.operations.operation import DevicesQuery, Operation
from fer_controller.operations.operation import rows_of as rows_of_answer
from fer_controller.operations.operators import ADD_OPERATOR, CHANGE_OPERATOR, REMOVE_OPERATOR, VOID_TOKEN
from fer_controller.operations.plans import DEPLOY, PLAN
from fer_controller.operations.rollouts import ORDER, ROLLOUT, ROLLOUTS, RolloutsQuery
from fer_controller.operations.settings import DEVICE_SETTINGS
from fer_controller.operations.telemetry import TELEMETRY_ROLLUPS
from fer_controller.registry import tokens
from fer_controller.rollout import audit
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.store.credentials.records import ADMIN, OPERATOR, VIEWER
from fer_controller.store.rollouts.records import Changes, Failures
from fer_controller.store.subjects import Subjects
from security.limited_lab import (
    FOREIGN,
    GIVEN,
    NOW,
    OF_A_DEVICE,
    OF_A_ROLLOUT,
    SELECTOR,
    VICTIM,
    Lab,
    named,
    rows_of,
    said,
)
from served_fleet import COMMAND as ASKED_OF_ANOTHER
from served_fleet import IN_THE_LAB, ServedFleet


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    fleet = ServedFleet(tmp_path)
    known = Subjects(fleet.database)
    for device in (DEVICE, VICTIM, GIVEN[0]):
        tokens.make(known.tokens, device)
    with fleet.near() as desk:
        desk.ask(RELABEL, Relabel(devices=(VICTIM, DEVICE), labels=("site=vault", "room=b")))
        foreign = desk.ask(DEPLOY, DeployRequest(precision="fp32", devices=(VICTIM, "orin-06", GIVEN[1]))).rollout
        desk.ask(REVOKE, RevokeRequest(device="orin-07"))
        own = desk.ask(DEPLOY, IN_THE_LAB).rollout
    crashed = {name: Failures(name, 3, AT, f"{name} crashed") for name in (VICTIM, GIVEN[0])}
    known.rollouts.write(Changes(failures=crashed))
    token = access.make(fleet.operators, "anna", OPERATOR, NOW, selector=SELECTOR).token
    yield Lab(fleet, token, foreign, own)
    fleet.database.close()


ASKED: "dict[str, dict[str, Any]]" = {
    DEVICE_NOW.name: {"device": VICTIM},
    DEVICE_ROLLOUTS.name: {"device": VICTIM},
    FORGET.name: {"device": VICTIM},
    REVOKE.name: {"device": VICTIM},
    COMMAND.name: {"device": VICTIM, "kind": "restart"},
    ASKED_COMMAND.name: {"command": ASKED_OF_ANOTHER.id},
    RELABEL.name: {"devices": (VICTIM,), "labels": ("room=c",), "release": True},
    LABELS.name: {"devices": ()},
    EMOTION_ROLLUPS.name: {"per": "minute"},
    EVENTS_OF_DAY.name: {"day": AT[:10]},
    TELEMETRY_ROLLUPS.name: {"per": "minute"},
    MODEL.name: {"model": "tiny"},
    PLAN.name: {"precision": "fp32", "offline": True},
    DEPLOY.name: {"precision": "fp32", "devices": (VICTIM, DEVICE)},
    ADD_OPERATOR.name: {"operator": "mallory", "role": "operator", "selector": ""},
    CHANGE_OPERATOR.name: {"operator": "alice", "role": "admin"},
    VOID_TOKEN.name: {"operator": "alice"},
    REMOVE_OPERATOR.name: {"operator": "alice"},
    DEVICE_SETTINGS.name: {"device": VICTIM},
    ORDER.name: {"rollout": "r-", "order": "abort"},
    ACKNOWLEDGE.name: {"alert": 1},
    SILENCE.name: {"for_s": 60.0, "selector": f"device={VICTIM}"},
    END_SILENCE.name: {"silence": 1},
    OUTCOME.name: {"test": 1},
}
"""What is asked of operations that have to be asked for something."""


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_no_operation_shows_or_changes_a_device_beyond_the_operators_own(
    lab: Lab, operation: "Operation[Any, Any]"
) -> None:
    before = rows_of(lab.fleet.db, FOREIGN)
    assert len(before) > 20
    asked = {**ASKED.get(operation.name, {})}
    if "rollout" in operation.parameters.model_fields and operation is not ORDER:
        asked["rollout"] = lab.own_rollout
    if operation is ORDER:
        asked["rollout"] = lab.foreign_rollout
    assert said(lab, operation, asked) == []
    assert rows_of(lab.fleet.db, FOREIGN) == before
    with sqlite3.connect(lab.fleet.db) as raw:
        orders = raw.execute("SELECT count(*) FROM rollout_orders WHERE rollout = ?", (lab.foreign_rollout,)).fetchone()
        others = "SELECT 1 FROM rollout_targets WHERE rollout NOT IN (?, ?) AND device NOT IN (?, ?)"
        beyond = raw.execute(others, (lab.foreign_rollout, lab.own_rollout, *GIVEN)).fetchall()
    raw.close()
    assert (orders, beyond) == ((0,), [])


@pytest.mark.parametrize("operation", OF_A_DEVICE, ids=lambda each: each.name)
def test_naming_a_device_of_others_answers_as_if_there_were_none(lab: Lab, operation: "Operation[Any, Any]") -> None:
    answer = lab.ask(operation, **{**ASKED.get(operation.name, {}), "device": DEVICE})
    assert named(answer, operation) == []
    assert not rows_of_answer(answer)


@pytest.mark.parametrize("operation", OF_A_ROLLOUT, ids=lambda each: each.name)
@pytest.mark.parametrize("begin", ["", "r-"])
def test_a_rollout_that_reaches_beyond_is_none_of_theirs(
    lab: Lab, operation: "Operation[Any, Any]", begin: str
) -> None:
    with pytest.raises(ControllerError, match=f"no rollout {lab.foreign_rollout}"):
        lab.ask(operation, rollout=lab.foreign_rollout)
    if begin:
        found = lab.ask(operation, rollout=begin)
        assert lab.foreign_rollout not in json.dumps(operation.dumped(found))


@pytest.mark.parametrize("operation", [FORGET, REVOKE, RELABEL, LABELS, COMMAND], ids=lambda each: each.name)
@pytest.mark.parametrize("device", [VICTIM, "no-such-device"])
def test_naming_a_device_of_others_is_refused_as_one_that_never_was(
    lab: Lab, operation: "Operation[Any, Any]", device: str
) -> None:
    asked: dict[str, Any] = (
        {"devices": (device,)} if "devices" in operation.parameters.model_fields else {"device": device}
    )
    asked |= {"kind": "restart"} if operation is COMMAND else {}
    with pytest.raises(OutOfReachError, match=f"{device} is none of the devices that anna is given"):
        lab.ask(operation, **asked)


def test_over_http_the_token_limits_and_who_asks_for_more_stands_in_the_audit_log(lab: Lab) -> None:
    def noted() -> bool:
        newest = Subjects(lab.fleet.database).audit.newest(20)
        return any((each.action, each.actor) == (audit.TURNED_AWAY, "anna") for each in newest)

    with lab.fleet:
        assert [each.device for each in lab.ask_over_http(DEVICES)] == list(GIVEN)
        assert lab.ask_over_http(ME).selector == SELECTOR
        with pytest.raises(ApiError, match=f"{VICTIM} is none of the devices that anna is given"):
            lab.ask_over_http(REVOKE, device=VICTIM)
        eventually(noted, "the refusal is in the audit log")


def test_what_is_theirs_they_see_and_change(lab: Lab) -> None:
    assert [each.device for each in lab.ask(DEVICES)] == list(GIVEN)
    assert [each.rollout for each in lab.ask(ROLLOUTS)] == [lab.own_rollout]
    assert {each.device for each in lab.ask(ROLLOUT, rollout="newest").devices} == set(GIVEN)
    (labelled,) = lab.ask(RELABEL, devices=GIVEN[:1], labels=("room=c",), release=True)
    assert (labelled.labels["room"], labelled.quarantined) == ("c", None)
    assert lab.ask(ORDER, rollout=lab.own_rollout, order="pause").order == "pause"
    plan = lab.ask(PLAN, precision="fp32")
    assert {each.device for each in plan.devices} == set(GIVEN)
    begun = lab.ask(DEPLOY, precision="fp32", devices=(VICTIM, *GIVEN))
    assert {each.device for each in begun.plan.devices} == set(GIVEN)
    assert lab.ask(ROLLOUT, rollout=begun.rollout).created_by == "anna"
    asked = lab.ask(COMMAND, device=GIVEN[0], kind="restart")
    assert [each.command for each in lab.ask(COMMANDS)] == [asked.command]
    assert lab.ask(ASKED_COMMAND, command=asked.command).asked_by == "anna"
    assert lab.ask(REVOKE, device=GIVEN[0]).had_token
    assert lab.ask(TOTALS).events == 0
    entries = lab.ask(NEWEST_ENTRIES, limit=1000)
    assert {each.device for each in entries if each.device} == set(GIVEN)
    assert {each.rollout for each in entries if each.rollout} == {lab.own_rollout, begun.rollout}
    assert [each.id for each in lab.ask(ENTRIES)] == [each.id for each in entries]


def test_the_whole_fleets_figures_are_none_of_theirs(lab: Lab) -> None:
    with lab.fleet as fleet:
        theirs, all_ = ({"Authorization": f"Bearer {token}"} for token in (lab.token, fleet.token))
        refused = requests.get(f"{fleet.url}/metrics", headers=theirs, timeout=60)
        assert refused.status_code == 403
        assert "anna is given the devices of site=lab" in refused.json()["detail"]
        assert requests.get(f"{fleet.url}/metrics", headers=all_, timeout=60).status_code == 200


def test_the_commands_export_what_is_theirs_alone(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = access.make(lab.fleet.operators, "bob", VIEWER, NOW, selector=f"device={DEVICE}").token
    monkeypatch.setenv("FER_CONTROLLER_API__TOKEN", token)
    with lab.fleet as fleet:
        found = ran(run, ["export", "--out", str(tmp_path / "events.csv"), "--controller", fleet.url])
    assert found.returncode == 0, found.stderr
    lines = (tmp_path / "events.csv").read_text().splitlines()
    assert len(lines) == 1 + 59
    assert all(DEVICE in line for line in lines[1:])


def test_a_label_by_which_operators_are_limited_is_changed_by_none_of_them(lab: Lab) -> None:
    access.make(lab.fleet.operators, "bob", VIEWER, NOW, selector="team!=red")
    for changed in ({"labels": ("site=vault",)}, {"remove": ("site",)}, {"labels": ("team=red",)}):
        with pytest.raises(ControllerError, match="an operator without limits changes it"):
            lab.ask(RELABEL, devices=GIVEN[:1], **changed)
    with lab.fleet.near() as desk:
        assert [each.labels["site"] for each in desk.ask(LABELS, LabelsQuery(devices=GIVEN))] == ["lab", "lab"]


def test_what_an_operator_is_given_follows_the_labels_at_once(lab: Lab) -> None:
    with lab.fleet.near() as desk:
        desk.ask(RELABEL, Relabel(devices=(VICTIM,), labels=("site=lab",)))
        desk.ask(RELABEL, Relabel(devices=GIVEN[:1], remove=("site",)))
    assert [each.device for each in lab.ask(DEVICES)] == [GIVEN[1], VICTIM]


def test_an_operator_whose_selector_finds_nothing_sees_nothing(lab: Lab) -> None:
    with LocalDesk(lab.fleet.place, "carl", VIEWER, "10.0.0.1", "site=moon") as desk:
        assert desk.ask(DEVICES, DevicesQuery()) == []
        assert desk.ask(ROLLOUTS, RolloutsQuery()) == []


@pytest.mark.parametrize("selector", ["class=nano", "model=tiny", "version!=1", "site", "=lab"])
def test_a_selector_that_devices_could_change_or_that_is_none_limits_nobody(lab: Lab, selector: str) -> None:
    with pytest.raises(RequestError):
        access.make(lab.fleet.operators, "dora", VIEWER, NOW, selector=selector)


def test_an_admin_cannot_be_limited(lab: Lab) -> None:
    with pytest.raises(AccessError, match="cannot be limited"):
        access.make(lab.fleet.operators, "dora", ADMIN, NOW, selector=SELECTOR)
    with pytest.raises(AccessError, match="cannot be limited"):
        access.make(lab.fleet.operators, "anna", ADMIN, NOW, replace=True)


def test_alerts_of_their_devices_they_see_and_look_after_and_silence_nothing(lab: Lab) -> None:
    (alert,) = lab.ask(ALERTS, all=True)
    assert alert.device == GIVEN[0]
    assert lab.ask(ACKNOWLEDGE, alert=alert.alert).acknowledged_by == "anna"
    with pytest.raises(ControllerError, match="There is no alert 1"):
        lab.ask(ACKNOWLEDGE, alert=1)
    assert lab.ask(SILENCES) == []
    for operation in (SILENCE, END_SILENCE, TEST):
        with pytest.raises(OutOfReachError, match="concern the whole fleet"):
            lab.ask(operation, **ASKED.get(operation.name, {}))
