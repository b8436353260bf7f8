"""Faults while everything runs: cameras, brokers, disks and databases that go and come back cost no event."""

import resource
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from acceptance.fleet import DEVICE, EAGER, Fleet, Program, assert_exactly_once, one_variant, until
from fer_agent.cameras.demo import PORTRAIT
from real_broker import Mosquitto, free_port

pytestmark = pytest.mark.mosquitto
BOUNDARY = "frame"


@pytest.fixture
def fleet(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[Fleet]:
    fleet = Fleet(tmp_path, mosquitto, **one_variant(tmp_path), **EAGER)
    yield fleet
    fleet.end()


def said(program: Program) -> str:
    """What the program has logged so far; a traceback is never part of it."""
    text = program.log.read_text() if program.log.exists() else ""
    assert "Traceback" not in text, text[-2000:]
    return text


def goes_on(fleet: Fleet, more: int = 20) -> None:
    """Wait until events are stored again."""
    before = fleet.stored()
    until(lambda: fleet.stored() >= before + more, "more events")


def ends_whole(fleet: Fleet) -> None:
    """Stop both in order; every event is stored exactly once."""
    assert fleet.agent.stop() == 0, said(fleet.agent)[-2000:]
    assert fleet.agent.last_line["pending"] == 0
    assert fleet.controller.stop() == 0
    assert_exactly_once(fleet)


class NetworkCamera:
    """A camera that sends a portrait as motion JPEG, twenty times a second, until it is unplugged."""

    def __init__(self, port: int) -> None:
        self._unplugged = unplugged = threading.Event()
        picture = PORTRAIT.read_bytes()
        head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n".encode()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # the library's name
                self.send_response(200)
                self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
                self.end_headers()
                while not unplugged.wait(0.05):
                    self.wfile.write(head + picture + b"\r\n")

            def log_message(self, *_words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def unplug(self) -> None:
        self._unplugged.set()
        self._server.shutdown()
        self._server.server_close()


def test_a_camera_that_is_pulled_out_and_put_back_ends_its_faces_and_begins_new_ones(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    port = free_port()
    camera = NetworkCamera(port)
    source = f"http://admin:s3cret@127.0.0.1:{port}/"
    fleet = Fleet(tmp_path, mosquitto, "--source", source, **one_variant(tmp_path), **EAGER)
    try:
        fleet.start()
        goes_on(fleet)
        camera.unplug()
        until(lambda: "stopped delivering frames" in said(fleet.agent), "the sentence")
        until(lambda: fleet.stored(kind="end"), "the end of the face")
        camera = NetworkCamera(port)
        goes_on(fleet)
        ends_whole(fleet)
        assert {event["track"] for event in fleet.events("--kind", "start")} == {1, 2}
        assert "s3cret" not in said(fleet.agent)
    finally:
        fleet.end()
        camera.unplug()


def test_a_broker_that_comes_after_the_programs_finds_everything_waiting(fleet: Fleet) -> None:
    fleet.broker.stop()
    fleet.start()
    until(lambda: "cannot be reached" in said(fleet.agent), "the agent's sentence")
    until(lambda: "cannot be reached" in said(fleet.controller), "the controller's sentence")
    until(lambda: "runs light" in said(fleet.agent), "the agent's start")
    fleet.broker.start()
    goes_on(fleet)
    ends_whole(fleet)
    assert said(fleet.agent).count("cannot be reached") == 1
    assert said(fleet.controller).count("cannot be reached") == 1


def test_wrong_credentials_are_named_and_what_was_seen_meanwhile_is_sent_with_the_right_ones(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    mosquitto.stop()
    passwords, config = mosquitto.folder / "passwords", mosquitto.folder / "mosquitto.conf"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "fleet", "right"], check=True)
    passwords.chmod(0o644)
    text = config.read_text().replace("allow_anonymous true", "allow_anonymous false")
    mosquitto.configure(f"{text}password_file {passwords}\n")
    mosquitto.start()
    once = ("--once", "--source", str(PORTRAIT))
    wrong, right = (
        {
            f"{prefix}_BROKER__{key}": value
            for prefix in ("FER_AGENT", "FER_CONTROLLER")
            for key, value in (("USERNAME", "fleet"), ("PASSWORD", password))
        }
        for password in ("wrong", "right")
    )
    kept = ["fer-agent", "start", "--device", DEVICE, *once, "--broker", mosquitto.url, "--state-dir", f"{tmp_path}/s"]
    stores = ["fer-controller", "serve", "--http", "", "--db", str(tmp_path / "fleet.db"), "--broker", mosquitto.url]
    agent = Program(tmp_path, *kept, **wrong, FER_AGENT_SPOOL__FLUSH_TIMEOUT_S="3")
    controller = Program(tmp_path, *stores, **wrong)
    agent.start()
    controller.start()
    assert (agent.wait(), controller.wait()) == (1, 1)
    waiting = agent.last_line["pending"]
    assert waiting == agent.last_line["events"] > 0
    assert "refuses user 'fleet' (Not authorized); set broker.username and broker.password." in said(agent)
    assert "Not authorized; check broker.username and broker.password." in said(controller)
    agent, controller = Program(tmp_path, *kept, **right), Program(tmp_path, *stores, **right)
    controller.start()
    agent.start()
    try:
        assert agent.wait() == 0, said(agent)[-2000:]
        assert agent.last_line["last_seq"] > waiting
        assert agent.last_line["pending"] == 0
    finally:
        controller.kill()
    with sqlite3.connect(tmp_path / "fleet.db") as db:
        assert db.execute("SELECT COUNT(*) FROM events").fetchone()[0] == agent.last_line["last_seq"]


def test_a_database_that_another_process_locks_for_long_costs_no_event(fleet: Fleet) -> None:
    fleet.start()
    goes_on(fleet)
    db = sqlite3.connect(fleet.db, isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    until(lambda: "is locked by another process" in said(fleet.controller), "the sentence")
    assert fleet.controller.running
    db.execute("ROLLBACK")
    db.close()
    goes_on(fleet)
    ends_whole(fleet)


@contextmanager
def no_room(process: int, around: Path) -> Iterator[None]:
    """No file of the process grows beyond what the write-ahead log beside the database has now: a disk without room."""
    size = around.with_name(around.name + "-wal").stat().st_size
    _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (most, most))


def test_a_disk_without_room_at_either_end_is_told_and_waited_for(fleet: Fleet) -> None:
    fleet.start()
    goes_on(fleet)
    with no_room(fleet.controller.process_id, fleet.db):
        until(lambda: "Nothing is lost: messages wait at the broker" in said(fleet.controller), "the sentence")
    goes_on(fleet)
    with no_room(fleet.agent.process_id, fleet.state / DEVICE / "spool.db"):
        until(lambda: "Cannot write the spool" in said(fleet.agent), "the sentence")
        assert "check that its folder is writable and the disk has room" in said(fleet.agent)
    goes_on(fleet)
    ends_whole(fleet)


def test_two_agents_of_one_name_are_told_and_both_stories_are_kept(fleet: Fleet, tmp_path: Path) -> None:
    fleet.start()
    goes_on(fleet)
    beside, third_folder, again_folder = (tmp_path / name for name in ("beside", "third", "again"))
    for folder in (beside, third_folder, again_folder):
        folder.mkdir()
    same = ["fer-agent", "start", "--device", DEVICE, "--broker", fleet.broker.url, "--state-dir"]
    third = Program(third_folder, *same, str(fleet.state), **EAGER)
    third.start()
    assert third.wait() == 1
    assert f"Another fer-agent (process {fleet.agent.process_id}) runs as {DEVICE!r} in" in said(third)
    other = Program(beside, *same, str(beside / "state"), "--json", **EAGER)
    other.start()
    try:
        until(lambda: "Another agent runs as" in said(other) + said(fleet.agent), "the sentence")
        until(lambda: fleet.stored("DISTINCT epoch") == 2, "events of both")
        assert other.stop() == 0
    finally:
        other.kill()
    assert fleet.agent.stop() == 0
    for agent in (fleet.agent, other):
        seqs = [event["seq"] for event in fleet.events() if event["epoch"] == agent.last_line["epoch"]]
        assert seqs == list(range(1, agent.last_line["last_seq"] + 1))
    served = ("--http", "", "--db", str(fleet.db), "--broker", fleet.broker.url)
    again = Program(again_folder, "fer-controller", "serve", *served)
    again.start()
    assert again.wait() == 1
    assert f"Another fer-controller serves {fleet.db} (pid {fleet.controller.process_id}, ingest)" in said(again)


def test_a_demonstration_that_is_killed_leaves_no_agent_behind(tmp_path: Path) -> None:
    demo = Program(tmp_path, "fer-controller", "demo", "--json", TMPDIR=str(tmp_path))
    demo.start()
    children = Path(f"/proc/{demo.process_id}/task/{demo.process_id}/children")
    until(lambda: children.read_text().split(), "the agent")
    (agent,) = children.read_text().split()
    until(lambda: list(tmp_path.glob("fer-demo-*/agent/*/spool.db")), "the agent's spool")
    demo.kill()
    until(partial(ended, agent), "the agent's end")


def test_ctrl_c_ends_every_program_in_order(fleet: Fleet, tmp_path: Path) -> None:
    fleet.start()
    goes_on(fleet)
    follow = Program(tmp_path / "mosquitto", "fer-controller", "events", "--db", str(fleet.db), "--follow", "--json")
    follow.start()
    until(
        lambda: (tmp_path / "mosquitto" / "fer-controller.out").read_text().count("\n") > 20, "events in the terminal"
    )
    for program, status in ((follow, 130), (fleet.agent, 0), (fleet.controller, 0)):
        program.interrupt()
        assert program.wait() == status
        said(program)
    assert_exactly_once(fleet)


def ended(process: str) -> bool:
    """Whether a process is gone, or only waits to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True
