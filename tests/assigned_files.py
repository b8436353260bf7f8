"""What a rollout under way tells a device to run, for tests of what it may fetch."""

from datetime import UTC, datetime

from fer_controller.rollout.desired import holdings, messages
from fer_controller.rollout.transitions import DESIRED, RUNNING
from fer_controller.store.database import Database
from fer_controller.store.rollouts.records import Changes, RolloutRow, TargetRow
from fer_controller.store.rollouts.store import RolloutStore
from fer_wire.desired import Artifact
from fer_wire.message import iso_utc

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def assign(database: Database, device: str, *sha256s: str, rollout: str = "") -> None:
    """Tell the device to run the first of these files, or another of them where it is faster."""
    store, at = RolloutStore(database), iso_utc(NOW)
    rollout = rollout or f"r-{sha256s[0][:8]}-{device}"
    row = RolloutRow(rollout, at, "alice", "tiny@1", "/v1/models/tiny/1/manifest.json", "{}", RUNNING, updated_at=at)
    files = [Artifact(model="tiny@1/fp32", sha256=sha256, size_bytes=1, url="/x") for sha256 in sha256s]
    target = TargetRow(rollout, device, 1, 0, DESIRED, holdings.dumped(files), attempt=1)
    last = store.desired.of_device(device)
    desired = messages.to_new(row, target, 1, last, NOW, 0)
    key = (rollout, device)
    store.write(Changes(rollouts={rollout: row}, targets={key: target}, desired={device: desired}))


def withdraw(database: Database, device: str) -> None:
    """Take back what the device is told."""
    store = RolloutStore(database)
    last = store.desired.of_device(device)
    assert last is not None
    store.write(Changes(desired={device: messages.withdrawal(last.rollout, device, last, NOW)}))
