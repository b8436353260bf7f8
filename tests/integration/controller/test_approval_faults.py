"""A rollout that waits for its approval or its time while the process that moves it on is killed: it begins once."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from controller_process import eventually
from fer_controller.desk import access
from fer_controller.operations.plans import DEPLOY
from fer_controller.operations.rollouts import (
    DECISIONS,
    ORDER,
    PROGRESS,
    DecisionAnswer,
    DecisionsQuery,
    OrderRequest,
    RolloutAnswer,
    RolloutQuery,
)
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.settings import DbPlace, PostgresUrl
from fer_controller.store.credentials.records import OPERATOR
from real_postgres import rows_of
from role_process import RoleProcess, leader
from served_fleet import ServedFleet

DEVICES = tuple(f"orin-{number:02}" for number in range(4))
LATER = timedelta(seconds=60)
"""Time for two changes of the leader on a busy machine."""
TAKES_OVER = "this process does it from now on"
LOST = "was taken over by"
BEGINS = "devices in 1 waves begins."
KILLS = 3


class Desk:
    """A fleet whose rollouts need an approval, and two processes of which one moves them on; a file lets one in."""

    def __init__(self, fleet: ServedFleet, place: DbPlace, folder: Path) -> None:
        self.fleet, self.place = fleet, place
        self.movers = [RoleProcess(folder, name, place, "rollouts") for name in ("one", "two")]
        self.bob = access.make(fleet.operators, "bob", OPERATOR, datetime.now(UTC)).token

    def ask_for(self, **words: object) -> str:
        with self.fleet.far() as desk:
            request = DeployRequest(precision="fp32", devices=DEVICES, waves="100%", **words)
            return desk.ask(DEPLOY, request).rollout

    def approve(self, rollout: str) -> None:
        digest = self.look(rollout).digest
        with self.fleet.far(self.bob) as desk:
            desk.ask(ORDER, OrderRequest(rollout=rollout, order="approve", digest=digest))

    def look(self, rollout: str) -> RolloutAnswer:
        with self.fleet.near() as desk:
            return desk.ask(PROGRESS, RolloutQuery(rollout=rollout))

    def until(self, rollout: str, state: str) -> None:
        eventually(lambda: self.look(rollout).state == state, f"it is {state}")

    def log(self, rollout: str) -> list[DecisionAnswer]:
        with self.fleet.near() as desk:
            return desk.ask(DECISIONS, DecisionsQuery(rollout=rollout))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        if isinstance(self.place, PostgresUrl):
            return rows_of(self.place, statement)
        with closing(sqlite3.connect(self.place)) as connection:
            return connection.execute(statement).fetchall()

    def leading(self) -> RoleProcess:
        """The process that moves rollouts on; waits until one does."""
        found: list[RoleProcess] = []

        def is_led() -> bool:
            found[:] = [each for each in self.movers if each.runs and self._leads(each)]
            return bool(found)

        eventually(is_led, "somebody moves rollouts on")
        return found[0]

    def _leads(self, mover: RoleProcess) -> bool:
        """Of a file, whichever runs."""
        return not isinstance(self.place, PostgresUrl) or mover.pid == leader(self.place, "rollouts")


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("FER_CONTROLLER_REGISTRY__FOLDER", str(tmp_path / "fleet.models"))
    monkeypatch.setenv("FER_CONTROLLER_ROLLOUT__APPROVALS", "1")
    monkeypatch.setenv("FER_CONTROLLER_ROLLOUT__TICK_S", "0.1")
    on = request.getfixturevalue("postgres").database() if request.param == "postgresql" else None
    with ServedFleet(tmp_path, on=on) as fleet:
        made = Desk(fleet, on or fleet.db, tmp_path)
        yield made
        for mover in made.movers:
            mover.kill()


def expect_begun_once(desk: Desk, rollout: str) -> None:
    """It told each device once, and the audit log and the processes say once that it began and who approved it."""
    desk.until(rollout, "running")
    eventually(lambda: [each.action for each in desk.log(rollout)].count("told") >= len(DEVICES), "all are told")
    log = desk.log(rollout)
    assert sorted(str(each.device) for each in log if each.action == "told") == list(DEVICES)
    assert [each.action for each in log].count("started") == 1
    assert [(each.actor, each.action) for each in log].count(("bob", "ordered")) == 1
    assert sum(each.log().count(BEGINS) for each in desk.movers) <= 1
    told = desk.rows(f"SELECT device, attempt FROM desired_states WHERE rollout = '{rollout}'")  # noqa: S608
    assert sorted(told) == [(device, 1) for device in DEVICES]


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_controller_that_is_killed_before_each_step_begins_it_once(desk: Desk, seed: int) -> None:
    dice, mover = random.Random(seed), desk.movers[0]
    rollout = desk.ask_for()
    mover.start()
    desk.until(rollout, "awaiting_approval")
    mover.kill()
    desk.approve(rollout)
    assert desk.look(rollout).state == "awaiting_approval"
    for _ in range(KILLS):
        mover.start()
        desk.leading()
        time.sleep(dice.uniform(0.0, 0.5))
        mover.kill()
    mover.start()
    expect_begun_once(desk, rollout)


@pytest.mark.machines
@pytest.mark.parametrize("desk", ["postgresql"], indirect=True)
@pytest.mark.parametrize("leaves", ["kill", "pause"])
def test_another_process_takes_over_what_waits_for_its_approval_and_then_for_its_time(desk: Desk, leaves: str) -> None:
    for mover in desk.movers:
        mover.start()
    rollout = desk.ask_for(start=(datetime.now(UTC) + LATER).isoformat())
    desk.until(rollout, "awaiting_approval")
    first = desk.leading()
    getattr(first, leaves)()
    eventually(lambda: desk.leading() is not first, "the other leads")
    desk.approve(rollout)
    desk.until(rollout, "scheduled")
    second = desk.leading()
    assert second is not first
    assert TAKES_OVER in second.log()
    first.go_on() if first.runs else first.start()
    getattr(second, leaves)()
    eventually(lambda: desk.leading() is first, "the first leads again")
    expect_begun_once(desk, rollout)
    if second.runs:
        second.go_on()
        eventually(lambda: LOST in second.log(), "the second has noticed")
        expect_begun_once(desk, rollout)
