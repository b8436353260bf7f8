"""What lets each device in: a certificate, valid or not, or a token."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from controller_process import json_lines, run
from fer_controller.desk.local import LocalDesk
from fer_controller.desk.stores import Place
from fer_controller.operations.board import FLEET, FleetQuery
from fer_controller.store import opening
from fer_controller.store.certificates.records import DEVICE, SERVER, Issued
from fer_controller.store.certificates.store import CertificateStore
from fer_controller.store.credentials.records import Token
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.devices.records import Device
from fer_controller.store.devices.store import DeviceStore
from fer_wire.message import iso_utc

NOW = datetime.now(UTC)
BEFORE, AFTER = iso_utc(NOW - timedelta(days=1)), "2099-01-31T12:00:00.000Z"
LATER = "2099-06-30T12:00:00.000Z"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Five devices that were heard of; one of them has been given two certificates."""
    path = tmp_path / "fleet.db"
    with opening.created(path) as database:
        DeviceStore(database).put(Device(f"nano-0{number}", "offline") for number in range(1, 6))
        issued = CertificateStore(database)
        for serial, (holder, role, expires_at) in enumerate(
            [
                ("nano-01", DEVICE, AFTER), ("nano-01", DEVICE, LATER), ("nano-02", DEVICE, BEFORE),
                ("nano-03", DEVICE, AFTER), ("nano-05", SERVER, AFTER),
            ]
        ):  # fmt: skip
            issued.add(Issued(str(serial), holder, role, BEFORE, expires_at, "alice"))
        issued.revoke("nano-03", BEFORE)
    assert run("enroll", "nano-02", "nano-04", "--db", str(path)).returncode == 0
    return path


def test_every_device_says_what_lets_it_in(db: Path) -> None:
    shown = json_lines(run("devices", "--json", "--db", str(db)).stdout)
    assert [(each["certificate"], each["certificate_expires_at"], each["has_token"]) for each in shown] == [
        ("valid", LATER, False), ("expired", BEFORE, True), ("revoked", None, False), (None, None, True),
        (None, None, False),
    ]  # fmt: skip


def test_a_page_of_the_fleet_says_the_same(db: Path, tmp_path: Path) -> None:
    with LocalDesk(Place(db, tmp_path, stale_after_s=30.0), "alice") as desk:
        first, second = (desk.ask(FLEET, FleetQuery(offset=offset, limit=3)).lines for offset in (0, 3))
    assert [line.certificate for line in (*first, *second)] == ["valid", "expired", "revoked", None, None]


def test_the_table_says_it_in_words(db: Path) -> None:
    said = run("devices", "--db", str(db)).stdout
    expired = f"certificate that expired {BEFORE[:10]} and token"
    for words in ("certificate until 2099-06-30", expired, "certificate that was revoked"):
        assert words in said


def test_a_token_that_expired_lets_nobody_in(db: Path) -> None:
    with opening.writer(db) as database:
        TokenStore(database).put(Token("nano-04", DEVICE, BEFORE, expires_at=BEFORE), "its sha256")
    (shown,) = (
        each for each in json_lines(run("devices", "--json", "--db", str(db)).stdout) if each["device"] == "nano-04"
    )
    assert shown["has_token"] is False
