"""Who is let in to the desk over HTTP, as whom, and what each role may ask for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fer_controller.desk import access
from fer_controller.errors import AccessError, ApiError
from fer_controller.operations import OPERATIONS
from fer_controller.operations.alerts import (
    ACKNOWLEDGE,
    END_SILENCE,
    OUTCOME,
    SILENCE,
    TEST,
    AcknowledgeRequest,
    AlertTestQuery,
    EndSilenceRequest,
    SilenceRequest,
)
from fer_controller.operations.audit import AUDIT_NAMES, ENTRIES, NEWEST_ENTRIES, EntriesQuery, NewestEntriesQuery
from fer_controller.operations.commands import (
    ASKED_COMMAND,
    COMMAND,
    COMMANDS,
    CommandQuery,
    CommandRequest,
    CommandsQuery,
)
from fer_controller.operations.fleet import (
    DEVICES,
    FORGET,
    ME,
    REVOKE,
    ForgetRequest,
    MeAnswer,
    RevokeRequest,
)
from fer_controller.operations.labels import LABELS, RELABEL, LabelsQuery
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
from fer_controller.operations.plans import DEPLOY, PLAN
from fer_controller.operations.rollouts import (
    ORDER,
    ROLLOUT,
    ROLLOUTS,
    OrderRequest,
    RolloutQuery,
    RolloutsQuery,
)
from fer_controller.registry import tokens
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.store.credentials.records import ADMIN, VIEWER
from fer_controller.store.credentials.records import OPERATOR as ORDERS
from pydantic import BaseModel
from served_fleet import COMMAND as ASKED
from served_fleet import IN_THE_LAB, OPERATOR, ServedFleet

from .test_desk import REQUEST

OF_ADMINS: "list[tuple[Operation[Any, Any], BaseModel]]" = [
    (ALL_OPERATORS, Nothing()),
    (ADD_OPERATOR, AddOperatorRequest(operator="mallory", role="admin")),
    (CHANGE_OPERATOR, ChangeOperatorRequest(operator=OPERATOR, role="admin")),
    (VOID_TOKEN, VoidTokenRequest(operator=OPERATOR)),
    (REMOVE_OPERATOR, RemoveOperatorRequest(operator=OPERATOR)),
]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("fleet")) as served:
        yield served.begin_a_rollout(IN_THE_LAB)


def test_who_asks_is_told_who_that_is(fleet: ServedFleet) -> None:
    with fleet.far() as far, fleet.near() as near:
        assert far.ask(ME, Nothing()) == MeAnswer(name=OPERATOR, role=ORDERS)
        assert near.ask(ME, Nothing()) == MeAnswer(name="root@here", role=ADMIN)


def test_what_an_operator_orders_over_http_is_done_in_their_name(tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk, fleet.near() as near:
        (labelled,) = desk.ask(RELABEL, Relabel(devices=("orin-01",), labels=("room=2",)))
        assert labelled.labels == {"room": "2"}
        begun = desk.ask(DEPLOY, REQUEST)
        assert begun.plan.waves == (1, 9)
        ordered = desk.ask(ORDER, OrderRequest(rollout=begun.rollout, order="abort"))
        assert ordered.document() == {"rollout": begun.rollout, "order": "abort", "outcome": None}
        whole = near.ask(ROLLOUT, RolloutQuery(rollout=begun.rollout))
        assert (whole.created_by, whole.audit[0].actor, len(whole.devices)) == (OPERATOR, OPERATOR, 10)


def test_a_viewer_looks_and_orders_nothing(fleet: ServedFleet) -> None:
    token = access.make(fleet.operators, "bob", VIEWER, datetime.now(UTC)).token
    with fleet.far(token) as desk, fleet.near() as near:
        before = near.ask(ROLLOUTS, RolloutsQuery(limit=100)), near.ask(LABELS, LabelsQuery())
        assert desk.ask(PLAN, REQUEST) == near.ask(PLAN, REQUEST)
        orders: list[tuple[Operation[Any, Any], BaseModel]] = [
            (DEPLOY, REQUEST),
            (ORDER, OrderRequest(rollout=before[0][0].rollout, order="abort")),
            (RELABEL, Relabel(devices=("orin-01",), labels=("room=3",))),
            (FORGET, ForgetRequest(device="nano-01")),
            (REVOKE, RevokeRequest(device="nano-01")),
            (COMMAND, CommandRequest(device="nano-01", kind="restart")),
            (COMMANDS, CommandsQuery()),
            (ASKED_COMMAND, CommandQuery(command=ASKED.id)),
            (NEWEST_ENTRIES, NewestEntriesQuery()),
            (ENTRIES, EntriesQuery()),
            (AUDIT_NAMES, Nothing()),
            (ACKNOWLEDGE, AcknowledgeRequest(alert=1)),
            (SILENCE, SilenceRequest(for_s=60)),
            (END_SILENCE, EndSilenceRequest(silence=1)),
            (TEST, Nothing()),
            (OUTCOME, AlertTestQuery(test=1)),
            *OF_ADMINS,
        ]
        assert {operation.name for operation, _ in orders} == {each.name for each in OPERATIONS if each.role != VIEWER}
        for operation, asked in orders:
            with pytest.raises(ApiError, match="The token of bob is a viewer's"):
                desk.ask(operation, asked)
        assert (near.ask(ROLLOUTS, RolloutsQuery(limit=100)), near.ask(LABELS, LabelsQuery())) == before


def test_an_operator_orders_and_gives_nobody_a_token(fleet: ServedFleet) -> None:
    before = fleet.operators.operators()
    with fleet.far() as desk:
        for operation, asked in OF_ADMINS:
            with pytest.raises(ApiError, match=r"is an operator's, which says not who may do what.*--role admin"):
                desk.ask(operation, asked)
    assert [each.unused for each in fleet.operators.operators()] == [each.unused for each in before]


def test_an_admin_says_who_may_do_what_and_does_what_an_operator_does(fleet: ServedFleet) -> None:
    token = access.make(fleet.operators, "root", ADMIN, datetime.now(UTC)).token
    expires = datetime(2099, 1, 1, tzinfo=UTC)
    with fleet.far(token) as desk:
        asked = AddOperatorRequest(operator="heidi", role="viewer", selector="site=lab", expires_at=expires)
        made = desk.ask(ADD_OPERATOR, asked)
        assert (made.operator, made.role, made.selector) == ("heidi", VIEWER, "site=lab")
        with fleet.far(made.token) as theirs:
            assert theirs.ask(ME, Nothing()) == MeAnswer(name="heidi", role=VIEWER, selector="site=lab")
        (listed,) = [each for each in desk.ask(ALL_OPERATORS, Nothing()) if each.operator == "heidi"]
        assert (listed.selector, listed.expires_at) == ("site=lab", "2099-01-01T00:00:00.000Z")
        assert desk.ask(REMOVE_OPERATOR, RemoveOperatorRequest(operator="heidi")).removed
        assert desk.ask(RELABEL, Relabel(devices=("orin-09",), labels=("room=9",)))
    with fleet.far(made.token) as theirs, pytest.raises(ApiError, match="belongs to no operator"):
        theirs.ask(ME, Nothing())


def test_a_devices_token_opens_nothing_of_the_desk(fleet: ServedFleet) -> None:
    token = tokens.make(fleet.operators, "nano-01")
    for wrong in (token, "", "guessed"):
        with fleet.far(wrong) as desk, pytest.raises(ApiError, match="operator"):
            desk.ask(DEVICES, DevicesQuery())


def test_a_token_that_was_taken_away_or_replaced_opens_nothing_at_once(fleet: ServedFleet) -> None:
    first = access.make(fleet.operators, "carol", VIEWER, datetime.now(UTC)).token
    second = access.make(fleet.operators, "carol", ORDERS, datetime.now(UTC), replace=True).token
    with fleet.far(first) as former, fleet.far(second) as desk:
        with pytest.raises(ApiError, match="belongs to no operator"):
            former.ask(DEVICES, DevicesQuery())
        assert desk.ask(DEVICES, DevicesQuery())
        access.remove(fleet.operators, "carol")
        with pytest.raises(ApiError, match="belongs to no operator"):
            desk.ask(DEVICES, DevicesQuery())


def test_an_operator_who_is_there_keeps_token_and_role_unless_another_is_asked_for(fleet: ServedFleet) -> None:
    now = datetime.now(UTC)
    first = access.make(fleet.operators, "frank", ORDERS, now)
    with pytest.raises(AccessError, match=r"frank is there already, as operator since 20.*; --replace makes another"):
        access.make(fleet.operators, "frank", None, now)
    with fleet.far(first.token) as desk:
        assert desk.ask(ME, Nothing()) == MeAnswer(name="frank", role=ORDERS)
    assert access.make(fleet.operators, "frank", None, now, replace=True).role == ORDERS
    assert access.make(fleet.operators, "frank", VIEWER, now, replace=True).role == VIEWER
    assert access.make(fleet.operators, "grace", None, now).role == VIEWER


def test_operators_have_names_and_roles_that_there_are(fleet: ServedFleet) -> None:
    now = datetime.now(UTC)
    with pytest.raises(AccessError, match="There is no role 'root'; use viewer, operator, admin"):
        access.make(fleet.operators, "dave", "root", now)
    with pytest.raises(AccessError, match="'a b' is not a name for an operator"):
        access.make(fleet.operators, "a b", VIEWER, now)
    with pytest.raises(AccessError, match="what the audit log calls the controller itself"):
        access.make(fleet.operators, "runner", VIEWER, now)
    with pytest.raises(AccessError, match="There is no operator dave"):
        access.remove(fleet.operators, "dave")


def test_no_token_is_kept_as_it_is(fleet: ServedFleet) -> None:
    kept = b"".join(path.read_bytes() for path in fleet.db.parent.glob("fleet.db*") if path.is_file())
    assert fleet.token.encode() not in kept
