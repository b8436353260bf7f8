"""Who may do what changes at once, and never so that nobody can change it any more."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fer_controller.desk import access
from fer_controller.errors import AccessError, ApiError, ControllerError
from fer_controller.operations.audit import NEWEST_ENTRIES, NewestEntriesQuery
from fer_controller.operations.fleet import DEVICES, ME, MeAnswer
from fer_controller.operations.operation import DevicesQuery, Nothing, Operation
from fer_controller.operations.operators import (
    ADD_OPERATOR,
    ALL_OPERATORS,
    CHANGE_OPERATOR,
    REMOVE_OPERATOR,
    VOID_TOKEN,
    AddOperatorRequest,
    ChangeOperatorRequest,
    RemoveOperatorRequest,
    VoidTokenRequest,
)
from fer_controller.rollout import audit
from fer_controller.store.credentials.records import ADMIN, OPERATOR, VIEWER
from fer_controller.store.subjects import Subjects
from pydantic import BaseModel
from served_fleet import ServedFleet

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=1)
LOCKING: "dict[str, tuple[Operation[Any, Any], BaseModel]]" = {
    "removed": (REMOVE_OPERATOR, RemoveOperatorRequest(operator="root")),
    "voided": (VOID_TOKEN, VoidTokenRequest(operator="root")),
    "an operator": (CHANGE_OPERATOR, ChangeOperatorRequest(operator="root", role=OPERATOR)),
    "limited": (CHANGE_OPERATOR, ChangeOperatorRequest(operator="root", role=VIEWER, selector="site=lab")),
    "given a lesser token": (ADD_OPERATOR, AddOperatorRequest(operator="root", role=VIEWER, replace=True)),
    "given one that expired": (
        ADD_OPERATOR, AddOperatorRequest(operator="root", replace=True, expires_at=LONG_AGO),
    ),
}  # fmt: skip


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path) as served:
        yield served


def admin(fleet: ServedFleet, name: str = "root", **given: Any) -> str:
    return access.make(fleet.operators, name, ADMIN, NOW, **given).token


@pytest.mark.parametrize("way", LOCKING)
def test_the_last_admin_is_never_locked_out(fleet: ServedFleet, way: str) -> None:
    token = admin(fleet)
    admin(fleet, "gone", expires_at="2020-01-31T12:00:00.000Z")
    operation, asked = LOCKING[way]
    before = len(Subjects(fleet.database).audit.newest(100))
    for desk in (fleet.far(token), fleet.near()):
        with desk, pytest.raises(ControllerError, match="This would leave no admin whose token lets them in"):
            desk.ask(operation, asked)
    with fleet.far(token) as desk:
        assert desk.ask(ME, Nothing()) == MeAnswer(name="root", role=ADMIN)
    assert len(Subjects(fleet.database).audit.newest(100)) == before


@pytest.mark.parametrize("way", LOCKING)
def test_with_another_admin_it_is_done(fleet: ServedFleet, way: str) -> None:
    admin(fleet)
    operation, asked = LOCKING[way]
    with fleet.far(admin(fleet, "second")) as desk:
        desk.ask(operation, asked)
        assert [each.operator for each in desk.ask(ALL_OPERATORS, Nothing()) if each.role == ADMIN][-1] == "second"


def test_where_there_was_no_admin_operators_come_and_go(fleet: ServedFleet) -> None:
    with fleet.near() as desk:
        desk.ask(CHANGE_OPERATOR, ChangeOperatorRequest(operator="alice", role=VIEWER))
        assert desk.ask(REMOVE_OPERATOR, RemoveOperatorRequest(operator="alice")).removed


def test_another_role_and_other_devices_hold_at_once_for_the_token_there_is(fleet: ServedFleet) -> None:
    with fleet.far(admin(fleet)) as desk, fleet.far() as theirs:
        changed = desk.ask(CHANGE_OPERATOR, ChangeOperatorRequest(operator="alice", selector="site=lab"))
        assert (changed.role, changed.selector) == (OPERATOR, "site=lab")
        assert {each.device for each in theirs.ask(DEVICES, DevicesQuery())} == {"orin-03", "orin-04"}
        desk.ask(CHANGE_OPERATOR, ChangeOperatorRequest(operator="alice", role=VIEWER))
        assert theirs.ask(ME, Nothing()) == MeAnswer(name="alice", role=VIEWER, selector="site=lab")
        with pytest.raises(ApiError, match="is a viewer's"):
            theirs.ask(NEWEST_ENTRIES, NewestEntriesQuery())
        with pytest.raises(AccessError, match="cannot be limited"), fleet.near() as near:
            near.ask(CHANGE_OPERATOR, ChangeOperatorRequest(operator="alice", role=ADMIN))
        desk.ask(CHANGE_OPERATOR, ChangeOperatorRequest(operator="alice", role=ADMIN, selector=""))
        assert theirs.ask(ME, Nothing()) == MeAnswer(name="alice", role=ADMIN)
        said = [each.sentence for each in desk.ask(NEWEST_ENTRIES, NewestEntriesQuery(action=audit.OPERATOR_CHANGED))]
    assert said == ["root makes alice operator of site=lab.", "root makes alice viewer of site=lab.",
                    "root makes alice admin."]  # fmt: skip


def test_a_void_token_opens_nothing_and_its_operator_stays(fleet: ServedFleet) -> None:
    with fleet.far(admin(fleet)) as desk, fleet.far() as theirs:
        voided = desk.ask(VOID_TOKEN, VoidTokenRequest(operator="alice"))
        with pytest.raises(ApiError, match=r"The token of alice expired at .*--replace"):
            theirs.ask(DEVICES, DevicesQuery())
        with pytest.raises(ControllerError, match=r"The token of alice expired at .* already"):
            desk.ask(VOID_TOKEN, VoidTokenRequest(operator="alice"))
        desk.ask(CHANGE_OPERATOR, ChangeOperatorRequest(operator="alice", role=VIEWER))
        with pytest.raises(ApiError, match="The token of alice expired"):
            theirs.ask(DEVICES, DevicesQuery())
        (listed,) = [each for each in desk.ask(ALL_OPERATORS, Nothing()) if each.operator == "alice"]
        assert (listed.role, listed.expires_at) == (VIEWER, voided.expires_at)
        another = desk.ask(ADD_OPERATOR, AddOperatorRequest(operator="alice", replace=True))
    with fleet.far(another.token) as theirs:
        assert theirs.ask(ME, Nothing()) == MeAnswer(name="alice", role=VIEWER)


def test_nobody_is_changed_who_is_not_there(fleet: ServedFleet) -> None:
    with fleet.near() as desk:
        with pytest.raises(AccessError, match="There is no operator dave"):
            desk.ask(CHANGE_OPERATOR, ChangeOperatorRequest(operator="dave", role=VIEWER))
        with pytest.raises(AccessError, match="There is no operator dave"):
            desk.ask(VOID_TOKEN, VoidTokenRequest(operator="dave"))
