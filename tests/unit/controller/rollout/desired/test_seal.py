import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry import rotation, signing
from fer_controller.registry.key_lists import KeyHistory
from fer_controller.rollout.desired.seal import Seal
from fer_controller.store.rollouts.records import NO_ROLLOUT, DesiredRow, SentOrder
from fer_wire import Desired, Reported
from fer_wire.device.orders import Order, read_order
from fer_wire.reported import Trusted

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(days=30)
DEVICE = "nano-01"
DESIRED = Desired(
    device=DEVICE, rollout="r-1", sequence=7, time=NOW, model="light@2/int8", sha256="a" * 64, size_bytes=9
)
ROW = DesiredRow(DEVICE, "r-1", 1, "a" * 64, 7, DESIRED.model_dump_json(), "2026-11-29T12:00:00.000Z")
WITHDRAWN = DesiredRow(DEVICE, "r-1", 1, "", 8, "", "2026-11-29T12:00:00.000Z")


def reported(*, signed_alone: bool) -> str:
    trust = Trusted(keys_version=1, signed_orders_alone=signed_alone)
    return Reported(device=DEVICE, run="run-1", time=NOW, trust=trust).model_dump_json()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A registry with keys and a first list."""
    made = tmp_path / "fleet.models"
    signing.make_keys(made)
    rotation.begin(made, signing.signer(made), NOW)
    return made


@pytest.fixture
def seal(folder: Path) -> Seal:
    made = Seal(folder, (), 30.0)
    made.look()
    return made


def test_what_is_sealed_is_obeyed_by_a_device_that_takes_signed_orders_alone(folder: Path, seal: Seal) -> None:
    payload, sent = seal.sealed(ROW, "", NOW)
    ours = signing.signer(folder).public
    expected = DESIRED.model_copy(update={"expires": UNTIL, "signature": json.loads(payload)["signature"]})
    assert read_order(payload, DEVICE, KeyHistory(folder).trust) == Order(expected, 7, UNTIL, ours)
    assert sent == SentOrder(DEVICE, 7, ours, "2026-12-29T12:00:00.000Z")


def test_a_device_that_takes_signed_orders_alone_is_told_of_a_withdrawal_by_a_signed_one(
    folder: Path, seal: Seal
) -> None:
    payload, _ = seal.sealed(WITHDRAWN, reported(signed_alone=True), NOW)
    ours = signing.signer(folder).public
    assert read_order(payload, DEVICE, KeyHistory(folder).trust) == Order(None, 8, UNTIL, ours)


@pytest.mark.parametrize("said", ["", "{}", reported(signed_alone=False)], ids=["nothing", "spoilt", "takes any"])
def test_any_other_device_is_told_by_an_empty_payload(seal: Seal, said: str) -> None:
    assert seal.sealed(WITHDRAWN, said, NOW)[0] == b""


def test_what_is_forgotten_stays_empty(seal: Seal) -> None:
    gone = DesiredRow(DEVICE, NO_ROLLOUT, 0, "", 9, "", "2026-11-29T12:00:00.000Z")
    assert seal.sealed(gone, reported(signed_alone=True), NOW)[0] == b""


def test_a_fleet_without_keys_gets_its_desired_states_as_they_are(tmp_path: Path) -> None:
    seal = Seal(tmp_path, (), 30.0)
    seal.look()
    assert seal.sealed(ROW, "", NOW) == (ROW.payload.encode(), SentOrder(DEVICE, 7))
    assert seal.signed_by == ""


def test_half_of_its_time_before_it_expires_an_order_is_due(seal: Seal) -> None:
    assert seal.renewed_before(NOW) == "2026-12-14T12:00:00.000Z"


def test_with_a_list_and_without_the_key_nothing_is_published_unsigned(folder: Path) -> None:
    (folder / signing.PRIVATE_FILE).unlink()
    with pytest.raises(RegistryError, match="There is no key"):
        Seal(folder, (), 30.0).look()
