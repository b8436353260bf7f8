"""kill -9 anywhere: a model of the protocol beside a device that dies before or after any write to its disk."""

import random
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Callable, Dict, List, Optional, Set, Tuple

import numpy as np
import pytest
from fer_agent.errors import CanceledError, RejectedError, UpdateError
from fer_wire import Desired, whole_files
from fer_wire.contracts import SETTINGS
from fer_wire.reported import COMMITTED, UNFINISHED_STATES, UPDATE_STATES
from fer_wire.tuning import SettingValues
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis_profiles import examples
from unit.agent.update.device import Device
from unit.agent.update.making import FakeServant, Loader, Release, Shelf, Signer, settings_order

RELEASES = 4
STEPS = 50
EXAMPLES = 100
NO_FACES = np.zeros((0, 1, 48, 48), np.float32)
FACTORY = "tiny@1.0.0/fp32"
BEATS = (0.0, 7.0, 9.0)
"""Heartbeats that are told; 0 takes the setting back."""

counts = {"steps": 0, "deaths": 0, "committed": 0}


class Killed(BaseException):
    """The process is gone."""


class Mortal:
    """Every write of the update path, and the death that waits before or after one of them."""

    def __init__(self) -> None:
        self.dies_in: Optional[int] = None
        self._move = whole_files.move

    def move(self, source: Path, target: Path) -> None:
        self._step()
        self._move(source, target)
        self._step()

    def _step(self) -> None:
        if self.dies_in is not None:
            self.dies_in -= 1
            if self.dies_in < 0:
                self.dies_in = None
                raise Killed


