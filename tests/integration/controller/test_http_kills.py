"""kill -9 of the controller, of the process that serves models, and of both, as a device sees it."""

import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Timer

import psutil
import pytest
import requests
from controller_process import ControllerProcess, eventually
from fer_controller.desk import events
from fer_controller.errors import ApiError
from fer_controller.operations.plans import DEPLOY
from fer_controller.operations.rollouts import ROLLOUT, ROLLOUTS, RolloutQuery, RolloutsQuery
from fer_controller.rollout.planning.request import DeployRequest
from real_broker import free_port
from served_fleet import ServedFleet

NO_BROKER = "mqtt://127.0.0.1:1"
KILLS = 3
ORDER_KILLS = 4


class Served:
    """`fer-controller serve` without a broker, with models at a port that stays the same."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        place = f"127.0.0.1:{self.port}"
        self.controller = ControllerProcess(folder / "fleet.db", NO_BROKER, "--http", place)
        self.url = f"http://{place}/v1/health"

    def healthy(self) -> bool:
        try:
            return bool(requests.get(self.url, timeout=20).json() == {"status": "ok"})
        except requests.RequestException:
            return False

    def begin(self) -> None:
        self.controller.start()
        eventually(psutil.Process(self.controller.pid).children, "the process has begun")
        eventually(self.healthy, "models are served")

    def child(self) -> psutil.Process:
        (child,) = psutil.Process(self.controller.pid).children()
        return child

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.controller.kill()


def test_the_process_ends_with_the_controller_that_is_killed_and_leaves_its_place(served: Served) -> None:
    served.begin()
    for _ in range(KILLS):
        child = served.child()
        served.controller.kill()
        served.begin()
        psutil.wait_procs([child], timeout=30)
        assert not child.is_running()
    served.controller.kill()
    eventually(lambda: not served.listens(), "nobody listens")


def test_a_device_waits_while_a_killed_process_is_begun_again(served: Served) -> None:
    served.begin()
    for _ in range(2):
        child = served.child()
        child.kill()
        assert requests.get(served.url, timeout=30).json() == {"status": "ok"}


def test_it_ends_in_order_with_the_controller(served: Served) -> None:
    served.begin()
    child = served.child()
    assert served.controller.stop() == 0
    assert not child.is_running()
    assert "begins again" not in served.controller.log()
    assert "Traceback" not in served.controller.log()


def test_a_signal_to_the_whole_group_is_the_controllers(served: Served) -> None:
    served.begin()
    child = served.child()
    child.terminate()
    assert served.healthy()
    assert served.child().pid == child.pid
    assert served.controller.stop() == 0
    assert not child.is_running()


def test_a_place_that_is_taken_ends_the_start_with_one_sentence(served: Served, tmp_path: Path) -> None:
    served.begin()
    second = ControllerProcess(tmp_path / "second.db", NO_BROKER, "--http", f"127.0.0.1:{served.port}")
    second.start()
    assert second.wait() == 1
    (line,) = second.log().splitlines()
    assert line == (
        f"error: Models cannot be served at 127.0.0.1:{served.port}: Address already in use. "
        "Name another place with --http HOST:PORT, or none with --http ''."
    )


def test_a_rollout_that_was_answered_is_there_whole_and_no_other_is_there_in_part(tmp_path: Path) -> None:
    dice, answered, request = random.Random(7), set(), DeployRequest(precision="fp32")
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk, fleet.near() as near:
        for _ in range(ORDER_KILLS):
            eventually(lambda: events.last_id(desk) > 0, "it answers")
            child = fleet.process._child
            assert child is not None
            answered.add(desk.ask(DEPLOY, request).rollout)
            timer = Timer(dice.uniform(0.05, 0.3), child.kill)
            timer.start()
            while timer.is_alive():
                with suppress(ApiError):
                    answered.add(desk.ask(DEPLOY, request).rollout)
            timer.join()
        begun = near.ask(ROLLOUTS, RolloutsQuery(limit=10_000))
        whole = [near.ask(ROLLOUT, RolloutQuery(rollout=each.rollout)) for each in begun]
    assert answered <= {each.rollout for each in whole}
    assert len(answered) >= ORDER_KILLS
    assert {(len(each.devices), len(each.waves), len(each.audit)) for each in whole} == {(10, 3, 1)}
