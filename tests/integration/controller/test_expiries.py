"""Whoever runs the controller is told before a certificate ends that nobody renews for them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fer_controller.authority.authority import make
from fer_controller.authority.expiries import Expiries
from fer_controller.store import opening
from fer_controller.store.certificates.records import DEVICE, SERVER, SERVICE, Issued
from fer_controller.store.certificates.store import CertificateStore
from fer_wire.message import iso_utc

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CertificateStore]:
    with opening.created(tmp_path / "fleet.db") as database:
        yield CertificateStore(database)


def issued(store: CertificateStore, holder: str, role: str, ends_days: float) -> None:
    ends = NOW + timedelta(days=ends_days)
    store.add(Issued(f"{holder}-{ends_days}", holder, role, iso_utc(NOW), iso_utc(ends), "root@here"))


def told(store: CertificateStore, folder: Path, days: float = 0) -> list[str]:
    return list(Expiries(folder, store).sentences(NOW + timedelta(days=days)))


def test_servers_and_programs_are_told_of_and_devices_are_not(store: CertificateStore, tmp_path: Path) -> None:
    for holder, role in (("broker.lab", SERVER), ("fer-rollouts", SERVICE), ("nano-01", DEVICE)):
        issued(store, holder, role, 20)
    said = told(store, tmp_path)
    assert [each.partition("`")[2].partition("`")[0] for each in said] == [
        "fer-controller ca server broker.lab --out FOLDER", "fer-controller ca service fer-rollouts --out FOLDER",
    ]  # fmt: skip


@pytest.mark.parametrize(("ends_days", "is_told"), [(40, False), (29, True), (-1, True), (-40, False)])
def test_a_month_before_it_ends_and_a_month_after(
    store: CertificateStore, tmp_path: Path, ends_days: float, is_told: bool
) -> None:
    issued(store, "broker.lab", SERVER, ends_days)
    assert bool(told(store, tmp_path)) is is_told


def test_one_that_was_made_anew_is_not_told_of(store: CertificateStore, tmp_path: Path) -> None:
    issued(store, "broker.lab", SERVER, 20)
    issued(store, "broker.lab", SERVER, 730)
    assert told(store, tmp_path) == []


def test_the_authority_s_own_end_is_told(store: CertificateStore, tmp_path: Path) -> None:
    make(tmp_path / "ca", tmp_path / "ca", "Fleet", NOW)
    assert told(store, tmp_path / "ca") == []
    (said,) = told(store, tmp_path / "ca", days=3640)
    assert "`fer-controller ca renew`" in said
