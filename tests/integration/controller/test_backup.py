"""A backup of a running controller, restored, also when it is damaged, when one is there, and killed on its way."""

import io
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from controller_messages import a_batch, an_event
from controller_process import ControllerProcess, eventually, json_lines, run
from fer_controller.backup import archive, restoring
from fer_controller.backup.place import Place
from fer_controller.settings import Settings
from fer_wire import whole_files
from opened_stores import ingest_store
from tiny_onnx import network, write_model

EVENTS = 40


class Site:
    """A folder with a controller's database and its models."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "fleet.db"
        self.place = Place.of(Settings(db=self.db))

    def run(self, *arguments: str) -> str:
        done = run(*arguments, "--db", str(self.db))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fault(self, *arguments: str) -> str:
        done = run(*arguments, "--db", str(self.db))
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        return done.stderr

    def events(self) -> int:
        return len(json_lines(self.run("events", "--limit", "1000", "--json")))

    def models(self) -> list[str]:
        return [each["model"] for each in json_lines(self.run("models", "list", "--json"))]


def keys(folder: Path) -> dict[str, bytes]:
    """What signs models and certificates, and what proves both."""
    found = [*folder.glob("fleet.models/signing.*"), *folder.glob("fleet.authority/*.*")]
    assert len(found) > 6
    return {str(each.relative_to(folder)): each.read_bytes() for each in found}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "here")
    made.folder.mkdir()
    made.run("models", "keygen")
    made.run("ca", "make")
    made.run("models", "add", str(write_model(tmp_path / "tiny", {"fp32": network()})))
    with ingest_store(made.db) as store:
        store.write(a_batch(*(an_event(seq) for seq in range(1, EVENTS + 1))))
    return made


@pytest.fixture
def backup(site: Site, tmp_path: Path) -> Path:
    file = tmp_path / "fleet.tar"
    site.run("backup", str(file))
    return file


@pytest.fixture
def elsewhere(tmp_path: Path) -> Site:
    made = Site(tmp_path / "elsewhere")
    made.folder.mkdir()
    return made


def test_a_backup_brings_events_models_and_keys_to_another_machine(site: Site, backup: Path, elsewhere: Site) -> None:
    said = elsewhere.run("restore", str(backup))
    assert said.startswith(f"{elsewhere.db} is what {backup} holds.")
    assert (elsewhere.events(), elsewhere.models()) == (EVENTS, site.models())
    assert "ok" in elsewhere.run("models", "verify")
    assert keys(elsewhere.folder) == keys(site.folder)
    assert json_lines(elsewhere.run("audit", "verify", "--json"))[0]["fault"] is None


def test_both_stand_in_the_audit_log_of_the_database_that_they_concern(
    site: Site, backup: Path, elsewhere: Site
) -> None:
    elsewhere.run("restore", str(backup))
    assert "backed_up" in [each["action"] for each in json_lines(site.run("audit", "list", "--json"))]
    assert json_lines(elsewhere.run("audit", "list", "--json"))[-1]["action"] == "restored"


def test_a_backup_is_for_us_alone(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


@pytest.mark.mosquitto
def test_a_running_controller_is_backed_up_and_not_restored_over(controller: ControllerProcess, tmp_path: Path) -> None:
    controller.start()
    eventually(controller.db.exists, "it has made its database")
    file = tmp_path / "running.tar"
    assert run("backup", str(file), "--db", str(controller.db)).returncode == 0
    refused = run("restore", str(file), "--replace", "--db", str(controller.db))
    assert (refused.returncode, "Another fer-controller serves" in refused.stderr) == (1, True)


def test_what_is_there_is_replaced_when_that_is_asked_for_and_kept_aside(site: Site, backup: Path) -> None:
    with ingest_store(site.db) as store:
        store.write(a_batch(an_event(EVENTS + 1)))
    assert "--replace puts the backup in its place" in site.fault("restore", str(backup))
    assert f"is in {site.folder / 'fleet.db.replaced'}" in site.run("restore", str(backup), "--replace")
    assert (site.events(), len(site.models())) == (EVENTS, 1)
    kept = run("events", "--json", "--limit", "1000", "--db", str(site.folder / "fleet.db.replaced" / "fleet.db"))
    assert len(json_lines(kept.stdout)) == EVENTS + 1
    assert "keeps what an earlier restore replaced" in site.fault("restore", str(backup), "--replace")


def test_a_log_that_was_left_beside_the_old_database_does_not_reach_the_new_one(site: Site, backup: Path) -> None:
    with closing(sqlite3.connect(site.db)) as held:
        held.execute("DELETE FROM events")
        held.commit()
        for companion in ("-wal", "-shm"):
            shutil.copy(f"{site.db}{companion}", site.folder / f"left{companion}")
    for companion in ("-wal", "-shm"):
        shutil.move(site.folder / f"left{companion}", f"{site.db}{companion}")
    site.run("restore", str(backup), "--replace")
    assert site.events() == EVENTS


def test_a_damaged_backup_changes_nothing(site: Site, backup: Path) -> None:
    data = backup.read_bytes()
    at = data.index(b"SQLite format 3") + 5000
    for damaged in (data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data[: len(data) // 2], b"no tar at all"):
        backup.write_bytes(damaged)
        assert "Take another" in site.fault("restore", str(backup), "--replace")
        assert (site.events(), len(site.models())) == (EVENTS, 1)


@pytest.mark.parametrize("name", ["../fleet.db", "/fleet.db"])
def test_a_member_that_would_leave_the_folder_is_refused(tmp_path: Path, elsewhere: Site, name: str) -> None:
    file = tmp_path / "hostile.tar"
    with tarfile.open(file, "w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    assert "does not belong into one" in elsewhere.fault("restore", str(file))


def test_a_link_is_no_member_of_a_backup(tmp_path: Path, elsewhere: Site) -> None:
    file = tmp_path / "hostile.tar"
    with tarfile.open(file, "w") as tar:
        member = tarfile.TarInfo("models")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc"
        tar.addfile(member)
    assert "does not belong into one" in elsewhere.fault("restore", str(file))


def test_a_backup_without_a_database_is_none(tmp_path: Path, elsewhere: Site) -> None:
    archive.pack(tmp_path / "empty.tar", [])
    assert "holds no database" in elsewhere.fault("restore", str(tmp_path / "empty.tar"))


def test_a_full_disk_leaves_the_former_backup(site: Site, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = backup.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tarfile.TarFile, "add", full)
    assert "No space left on device. Free some space" in site.fault("backup", str(backup))
    assert backup.read_bytes() == before
    assert [each.name for each in backup.parent.glob(".*")] == []


class Killed(BaseException):
    """The process died here."""


def deaths(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], bool]]:
    """Lets a restore die before its first step that moves something, before its second, and so on."""
    move = whole_files.move
    for last in range(1, 20):
        left = [last]

        def dying(source: Path, target: Path, left: list[int] = left) -> None:
            left[0] -= 1
            if not left[0]:
                raise Killed
            move(source, target)

        monkeypatch.setattr(restoring, "move", dying)
        yield lambda left=left: left[0] > 0  # type: ignore[misc]
        monkeypatch.setattr(restoring, "move", move)


def test_a_restore_that_is_killed_anywhere_is_run_again_to_its_end(
    site: Site, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = site.folder / "fleet.db.replaced"
    for survived in deaths(monkeypatch):
        try:
            restoring.restore(site.place, backup, replace=True)
        except Killed:
            monkeypatch.undo()
            restoring.restore(site.place, backup, replace=True)
        assert (site.events(), len(site.models())) == (EVENTS, 1)
        assert (aside / "fleet.db").is_file()
        assert (aside / "fleet.models" / "signing.key").is_file()
        shutil.rmtree(aside)
        if survived():
            return
    pytest.fail("no restore came to its end")
