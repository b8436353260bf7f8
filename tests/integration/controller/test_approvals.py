"""A rollout that another operator approves over HTTP, on both engines: who may, and what becomes of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from controller_process import eventually, run
from driven_rollouts import driven
from fer_controller.desk import access
from fer_controller.desk.local import LocalDesk
from fer_controller.errors import ApiError, OutOfReachError, RequestError, RolloutError
from fer_controller.operations.labels import RELABEL
from fer_controller.operations.plans import DEPLOY, PLAN
from fer_controller.operations.rollouts import (
    DECISIONS,
    ORDER,
    PROGRESS,
    DecisionsQuery,
    OrderRequest,
    RolloutAnswer,
    RolloutQuery,
)
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.settings import RolloutSettings
from fer_controller.store.credentials.records import OPERATOR, VIEWER
from served_fleet import OPERATOR as ALICE
from served_fleet import ServedFleet

BOB, EVE = "bob", "eve"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fleet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    """Alice and bob are operators, eve is a viewer, and each rollout needs an approval."""
    on = request.getfixturevalue("postgres").database() if request.param == "postgresql" else None
    with ServedFleet(tmp_path_factory.mktemp("fleet"), on=on) as made, driven(made, approvals=1):
        yield made


def token(fleet: ServedFleet, name: str, role: str = OPERATOR) -> str:
    return access.make(fleet.operators, name, role, datetime.now(UTC), replace=True).token


def asked(fleet: ServedFleet, **words: object) -> RolloutAnswer:
    """A rollout of alice's that awaits approval."""
    with fleet.far() as desk:
        begun = desk.ask(DEPLOY, DeployRequest(**{"precision": "fp32", "devices": ("orin-05",), **words}))
        eventually(lambda: look(fleet, begun.rollout).state == "awaiting_approval", "it awaits approval")
    return look(fleet, begun.rollout)


def look(fleet: ServedFleet, rollout: str) -> RolloutAnswer:
    with fleet.near() as desk:
        return desk.ask(PROGRESS, RolloutQuery(rollout=rollout))


def order(fleet: ServedFleet, rollout: RolloutAnswer, name: str, token: str, **words: str) -> "str | None":
    with fleet.far(token) as desk:
        return desk.ask(ORDER, OrderRequest(rollout=rollout.rollout, order=name, **words)).outcome


def test_another_operator_approves_it_by_its_digest_and_the_audit_log_says_so(fleet: ServedFleet) -> None:
    rollout = asked(fleet)
    assert rollout.approval is not None
    assert (rollout.approval.needed, rollout.approval.by, rollout.approval.barred) == (1, (), (ALICE,))
    assert [(each.order, each.wants) for each in rollout.orders][:2] == [("approve", "digest"), ("refuse", "reason")]
    said = order(fleet, rollout, "approve", token(fleet, BOB), digest=rollout.digest)
    assert said == f"The plan {rollout.digest} is approved."
    eventually(lambda: look(fleet, rollout.rollout).state == "running", "it runs")
    with fleet.near() as desk:
        log = desk.ask(DECISIONS, DecisionsQuery(rollout=rollout.rollout))
    assert {(each.actor, each.action) for each in log} >= {(ALICE, "planned"), (BOB, "given"), (BOB, "ordered")}
    order(fleet, rollout, "abort", fleet.token)


def test_who_asked_does_not_approve_not_even_with_another_token(fleet: ServedFleet) -> None:
    rollout = asked(fleet)
    with pytest.raises(RolloutError, match=f"alice asked for rollout {rollout.rollout}; somebody else has to"):
        order(fleet, rollout, "approve", fleet.token, digest=rollout.digest)
    fleet.token = token(fleet, ALICE)
    with pytest.raises(RolloutError, match="somebody else has to approve it"):
        order(fleet, rollout, "approve", fleet.token, digest=rollout.digest)
    order(fleet, rollout, "abort", fleet.token)


