"""Whatever operators, devices, the broker and kill -9 do: a rollout ends, and each device has the old or new model."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fakes_rollout import ASKS, BAD, SETTINGS, Killed, World, a_model
from fer_controller.errors import RolloutError
from fer_controller.rollout.orders import BY_NAME
from fer_controller.rollout.transitions import APPROVE, AWAITING_APPROVAL, COMMITTED, ENDED, PASSED
from fer_wire import Desired, parse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis_profiles import examples
from stepped_device import CRASHING, FAILING, HONEST, LYING, STUCK, SteppedDevice

DEVICES = tuple(f"nano-{number}" for number in range(6))
OLD = "old@1/fp32"
BEHAVIOURS = (HONEST, HONEST, HONEST, FAILING, CRASHING, STUCK, LYING)
WAVES = ("1,100%", "1,50%,100%", "100%", "2,4,100%")
DIES_BEFORE, DIES_AFTER = "before", "after"
FATES = st.sampled_from(("lives", "lives", DIES_BEFORE, DIES_AFTER))
GOOD_FPS = 30.0
OTHERS = ("bob", "carol")
MOST_ROLLOUTS = 3
SECONDS = st.sampled_from((0.5, 0.5, 2.0, 11.0, 60.0))
MEMORY = Path("/dev/shm")  # noqa: S108 - a disk would only slow it down
COUNTS: Counter[str] = Counter()
device_names = st.sampled_from(DEVICES)


class AnyHistory(RuleBasedStateMachine):
    """Moves a world by hand, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        models = [a_model(), a_model(version="3"), a_model(BAD)]
        self.world = World(self.folder, *map(SteppedDevice, DEVICES), models=models)
        self.approvals = 0
        self.rollouts: dict[str, str] = {}
        self.desired: dict[tuple[str, str, int], str] = {}
        self.sequences: dict[str, int] = {}
        COUNTS["runs"] += 1

    @initialize(
        behaviours=st.lists(st.sampled_from(BEHAVIOURS), min_size=len(DEVICES), max_size=len(DEVICES)),
        approvals=st.sampled_from((0, 0, 0, 1, 2)),
    )
    def begins(self, behaviours: list[str], approvals: int) -> None:
        self.approvals = approvals
        self.world.settings = SETTINGS.model_copy(update={"approvals": approvals, "approval_hours": 0.1})
        self.world.reborn()
        for device, behaviour in zip(self.world.devices.values(), behaviours, strict=True):
            device.behaviour = behaviour
        self.deploys("light", "2", "fp16", DEVICES[0:0], "1,50%,100%", 2)

    @precondition(lambda self: len(self.rollouts) < MOST_ROLLOUTS)
    @rule(
        model=st.sampled_from(("light", "light", BAD)),
        version=st.sampled_from(("2", "3")),
        precision=st.sampled_from(("fp32", "fp16", "int8", "auto")),
        devices=st.lists(device_names, max_size=4, unique=True).map(tuple),
        waves=st.sampled_from(WAVES),
        concurrency=st.sampled_from((1, 2, 100)),
        start_in_s=st.sampled_from((0, 0, 0, 30, 200)),
        windows=st.sampled_from(((), (), ("12:00-12:03 UTC", "12:05-24:00 UTC"))),
    )
    def deploys(
        self, model: str, version: str, precision: str, devices: tuple[str, ...], waves: str, concurrency: int,
        start_in_s: int = 0, windows: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        start = (self.world.now + timedelta(seconds=start_in_s)).isoformat() if start_in_s else ""
        named = f"{model}@{'2' if model == BAD else version}"
        try:
            rollout = self.world.deploy(
                model=named, precision=precision, devices=devices, waves=waves, concurrency=concurrency,
                start=start, windows=windows,
            )  # fmt: skip
        except RolloutError:
            return
        self.rollouts[rollout] = named
        COUNTS["rollouts"] += 1

    @rule(seconds=SECONDS, fate=FATES)
    def ticks(self, seconds: float, fate: str) -> None:
        store, before = self.world.store, self.world.store.transactions
        store.dies_before, store.dies_after = fate == DIES_BEFORE, fate == DIES_AFTER
        try:
            self.world.tick(seconds)
        except Killed:
            COUNTS[f"kills {fate} a transaction"] += 1
            assert store.transactions - before == (fate == DIES_AFTER)
        COUNTS["ticks"] += 1
        COUNTS["transactions"] += store.transactions - before
        self.world.reborn()

    @rule(confirmed=st.booleans())
    def publishes(self, confirmed: bool) -> None:
        self.notes_desired()
        self.world.publish(confirmed=confirmed)
        COUNTS["confirmed publishings" if confirmed else "unconfirmed publishings"] += 1

    @rule(name=device_names)
    def device_steps(self, name: str) -> None:
        self.world.devices[name].step()
        COUNTS["steps of devices"] += 1

    @rule()
    def all_step(self) -> None:
        self.world.step()
        COUNTS["steps of devices"] += len(DEVICES)

    @rule(seconds=SECONDS, fate=FATES, count=st.integers(1, 4))
    def rounds(self, seconds: float, fate: str, count: int) -> None:
        for _ in range(count):
            self.ticks(seconds, fate)
            self.publishes(True)
            self.all_step()

    @rule(name=device_names, behaviour=st.sampled_from(BEHAVIOURS))
    def behaves(self, name: str, behaviour: str) -> None:
        self.world.devices[name].behaviour = behaviour

    @rule(name=device_names)
    def comes_or_goes(self, name: str) -> None:
        if self.world.devices[name].online:
            self.world.devices[name].online = False
        else:
            self.world.come(name)

    @rule(name=device_names)
    def is_deleted_at_the_broker(self, name: str) -> None:
        self.world.retained[name] = ""
        if self.world.devices[name].online:
            self.world.devices[name].receive("")
        self.world.store.desired.publish_again(name)
        COUNTS["desired states deleted"] += 1

    @rule(data=st.data(), action=st.sampled_from(tuple(BY_NAME)))
    def is_ordered(self, data: st.DataObject, action: str) -> None:
        rollout = data.draw(st.sampled_from(sorted(self.rollouts)), "rollout") if self.rollouts else ""
        if rollout:
            self.world.order(rollout, action)
            COUNTS["orders"] += 1

    @rule(data=st.data(), who=st.sampled_from((*OTHERS, ASKS)), named=st.booleans())
    def is_approved(self, data: st.DataObject, who: str, named: bool) -> None:
        waiting = [row for row in self.world.store.rollouts() if row.state == AWAITING_APPROVAL]
        if waiting:
            row = data.draw(st.sampled_from(waiting), "rollout")
            self.world.order(row.id, APPROVE, who, digest=row.digest if named else "")
            COUNTS["approvals"] += 1

    @invariant()
    def no_device_is_told_before_enough_others_have_approved(self) -> None:
        for row in self.world.store.rollouts() if self.approvals else ():
            approved = {each["by"] for each in json.loads(row.approvals)}
            assert approved <= {*OTHERS}
            if any(target.attempt for target in self.world.store.targets(row.id)):
                assert len(approved) >= self.approvals

    @invariant()
    def a_device_runs_a_model_that_somebody_desired(self) -> None:
        for device in self.world.devices.values():
            assert device.running == OLD or device.running.rpartition("/")[0] in self.rollouts.values()

    @invariant()
    def no_attempt_is_made_twice(self) -> None:
        for device in self.world.devices.values():
            assert len(set(device.started)) == len(device.started)

    @invariant()
    def no_wave_of_a_bad_model_passes_by_its_gates(self) -> None:
        for rollout, model in self.rollouts.items():
            for wave in self.world.store.waves(rollout) if model.startswith(BAD) else ():
                told = [t for t in self.world.store.targets(rollout) if t.wave == wave.number and t.state == COMMITTED]
                did_well = [t for t in told if json.loads(t.baseline)["fps"] == GOOD_FPS]
                if wave.state == PASSED and told and did_well == told:
                    assert "by the word of" in wave.reason, wave
                    COUNTS["waves promoted by operators"] += 1

    def notes_desired(self) -> None:
        """An attempt has one content, and what is desired of a device grows in sequence."""
        for row in self.world.store.desired.unpublished(10_000):
            assert row.sequence >= self.sequences.get(row.device, 0)
            self.sequences[row.device] = row.sequence
            if row.payload:
                key = (row.rollout, row.device, row.attempt)
                assert self.desired.setdefault(key, row.sha256) == row.sha256
                assert parse(Desired, row.payload).sequence == row.sequence

    def teardown(self) -> None:
        try:
            self._all_is_well_at_last()
        finally:
            self.world.close()
            shutil.rmtree(self.folder)

    def _all_is_well_at_last(self) -> None:
        world = self.world
        world.reborn()
        for name, device in world.devices.items():
            device.behaviour = HONEST
            world.come(name)
        for _ in range(400):
            open_ = [row for row in world.store.rollouts() if not row.ended_at]
            for row in open_:
                if row.state == "paused":
                    world.order(row.id, "abort" if "paused it" in row.reason else "rollback")
                for who in OTHERS if row.state == AWAITING_APPROVAL else ():
                    world.order(row.id, APPROVE, who, digest=row.digest)
            if not open_ and not world.store.desired.unpublished(1):
                break
            world.round()
        for _ in range(8):
            world.round()
        self._each_ended()
        self._each_device_runs_what_its_record_says()

    def _each_ended(self) -> None:
        for row in self.world.store.rollouts():
            assert row.state in ENDED, (row, self.world.explained(row.id)[-5:])
            COUNTS[f"ended {row.state}"] += 1
            audit = self.world.store.audit(row.id)
            assert any(entry.action in ("ended", "ordered") for entry in audit)
            explained = {entry.device for entry in audit}
            told = {target.device for target in self.world.store.targets(row.id) if target.attempt}
            assert told <= explained
            for entry in audit:
                if entry.action == "wave_failed" and "is broken" in entry.sentence:
                    assert any(gate["outcome"] == "failed" for gate in json.loads(entry.numbers)["gates"])

    def _each_device_runs_what_its_record_says(self) -> None:
        for name, device in self.world.devices.items():
            last = self.world.store.desired.of_device(name)
            if last is None:
                assert device.running == OLD
                continue
            target = self.world.target(last.rollout, name)
            if target.state == "committed":
                assert device.running in [each["model"] for each in json.loads(target.artifacts)]
            elif target.state == "rolled_back":
                assert device.running == target.previous_model
            else:
                assert target.state in ("failed", "quarantined", "canceled", "superseded", "unreachable"), target


AnyHistory.TestCase.settings = settings(
    max_examples=examples(120),
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=True,
)
TestAnyHistory = AnyHistory.TestCase


@pytest.fixture(autouse=True, scope="module")
def counts() -> Iterator[None]:
    yield
    print("\n" + ", ".join(f"{count} {name}" for name, count in sorted(COUNTS.items())))
