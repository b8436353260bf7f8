"""One device from the desk, on both engines: how it stands, its rollouts, its title, and quarantine by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fer_controller.desk import access
from fer_controller.errors import ControllerError, RequestError
from fer_controller.operations.audit import NEWEST_ENTRIES, NewestEntriesQuery
from fer_controller.operations.board import FLEET, FleetQuery
from fer_controller.operations.device import DEVICE, DEVICE_ROLLOUTS, DeviceQuery, DeviceRolloutsQuery
from fer_controller.operations.fleet import DEVICES
from fer_controller.operations.labels import RELABEL, LabelsAnswer
from fer_controller.operations.operation import DevicesQuery
from fer_controller.operations.plans import DEPLOY, PLAN
from fer_controller.registry import tokens
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.store.credentials.records import VIEWER
from served_fleet import FP32, IN_THE_LAB, ServedFleet

DOOR = "Door, second floor"


@pytest.fixture(params=["sqlite", "postgresql"])
def fleet(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServedFleet]:
    on = request.getfixturevalue("postgres").database() if request.param == "postgresql" else None
    served = ServedFleet(tmp_path, on=on)
    yield served
    served.database.close()


def relabel(fleet: ServedFleet, **change: object) -> LabelsAnswer:
    with fleet.near() as desk:
        (answer,) = desk.ask(RELABEL, Relabel.model_validate({"devices": ("orin-03",), **change}))
    return answer


def test_one_device_is_as_the_list_of_all_has_it(fleet: ServedFleet) -> None:
    tokens.make(fleet.operators, "orin-03")
    with fleet.near() as desk:
        listed = {each.device: each for each in desk.ask(DEVICES, DevicesQuery())}
        for name in ("orin-03", "nano-01"):
            assert desk.ask(DEVICE, DeviceQuery(device=name)) == listed[name]
    assert listed["orin-03"].has_token


def test_one_that_is_enrolled_and_was_never_heard_of_is_unknown(fleet: ServedFleet) -> None:
    tokens.make(fleet.operators, "new-01")
    with fleet.near() as desk:
        found = desk.ask(DEVICE, DeviceQuery(device="new-01"))
        with pytest.raises(RequestError, match="No device 'ghost' was ever heard of"):
            desk.ask(DEVICE, DeviceQuery(device="ghost"))
    assert (found.state, found.has_token, found.reported) == ("unknown", True, None)


def test_the_rollouts_of_a_device_are_its_own_the_newest_first(fleet: ServedFleet) -> None:
    with fleet.near() as desk:
        first = desk.ask(DEPLOY, IN_THE_LAB).rollout
        second = desk.ask(DEPLOY, DeployRequest(sets=("events.heartbeat_s=10",), without_model=True)).rollout
        found = desk.ask(DEVICE_ROLLOUTS, DeviceRolloutsQuery(device="orin-03"))
        others = desk.ask(DEVICE_ROLLOUTS, DeviceRolloutsQuery(device="orin-09"))
        newest = desk.ask(DEVICE_ROLLOUTS, DeviceRolloutsQuery(device="orin-03", limit=1))
    assert [each.rollout for each in found] == [second, first]
    assert [each.rollout for each in others] == [each.rollout for each in newest] == [second]
    assert (found[1].change, found[1].model, found[1].rollout_state) == ("tiny@1.0.0", "tiny@1.0.0/fp32", "planned")
    assert (found[0].change, found[1].created_by) == ("events.heartbeat_s=10", "root@here")


def test_a_title_is_any_text_is_searched_and_is_no_facet(fleet: ServedFleet) -> None:
    assert relabel(fleet, labels=(f"title= {DOOR} ",)).labels == {"site": "lab", "title": DOOR}
    with fleet.near() as desk:
        found = desk.ask(FLEET, FleetQuery(where="second FLOOR"))
    assert [line.device for line in found.lines] == ["orin-03"]
    assert list(found.facets.labels) == ["site"]
    assert relabel(fleet, remove=("title",)).labels == {"site": "lab"}


@pytest.mark.parametrize("title", ["", "  ", "two\nlines", "\x1b[31mred", "x" * 81])
def test_what_is_no_line_is_no_title(fleet: ServedFleet, title: str) -> None:
    with pytest.raises(RequestError, match="A title is one line of 1 to 80 characters"):
        relabel(fleet, labels=(f"title={title}",))


def test_whoever_is_in_quarantine_by_hand_is_left_out_until_it_is_released(fleet: ServedFleet) -> None:
    assert relabel(fleet, quarantine=True, reason="it is being moved").quarantined == "it is being moved"
    with fleet.near() as desk:
        plan = desk.ask(PLAN, FP32)
        line = next(each for each in desk.ask(FLEET, FleetQuery(kinds=("quarantined",))).lines)
    assert [(each.device, each.reason) for each in plan.left_out if each.device == "orin-03"] == [
        ("orin-03", "it is in quarantine: it is being moved")
    ]
    assert (line.device, line.quarantined) == ("orin-03", "it is being moved")
    assert relabel(fleet, quarantine=True).quarantined == "root@here put it there"
    assert relabel(fleet, release=True).quarantined is None
    with fleet.near() as desk:
        entries = desk.ask(NEWEST_ENTRIES, NewestEntriesQuery(limit=3))
    assert [(each.action, each.device, each.actor) for each in entries] == [
        ("quarantined", "orin-03", "root@here"), ("quarantined", "orin-03", "root@here"),
        ("released", "orin-03", "root@here"),
    ]  # fmt: skip


def test_it_is_put_there_or_released_and_not_both(fleet: ServedFleet) -> None:
    with pytest.raises(RequestError, match="give one of the two"):
        relabel(fleet, quarantine=True, release=True)


def test_a_viewer_looks_and_changes_nothing(tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet:
        token = access.make(fleet.operators, "victor", VIEWER, datetime.now(UTC)).token
        with fleet.far(token) as desk:
            assert desk.ask(DEVICE, DeviceQuery(device="orin-03")).device == "orin-03"
            with pytest.raises(ControllerError, match="operator"):
                desk.ask(RELABEL, Relabel(devices=("orin-03",), quarantine=True))