def test_a_viewer_approves_and_refuses_nothing(fleet: ServedFleet) -> None:
    rollout = asked(fleet)
    for name, words in (("approve", {"digest": rollout.digest}), ("refuse", {"reason": "no"})):
        with pytest.raises(ApiError, match="viewer's, which gives no orders"):
            order(fleet, rollout, name, token(fleet, EVE, VIEWER), **words)
    assert look(fleet, rollout.rollout).state == "awaiting_approval"
    order(fleet, rollout, "abort", fleet.token)


def test_an_approval_without_a_digest_and_a_refusal_without_a_reason_are_no_orders(fleet: ServedFleet) -> None:
    rollout = asked(fleet)
    with pytest.raises(RequestError, match="The order approve names the digest"):
        order(fleet, rollout, "approve", token(fleet, BOB))
    with pytest.raises(RequestError, match="The order refuse names the reason"):
        order(fleet, rollout, "refuse", token(fleet, BOB), reason=" ")
    with pytest.raises(RolloutError, match="What was approved is not the plan"):
        order(fleet, rollout, "approve", token(fleet, BOB), digest="0" * 64)
    order(fleet, rollout, "refuse", token(fleet, BOB), reason="It is Friday.")
    assert look(fleet, rollout.rollout).reason == "bob refused it: It is Friday."


def test_at_the_database_nobody_approves_for_anybody_may_go_by_any_name_there(fleet: ServedFleet) -> None:
    rollout = asked(fleet)
    with fleet.near() as desk, pytest.raises(RequestError, match="A rollout is approved over HTTP"):
        desk.ask(ORDER, OrderRequest(rollout=rollout.rollout, order="approve", digest=rollout.digest))
    order(fleet, rollout, "abort", fleet.token)


def test_the_commands_approve_and_refuse(fleet: ServedFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_CONTROLLER_API__TOKEN", token(fleet, BOB))
    approved = asked(fleet)
    done = run("rollouts", "approve", "--yes", "--controller", fleet.url)
    assert (done.returncode, done.stdout) == (0, f"{approved.rollout}: The plan {approved.digest} is approved.\n")
    order(fleet, approved, "abort", fleet.token)
    refused = asked(fleet)
    done = run("rollouts", "refuse", "--reason", "It is Friday.", "--controller", fleet.url)
    assert (done.returncode, done.stdout) == (0, f"{refused.rollout}: It does not begin: It is Friday.\n")
    other = asked(fleet)
    done = run("rollouts", "approve", other.rollout, "--digest", approved.digest, "--controller", fleet.url)
    assert (done.returncode, "What was approved is not the plan" in done.stderr) == (1, True)
    order(fleet, other, "abort", fleet.token)


def test_what_is_approved_and_has_a_start_is_scheduled_and_says_until_when_it_waits(fleet: ServedFleet) -> None:
    rollout = asked(fleet, start=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    order(fleet, rollout, "approve", token(fleet, BOB), digest=rollout.digest)
    found = look(fleet, rollout.rollout)
    assert (found.state, found.opens_at is not None) == ("scheduled", True)
    assert found.waves[0].decides_at == found.opens_at
    assert str(found.reason).startswith("It waits until")
    order(fleet, rollout, "abort", fleet.token)


def test_a_start_that_has_passed_and_one_without_a_zone_are_refused(fleet: ServedFleet) -> None:
    with fleet.far() as desk, pytest.raises(RolloutError, match="has passed; name another"):
        desk.ask(PLAN, DeployRequest(start="2020-01-01T00:00Z"))
    given = requests.post(
        f"{fleet.url}/v1/plans", json={"start": "2030-01-01T00:00"},
        headers={"Authorization": f"Bearer {fleet.token}"}, timeout=30,
    )  # fmt: skip
    assert (given.status_code, "needs one zone" in given.json()["detail"]) == (422, True)


def test_an_operator_does_not_relabel_a_device_out_of_what_needs_approval(fleet: ServedFleet) -> None:
    place = replace(fleet.place, rollout=RolloutSettings(approvals=1, approvals_for="site=lab"))
    with LocalDesk(place, BOB, OPERATOR) as desk, pytest.raises(OutOfReachError, match="an admin changes it"):
        desk.ask(RELABEL, Relabel(devices=("orin-03",), remove=("site",)))
