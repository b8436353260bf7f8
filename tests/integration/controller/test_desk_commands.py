"""The same commands with --db and with --controller print the same, and what goes wrong is told in a sentence."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme
from fer_controller import cli
from fer_controller.desk import events
from fer_controller.desk.remote import RemoteDesk
from fer_controller.errors import ApiError
from fer_controller.http.process import HttpProcess
from fer_controller.operations.fleet import DEVICES, DeviceAnswer
from fer_controller.operations.models import MODELS
from fer_controller.operations.operation import DevicesQuery, Nothing
from fer_controller.operations.plans import DEPLOY
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.settings import ApiSettings, load
from served_fleet import IN_THE_LAB, ServedFleet

COMMANDS = (
    ("devices",),
    ("events", "--limit", "3"),
    ("events", "--since", "2026-01-31T12:00:50Z", "--json"),
    ("events", "--per", "hour"),
    ("events", "--per", "minute", "--sum"),
    ("telemetry",),
    ("totals",),
    ("cameras",),
    ("cameras", "--json"),
    ("totals", "--json"),
    ("telemetry", "--per", "minute", "--json"),
    ("dead-letters",),
    ("devices", "commands"),
    ("devices", "commands", "--json"),
    ("alerts",),
    ("alerts", "--all", "--json"),
    ("alerts", "silences"),
    ("alerts", "rules"),
    ("events", "--selector", "device=nano-*", "--model", "mini@1/int8", "--min-confidence", "0.5"),
    ("events", "--per", "minute", "--selector", "device=nano-02"),
    ("devices", "rollouts", "orin-03"),
    ("devices", "rollouts", "orin-03", "--json"),
    ("label",),
    ("models", "list"),
    ("models", "show", "tiny"),
    ("models", "show", "tiny@1.0.0", "--json"),
    ("deploy", "--precision", "fp32", "--dry-run"),
    ("deploy", "--precision", "fp32", "--dry-run", "--json"),
    ("rollouts", "list"),
    ("rollouts", "show"),
)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("fleet")) as served:
        yield served.begin_a_rollout(IN_THE_LAB)


@pytest.fixture(autouse=True)
def token(fleet: ServedFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FER_CONTROLLER_API__TOKEN", fleet.token)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_prints_the_same_from_elsewhere(
    fleet: ServedFleet, words: "tuple[str, ...]", capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run([*words, "--db", str(fleet.settings.db)]) == 0
    here = capsys.readouterr().out
    assert len(here.splitlines()) >= (1 if "--json" in words else 3)
    assert cli.run([*words, "--controller", fleet.url]) == 0
    assert capsys.readouterr().out == here


def test_an_export_from_elsewhere_is_the_same_file(fleet: ServedFleet, tmp_path: Path) -> None:
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    assert cli.run(["export", "--out", str(here), "--db", str(fleet.settings.db)]) == 0
    assert cli.run(["export", "--out", str(there), "--controller", fleet.url + "/"]) == 0
    assert there.read_bytes() == here.read_bytes()
    assert here.read_text().count("\n") == 61


def test_the_environment_says_where_and_db_says_here(
    fleet: ServedFleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("FER_CONTROLLER_API__URL", fleet.url)
    monkeypatch.chdir(tmp_path)
    assert cli.run(["devices", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 11
    assert cli.run(["devices", "--db", "absent.db"]) == 1
    assert "There is no database absent.db" in capsys.readouterr().err


def test_an_operator_is_added_shown_and_removed(fleet: ServedFleet, capsys: pytest.CaptureFixture[str]) -> None:
    db = ("--db", str(fleet.settings.db))
    assert cli.run(["operators", "add", "erin", "--role", "operator", *db]) == 0
    said = capsys.readouterr()
    assert len(said.out.strip()) > 40
    assert "it is not shown again" in said.err
    assert cli.run(["operators", "list", "--json", *db]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["operator"], each["role"]) for each in listed if each["operator"] == "erin"] == [("erin", "operator")]
    assert cli.run(["operators", "add", "erin", *db]) == 1
    assert "erin is there already, as operator since" in capsys.readouterr().err
    assert cli.run(["operators", "add", "erin", "--replace", "--json", *db]) == 0
    assert json.loads(capsys.readouterr().out)["role"] == "operator"
    assert cli.run(["operators", "remove", "erin", *db]) == 0
    assert cli.run(["operators", "remove", "erin", *db]) == 1
    assert "There is no operator erin" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("devices", "--controller", "http://127.0.0.1:1"), 1, "The controller at http://127.0.0.1:1 does not answer"),
        (("devices", "--url", "http://127.0.0.1:1"), 1, "The controller at http://127.0.0.1:1 does not answer (Conn"),
        (("events", "--sum", "--db", "y"), 2, "--sum sums rollups; give it together with --per"),
        (("events", "--emotion", "joy", "--db", "y"), 2, "There is no emotion 'joy'; use angry, disgust, fear, happy,"),
        (("events", "--per", "hour", "--emotion", "joy", "--db", "y"), 2, "There is no emotion 'joy'"),
        (("events", "--kind", "foo", "--db", "y"), 2, "There is no kind 'foo'; use start, change, heartbeat, end."),
        (("export", "--out", "x.csv", "--kind", "foo", "--db", "y"), 2, "There is no kind 'foo'; use start, change,"),
        (("devices", "--controller", " "), 2, "--controller is empty; give http[s]://HOST:PORT"),
        (("devices", "--controller", "ftp://somewhere"), 2, "The setting api.url is wrong: expected http://HOST:PORT"),
        (("devices", "--controller", "http://x", "--db", "y"), 2, "--db and --controller exclude each other"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(
    words: "tuple[str, ...]", status: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(words) == status
    assert sentence in " ".join(capsys.readouterr().err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("ghost", "k=v"), "No device 'ghost' was ever heard of or enrolled. `fer-controller devices` lists"),
        (("nano-01", "site"), "No device 'site' was ever heard of or enrolled. `fer-controller devices` lists"),
        (("nano-1", "site=lab"), "No device 'nano-1' was ever heard of or enrolled; did you mean nano-01?"),
        (("ghost", "--release"), "No device 'ghost' was ever heard of"),
    ],
)
def test_what_is_no_device_gets_no_label_and_shows_none(
    fleet: ServedFleet, words: "tuple[str, ...]", sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (("--db", str(fleet.settings.db)), ("--controller", fleet.url)):
        assert cli.run(["label", *words, *place]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert sentence in " ".join(said.err.replace("│", " ").split())
        assert "a label is written KEY=VALUE" in " ".join(said.err.replace("│", " ").split())


def test_a_device_that_is_enrolled_has_labels_before_it_is_heard_of(
    fleet: ServedFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    db = ("--db", str(fleet.settings.db))
    assert cli.run(["enroll", "tx2-09", *db]) == 0
    assert cli.run(["label", "tx2-09", "site=roof", *db]) == 0
    capsys.readouterr()
    assert cli.run(["label", "tx2-09", "--remove", "site", "--json", *db]) == 0
    assert json.loads(capsys.readouterr().out)["labels"] == {}


def test_a_place_that_the_controller_does_not_have_is_told(
    fleet: ServedFleet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["devices", "--controller", f"{fleet.url}/prefix"]) == 1
    assert "answers /v1/devices with status 404; check that --controller is right" in capsys.readouterr().err


@pytest.mark.parametrize("token", ["two words", "токен", "line\n"])
def test_what_is_no_token_is_told(
    fleet: ServedFleet, token: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FER_CONTROLLER_API__TOKEN", token)
    assert cli.run(["devices", "--controller", fleet.url]) == 2
    said = capsys.readouterr().err
    assert "The setting api.token is wrong: expected the single word" in said
    assert token not in said


def test_a_certificate_of_our_own_authority_is_trusted_when_it_is_named(fleet: ServedFleet, tmp_path: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    paths = {name: tmp_path / f"{name}.pem" for name in ("cert_file", "key_file", "ca")}
    certificate.cert_chain_pems[0].write_to_path(str(paths["cert_file"]))
    certificate.private_key_pem.write_to_path(str(paths["key_file"]))
    authority.cert_pem.write_to_path(str(paths["ca"]))
    http = {"listen": "127.0.0.1:0", "cert_file": paths["cert_file"], "key_file": paths["key_file"]}
    with HttpProcess(load(db=fleet.settings.db, http=http)) as process:
        url = f"https://127.0.0.1:{process.port}"
        with RemoteDesk(ApiSettings(url=url, token=fleet.token, ca_file=paths["ca"])) as desk:
            assert events.last_id(desk) == 60
        with RemoteDesk(ApiSettings(url=url, token=fleet.token)) as desk, pytest.raises(ApiError, match="certificate"):
            events.last_id(desk)


class Line(BaseHTTPRequestHandler):
    """Hangs up on the first two requests of each path, then answers; /v1/models is not JSON."""

    def do_GET(self) -> None:
        self.asked.append(f"GET {self.path}")
        if self.asked.count(f"GET {self.path}") <= 2:
            self.close_connection = True
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>" if self.path == "/v1/models" else b'[{"device": "nano-01", "state": "online"}]')

    def do_POST(self) -> None:
        self.asked.append(f"POST {self.path}")
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base names it so
        """In silence."""

    asked: "list[str]"


@pytest.fixture
def line() -> "Iterator[tuple[str, list[str]]]":
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Line,), {"asked": asked}))
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_looking_is_tried_again_when_the_line_breaks(line: "tuple[str, list[str]]") -> None:
    url, asked = line
    with RemoteDesk(ApiSettings(url=url)) as desk:
        assert desk.ask(DEVICES, DevicesQuery()) == [DeviceAnswer(device="nano-01", state="online")]
    assert asked == ["GET /v1/devices"] * 3


def test_an_order_is_given_once_and_its_fate_is_said_to_be_unknown(line: "tuple[str, list[str]]") -> None:
    url, asked = line
    with RemoteDesk(ApiSettings(url=url)) as desk, pytest.raises(ApiError, match="Whether the order arrived is not"):
        desk.ask(DEPLOY, DeployRequest())
    assert asked == ["POST /v1/rollouts"]


def test_what_is_no_controller_is_told_so(line: "tuple[str, list[str]]") -> None:
    with RemoteDesk(ApiSettings(url=line[0])) as desk, pytest.raises(ApiError, match="is it a fer-controller"):
        desk.ask(MODELS, Nothing())
