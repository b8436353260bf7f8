"""The processes of one controller by role on two brokers, and the faults that befall them."""

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from controller_process import eventually
from fer_controller.settings import PostgresUrl
from real_broker import Mosquitto
from real_postgres import OwnPostgres, rows_of
from role_process import RoleProcess, leader

CONNECTED = "Connected"


class World:
    """The processes by name, and what all of them share."""

    def __init__(self, folder: Path, place: PostgresUrl, brokers: tuple[Mosquitto, Mosquitto]) -> None:
        self.place, self.brokers = place, brokers
        one, other = (broker.url for broker in brokers)
        made = (
            RoleProcess(folder, "one", place, "ingest", "--broker", one, "--share", "s"),
            RoleProcess(folder, "two", place, "ingest", "--broker", one, "--share", "s"),
            RoleProcess(folder, "three", place, "ingest", "--broker", other),
            RoleProcess(folder, "leader", place, "rollouts"),
            RoleProcess(folder, "deputy", place, "rollouts,retention"),
            RoleProcess(folder, "page", place, "http", "--http", "127.0.0.1:0"),
        )
        self.processes = {each.name: each for each in made}

    def start(self) -> None:
        for process in self.processes.values():
            process.start()
        for name in ("one", "two", "three"):
            eventually(lambda name=name: CONNECTED in self.processes[name].log(), f"{name} is connected")  # type: ignore[misc]

    def kill(self) -> None:
        for process in self.processes.values():
            process.kill()

    def led_by(self, post: str) -> RoleProcess:
        """Who does it; waits until somebody does."""
        found: list[RoleProcess] = []

        def is_led() -> bool:
            pid = leader(self.place, post)
            found[:] = [each for each in self.processes.values() if each._process and each.pid == pid]
            return bool(found)

        eventually(is_led, f"somebody leads {post}")
        return found[0]

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        return rows_of(self.place, statement)


def kill_one(world: World, dice: random.Random, _postgres: OwnPostgres) -> str:
    """kill -9 of any of them, which is started again a little later."""
    process = dice.choice(list(world.processes.values()))
    process.kill()
    time.sleep(dice.uniform(0.0, 2.0))
    process.start()
    return f"killed {process.role}"


def kill_leader(world: World, _dice: random.Random, _postgres: OwnPostgres) -> str:
    """kill -9 of the leader; another goes on before it is back."""
    process = world.led_by("rollouts")
    process.kill()
    world.led_by("rollouts")
    process.start()
    return "leader killed"


def pause_leader(world: World, _dice: random.Random, _postgres: OwnPostgres) -> str:
    """The leader stands still until another has taken over, and wakes up."""
    process = world.led_by("rollouts")
    paused = process.pid
    process.pause()
    eventually(lambda: leader(world.place, "rollouts") not in (0, paused), "another has taken over")
    process.go_on()
    return "leader paused"


def pause_ingest(world: World, dice: random.Random, _postgres: OwnPostgres) -> str:
    """One that stores stands still, perhaps in the middle of a transaction: as if cut off from the database."""
    process = world.processes[dice.choice(("one", "two", "three"))]
    process.pause()
    time.sleep(dice.uniform(1.0, 8.0))
    process.go_on()
    return "ingest paused"


def freeze_database(_world: World, dice: random.Random, postgres: OwnPostgres) -> str:
    """Nobody gets an answer for a while, and no connection breaks."""
    postgres.signal_all(signal.SIGSTOP)
    time.sleep(dice.uniform(1.0, 6.0))
    postgres.signal_all(signal.SIGCONT)
    return "database frozen"


FAULTS: tuple[Callable[[World, random.Random, OwnPostgres], str], ...] = (
    kill_one, kill_leader, pause_ingest, freeze_database, pause_leader,
)  # fmt: skip
