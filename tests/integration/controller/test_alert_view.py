"""What rules look at, read from a database of either engine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from controller_messages import DEVICE, a_batch, some_telemetry
from fer_controller.alerts.rules import RULES
from fer_controller.alerts.view import Eyes, View
from fer_controller.settings import AlertSettings
from fer_controller.store import opening
from fer_controller.store.certificates.records import Issued
from fer_controller.store.database import Database
from fer_controller.store.devices.records import Device, Label
from fer_controller.store.ingest.records import Batch
from fer_controller.store.subjects import Subjects
from fer_wire.message import iso_utc
from fer_wire.telemetry import CameraTelemetry

NOW = datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
STALE_AFTER_S = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    place = tmp_path / "fleet.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    with opening.writer(place, create=True) as made:
        yield made


def seen(database: Database, folder: Path, faces_days: int = 7) -> View:
    return Eyes(Subjects(database), STALE_AFTER_S, faces_days, folder / "no-authority").look(NOW)


def put(database: Database, **batch: object) -> None:
    opening.ingest(database, 100).write(a_batch(**batch))


def test_devices_are_seen_as_they_are_now_and_what_was_taken_out_is_not(database: Database, tmp_path: Path) -> None:
    lately, long_ago = iso_utc(NOW - timedelta(seconds=5)), iso_utc(NOW - timedelta(hours=1))
    devices = [
        Device("well", "online", last_seen=lately),
        Device("mute", "online", last_seen=long_ago),
        Device("gone", "offline"),
        Device("thief", "offline"),
    ]
    put(database, devices=devices, telemetry=[some_telemetry(name) for name in ("well", "mute", "gone")])
    known = Subjects(database)
    known.devices.revoke("thief", lately, "anna")
    known.devices.label([Label("well", "site", "lab")], [], lately, "anna")
    view = seen(database, tmp_path)
    assert view.states == {"gone": "offline", "mute": "stale", "well": "online"}
    assert list(view.heard) == ["well"]
    assert view.unseen == {"gone", "mute"}
    assert view.facts["well"]["site"] == "lab"


def test_the_newest_certificate_of_each_holder_is_seen(database: Database, tmp_path: Path) -> None:
    known = Subjects(database)
    for serial, days in (("1", 10), ("2", 300), ("3", 5)):
        holder = "old" if serial == "3" else "nano-01"
        ends = iso_utc(NOW + timedelta(days=days))
        known.certificates.add(Issued(serial, holder, "device", iso_utc(NOW), ends, "anna"))
    known.certificates.add(Issued("4", "gone", "device", iso_utc(NOW), iso_utc(NOW - timedelta(days=300)), "anna"))
    assert [each.serial for each in seen(database, tmp_path).certificates] == ["2", "3"]


def test_the_faces_of_the_last_whole_hours_are_seen_beside_those_of_earlier_days(
    database: Database, tmp_path: Path
) -> None:
    store = opening.ingest(database, 100)
    for day, share in enumerate((0.0, 0.4, 0.4, 0.4)):
        since = NOW.replace(hour=10, minute=5) - timedelta(days=day)
        for number in range(60):
            at = since + timedelta(minutes=number)
            camera = CameraTelemetry(camera="door", face_share=share)
            told = some_telemetry().model_copy(update={"time": at, "cameras": (camera,)})
            store.write(Batch(iso_utc(at), telemetry=[told]))
    Subjects(database).rollups.roll_up_telemetry(1000)
    put(database, devices=[Device(DEVICE, "online", last_seen=iso_utc(NOW))])
    view = seen(database, tmp_path, faces_days=3)
    assert [list(each) for each in view.faces] == [[DEVICE]] * 4
    assert [round(each[DEVICE], 6) for each in view.faces] == [0.0, 0.4, 0.4, 0.4]
    found = [each.sentence for rule in RULES for each in rule.find(view, AlertSettings()) if rule.name == "faces"]
    assert found == [
        "nano-01 saw faces in 0.0% of its frames in the last two hours; on 3 earlier days in at least 40%."
    ]


def test_a_fleet_without_anything_is_seen_and_nothing_is_found(database: Database, tmp_path: Path) -> None:
    view = seen(database, tmp_path)
    assert [found for rule in RULES for found in rule.find(view, AlertSettings())] == []
