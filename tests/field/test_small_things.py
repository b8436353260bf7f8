"""Smaller things that the field brings: brokers' URLs, times without a zone, names with a dot, full disks."""

import logging
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import commands
import fer_agent.cli
import fer_controller.cli
import pytest
from controller_process import json_lines
from fer_agent.errors import SpoolError
from fer_agent.inference.choice import of_the_settings
from fer_agent.outbox.spool import Spool
from fer_agent.settings import Settings
from fer_wire.contracts import TASKS
from unit.agent.observations import observation

WRONG_USE = 2
BIG = 10_000_000


@contextmanager
def disk_with_room_for(size_bytes: int) -> Iterator[None]:
    """No file grows beyond this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mqtt://alice:s3cret@broker.example:1883", "set broker.username and broker.password"),
        ("tcp://broker.example:1883", "what others write as tcp:// is mqtt:// here"),
        ("ws://broker.example:9001", "MQTT over WebSockets (ws://) is not spoken here"),
        ("wss://broker.example/mqtt", "MQTT over WebSockets (wss://) is not spoken here"),
        ("mqtt://broker.example/fer", "without a path"),
    ],
)
def test_each_foreign_spelling_of_a_brokers_url_gets_its_own_sentence(tmp_path: Path, url: str, told: str) -> None:
    for program, words in (
        (fer_agent.cli.run, ["start", "--broker", url, "--state-dir", str(tmp_path)]),
        (fer_agent.cli.run, ["doctor", "--broker", url, "--state-dir", str(tmp_path)]),
        (fer_controller.cli.run, ["serve", "--broker", url, "--db", str(tmp_path / "fleet.db")]),
        (fer_controller.cli.run, ["simulate", "--broker", url]),
    ):
        done = commands.ran(program, words)
        assert (done.returncode, told in done.stderr) == (WRONG_USE, True), (words, done.stderr)
        assert "s3cret" not in done.stdout + done.stderr
    assert not (tmp_path / "fleet.db").exists()


def test_a_slash_behind_a_brokers_url_works() -> None:
    done = commands.ran(
        fer_agent.cli.run, ["config", "--effective"], FER_AGENT_BROKER__URL="mqtt://broker.example:1883/"
    )
    assert 'url = "mqtt://broker.example:1883"' in done.stdout


@pytest.mark.parametrize(
    ("zone", "utc"), [("UTC0", "2026-01-31T12:00"), ("EST5", "2026-01-31T17:00"), ("JST-9", "2026-01-31T03:00")]
)
def test_since_without_a_zone_is_local_time_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, utc: str
) -> None:
    db = tmp_path / "fleet.db"
    assert commands.ran(fer_controller.cli.run, ["enroll", "nano-01", "--db", str(db)]).returncode == 0
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        noon = commands.ran(
            fer_controller.cli.run, ["events", "--db", str(db), "--json", "--since", "2026-01-31T12:00"], TZ=zone
        )
    time.tzset()
    assert noon.returncode == 0
    assert json_lines(noon.stdout) == []
    assert f"--since 2026-01-31T12:00 has no zone and is taken as this machine's time: {utc}" in noon.stderr


def test_site_berlin_and_site_munich_do_not_share_a_key(tmp_path: Path) -> None:
    keys = []
    for name in ("site.berlin", "site.munich"):
        done = commands.ran(fer_controller.cli.run, ["models", "keygen", "--db", str(tmp_path / name), "--json"])
        (made,) = json_lines(done.stdout)
        keys.append(Path(made["public_key"]).read_bytes())
    assert keys[0] != keys[1]


@pytest.mark.parametrize("room_bytes", [0, 8192, 65_536])
def test_a_database_begun_on_a_full_disk_is_whole_or_not_there(tmp_path: Path, room_bytes: int) -> None:
    db = tmp_path / "fleet.db"
    words = ["serve", "--db", str(db), "--http", ""]
    with disk_with_room_for(room_bytes):
        done = commands.ran(fer_controller.cli.run, words)
    assert done.returncode == 1
    assert "The disk that holds" in done.stderr or "cannot be" in done.stderr
    assert "Traceback" not in done.stderr
    assert not db.exists()


@pytest.mark.parametrize("room_bytes", [0, 100, 5000, 20_000])
def test_a_spool_begun_on_a_full_disk_is_whole_or_not_there(tmp_path: Path, room_bytes: int) -> None:
    path = tmp_path / "nano-01" / "spool.db"
    with disk_with_room_for(room_bytes), pytest.raises(SpoolError, match="the disk has room"):
        Spool(path, "nano-01", BIG)
    assert not list(path.parent.iterdir())
    Spool(path, "nano-01", BIG).close()


def test_the_agent_says_when_the_spool_can_be_written_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    spool = Spool(tmp_path / "spool.db", "nano-01", BIG)
    with disk_with_room_for(0), pytest.raises(SpoolError, match="check that its folder is writable"):
        spool.append([observation()])
    spool.append([observation()])
    assert caplog.messages == [f"The spool {tmp_path / 'spool.db'} can be written again."]
    assert spool.last_seq == 1
    spool.close()


def test_auto_chooses_the_same_variant_on_a_busy_machine_as_on_a_quiet_one(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)

    def chosen() -> list[str]:
        return [of_the_settings(task, settings).reference for task in TASKS]

    quiet = chosen()
    with busy(os.cpu_count() or 1):
        assert [chosen() for _ in range(2)] == [quiet] * 2


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many others that compute without a pause."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()