@pytest.fixture(scope="module", autouse=True)
def releases(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Made once: signing and writing them is slow."""
    folder = tmp_path_factory.mktemp("releases")
    Protocol.signer = signer = Signer(folder)
    precisions = ("fp32",), ("fp32",), ("int8", "fp32"), ("fp32",), ("fp16", "fp32")
    made = [Release(signer, folder, f"{n + 1}.0.0", each) for n, each in enumerate(precisions)]
    Protocol.factory, *Protocol.releases = made


class Protocol(RuleBasedStateMachine):
    """Orders, withdrawals, faults, restarts and deaths in any order; a model of what may serve beside them."""

    signer: Signer
    factory: Release
    releases: List[Release]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="fer-protocol-"))
        self.shelf, self.load, self.mortal = Shelf(*self.releases), Loader(), Mortal()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(whole_files, "move", self.mortal.move)
        self.patch.setattr("fer_wire.whole_files.os.fsync", lambda _file: None)  # a killed process loses no write
        self.sequence = 0
        self.sent: Dict[Tuple[str, int, str], Desired] = {}
        self.retained: Optional[Desired] = None
        self.ended: Dict[Tuple[str, int, str], str] = {}
        self.allowed: Set[str] = {FACTORY}
        self.device = Device(
            self.folder / "nano-01", self.factory.folder, self.shelf, self.signer.public, self.load, max_crashes=3
        )

    def teardown(self) -> None:
        self.patch.undo()
        shutil.rmtree(str(self.folder))

    @initialize()
    def begin(self) -> None:
        assert self.device.serves == FACTORY

    @rule(index=st.integers(0, RELEASES - 1), attempt=st.integers(1, 3), rollout=st.sampled_from("abc"))
    def deploy(self, index: int, attempt: int, rollout: str) -> None:
        release = self.releases[index]
        self.sequence += 1
        order = release.desired(rollout=rollout, attempt=attempt, sequence=self.sequence)
        self.allowed |= {artifact.model for artifact in order.artifacts}
        self._publish(order)

    @rule(beat=st.sampled_from(BEATS), attempt=st.integers(1, 3), rollout=st.sampled_from("abc"))
    def tell_settings(self, beat: float, attempt: int, rollout: str) -> None:
        self.sequence += 1
        values: SettingValues = {"events.heartbeat_s": beat} if beat else {}
        self._publish(settings_order(values, rollout=rollout, attempt=attempt, sequence=self.sequence))

    @rule(index=st.integers(0, RELEASES - 1), beat=st.sampled_from(BEATS), write=st.integers(0, 24))
    def deploy_with_settings_and_die(self, index: int, beat: float, write: int) -> None:
        self.sequence += 1
        values = {"events.heartbeat_s": beat} if beat else {}
        order = self.releases[index].desired(
            rollout="both", attempt=self.sequence, sequence=self.sequence, settings=values
        )
        self.allowed |= {artifact.model for artifact in order.artifacts}
        self._publish(order)
        self.die(8, write)

    @rule(factory=st.booleans())
    def go_back(self, factory: bool) -> None:
        """To what the device may still have, without an address."""
        self.sequence += 1
        release = self.factory if factory else self.releases[0]
        self._publish(
            release.desired(rollout="back", attempt=self.sequence, sequence=self.sequence, url="", manifest_url="")
        )

    @precondition(lambda self: self.retained)
    @rule()
    def redeliver(self) -> None:
        assert self.retained
        self.device.runner.take(self.retained.payload())

    @precondition(lambda self: self.sent)
    @rule(pick=st.randoms(use_true_random=False))
    def replay(self, pick: random.Random) -> None:
        self.device.runner.take(pick.choice(list(self.sent.values())).payload())

    @rule(garbage=st.binary(max_size=30).filter(bool))
    def garble(self, garbage: bytes) -> None:
        self.device.runner.take(garbage)

    @rule()
    def withdraw(self) -> None:
        self.retained = None
        self.device.runner.take(b"")

    @rule(
        index=st.integers(0, RELEASES - 1),
        fault=st.sampled_from(
            [UpdateError("404"), RejectedError("swapped"), CanceledError("told to stop"), OSError("io")]
        ),
    )
    def spoil_the_next_download(self, index: int, fault: Exception) -> None:
        self.shelf.faults.setdefault(self.releases[index].artifact().url, []).append(fault)

    @rule(index=st.integers(0, RELEASES - 1), well=st.booleans())
    def make_a_model_bad(self, index: int, well: bool) -> None:
        reference = self.releases[index].artifact().model
        self.load.refused.pop(reference, None)
        if not well and reference != self.device.serves:
            self.load.refused[reference] = "It fails its golden batch."

    @rule(turns=st.integers(1, 6))
    def go_on(self, turns: int) -> None:
        self._alive(lambda: self._turns(turns))

    @rule(turns=st.integers(1, 8), write=st.integers(0, 16))
    def die(self, turns: int, write: int) -> None:
        self.mortal.dies_in = write
        if self._alive(lambda: self._turns(turns)):
            self.mortal.dies_in = None
            self._restart()

    @rule(index=st.integers(0, RELEASES - 1), write=st.integers(0, 20))
    def deploy_and_die(self, index: int, write: int) -> None:
        self.deploy(index, self.sequence + 10, "deadly")
        self.die(8, write)

    @rule(index=st.integers(0, RELEASES - 1))
    def deploy_to_the_end(self, index: int) -> None:
        self.deploy(index, self.sequence + 10, "whole")
        self._alive(self.device.settle)

    @rule()
    def stop_in_order(self) -> None:
        self.device.runner.stop()
        self._restart()

    @rule(write=st.integers(0, 4))
    def die_while_it_starts(self, write: int) -> None:
        self.mortal.dies_in = write
        if self._alive(self.device.start):
            self.mortal.dies_in = None
            self._hear_again()

    @rule()
    def fail_on_a_frame(self) -> None:
        servant = self.device.serving.servant
        if self.device.held.occupied.trial and isinstance(servant, FakeServant):
            servant.broken = True
            with suppress(RuntimeError):
                self.device.pipe.network.run(NO_FACES)

    @invariant()
    def a_verified_model_always_serves(self) -> None:
        counts["steps"] += 1
        assert self.device.serves in self.allowed
        now = self.device.held.occupied
        for sha in (now.current, now.trial, now.previous):
            assert sha is None or self.device.slots.intact(sha)
        assert self.device.pipe.network.reference == self.device.serves

    @invariant()
    def what_ended_stays_ended(self) -> None:
        update = self.device.runner.update
        if update is None:
            return
        key = (update.rollout, update.attempt, update.sha256)
        assert update.state in UPDATE_STATES
        assert key not in self.ended or self.ended[key] == update.state
        if update.state not in UNFINISHED_STATES:
            counts["committed"] += update.state == COMMITTED and key not in self.ended
            self.ended[key] = update.state

    @invariant()
    def what_is_committed_serves(self) -> None:
        update = self.device.runner.update
        if update is not None and update.state == COMMITTED and update.task != SETTINGS:
            assert self.device.serves == update.model

    @invariant()
    def the_settings_are_always_old_or_new_ones_and_are_those_that_are_reported(self) -> None:
        afar = self.device.tuner.report().afar
        beat = afar.get("events.heartbeat_s", 5.0)
        assert self.device.works_by.events.heartbeat_s == beat
        assert beat in {5.0, *BEATS}
        assert self.device.tuner.occupied.trial is None or self.device.runner.update is not None

    @invariant()
    def settings_that_are_committed_hold(self) -> None:
        update, order = self.device.runner.update, self.device.order
        if update is not None and update.state == COMMITTED and order is not None and order.settings is not None:
            assert self.device.tuner.report().afar == order.settings

    def _publish(self, order: Desired) -> None:
        self.retained = order
        self.sent[order.key] = order
        self.device.runner.take(order.payload())

    def _turns(self, number: int) -> None:
        for _ in range(number):
            self.device.runner.turn()

    def _alive(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except Killed:
            counts["deaths"] += 1
            self._restart()
            return False
        return True

    def _restart(self) -> None:
        self.device.start()
        self._hear_again()

    def _hear_again(self) -> None:
        """The broker hands out what it retains at each connection."""
        if self.retained:
            self.device.runner.take(self.retained.payload())


TestProtocol = Protocol.TestCase
TestProtocol.settings = settings(
    max_examples=examples(EXAMPLES),
    stateful_step_count=STEPS,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_many_steps_were_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n  {counts['steps']} steps, {counts['deaths']} deaths, {counts['committed']} commits ", end="")
    assert counts["steps"] > 10 * examples(EXAMPLES) or not counts["steps"]
