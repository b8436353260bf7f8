"""A device renews its certificate before it expires, dies wherever it may, and always has a pair that is let in."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import commands
import fer_agent.cli
import pytest
from certificates import HERE
from certified_fleet import CertifiedFleet
from fer_agent.errors import UpdateError
from fer_agent.identity import certificate
from fer_agent.identity.identity import Identity
from fer_agent.identity.renewal import PATH, Renewal
from fer_agent.settings import Settings
from pairs import Pair
from shipped_broker import Visitor

pytestmark = pytest.mark.mosquitto
MANIFEST, NOT_THERE, REFUSED, NOT_POSSIBLE = "/v1/models/none/1.0.0/manifest.json", 404, 401, 409
DUE = datetime.now(UTC) - timedelta(days=300)
YEAR_DAYS = 365
DEATHS = {
    "before it asks": "fer_agent.update.http.HttpClient.posted",
    "before it has read the answer": "fer_agent.identity.certificate.accepted",
    "when half of it is written": "os.fsync",
    "before the new pair takes its place": "fer_wire.whole_files.move",
    "right after that": "fer_wire.whole_files._make_durable",
}
DYING = """
import os, pkgutil, signal, sys
from fer_agent.identity.identity import Identity
from fer_agent.identity.renewal import Renewal
from fer_agent.settings import Settings
from pathlib import Path
holder, _, name = sys.argv[3].rpartition(".")
setattr(pkgutil.resolve_name(holder), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
settings = Settings.model_validate_json(sys.argv[1])
identity = Identity(settings.identity, settings.device, Path(sys.argv[2]))
Renewal(identity.dressed(settings), identity).look()
"""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CertifiedFleet]:
    with CertifiedFleet(tmp_path_factory.mktemp("fleet")) as made:
        yield made


class Renewing:
    """A device whose certificate is due, and which has kept it in its state folder."""

    def __init__(self, fleet: CertifiedFleet, device: str, folder: Path) -> None:
        self.fleet, self.device, self.folder = fleet, device, folder
        pair = fleet.issued(device, DUE, YEAR_DAYS, device)
        self.settings = Settings(
            device=device,
            identity={"cert_file": pair.cert, "key_file": pair.key},
            update={"controller_url": fleet.url, "ca_file": fleet.ca_file},
        )
        self.identity = Identity(self.settings.identity, device, folder)
        self.identity.adopt()

    def look(self) -> bool:
        return Renewal(self.identity.dressed(self.settings), self.identity).look()

    @property
    def pair(self) -> Pair:
        """What it would show now."""
        best = self.identity.best()
        assert best is not None
        return Pair(best, best)

    def is_let_in(self) -> bool:
        """By the broker and by the controller."""
        visitor = Visitor(self.fleet.broker, self.device, files=(self.fleet.ca_file, self.pair))
        stays = not visitor.lost and not visitor.refusal
        visitor.leave()
        return stays and self.fleet.ask(MANIFEST, self.pair) == NOT_THERE


def test_the_next_certificate_is_let_in_everywhere_and_noted(fleet: CertifiedFleet, tmp_path: Path) -> None:
    device = Renewing(fleet, "nano-11", tmp_path)
    before = fleet.serial_of(device.pair)
    assert device.look()
    assert device.is_let_in()
    assert fleet.serial_of(device.pair) != before
    (noted,) = (each for each in fleet.listed() if each["holder"] == "nano-11")
    assert (noted["serial"], noted["made_by"]) == (fleet.serial_of(device.pair), "nano-11")
    assert not device.look()


@pytest.mark.parametrize("death", DEATHS, ids=[each.replace(" ", "-") for each in DEATHS])
def test_wherever_it_dies_there_is_a_pair_that_is_let_in(fleet: CertifiedFleet, tmp_path: Path, death: str) -> None:
    device = Renewing(fleet, f"nano-2{list(DEATHS).index(death)}", tmp_path)
    dying = [sys.executable, "-c", DYING, device.settings.model_dump_json(), str(tmp_path), DEATHS[death]]
    assert subprocess.run(dying, check=False, timeout=60).returncode == -signal.SIGKILL
    assert device.is_let_in()
    assert device.look() is (death != "right after that")
    assert certificate.of_file(device.identity.file).due > certificate.now()
    assert device.is_let_in()


def test_a_device_that_is_revoked_renews_nothing(fleet: CertifiedFleet, tmp_path: Path) -> None:
    device = Renewing(fleet, "nano-12", tmp_path)
    assert device.look()
    fleet.done("devices", "revoke", "nano-12")
    request = certificate.requested("nano-12", None).text
    assert fleet.ask(PATH, device.pair, body=request) == REFUSED
    assert fleet.ask(PATH, body=request) == REFUSED


def test_nobody_is_given_certificates_without_end(fleet: CertifiedFleet, tmp_path: Path) -> None:
    device, request = Renewing(fleet, "nano-13", tmp_path), certificate.requested("nano-13", None).text
    answers = [fleet.ask(PATH, device.pair, body=request) for _ in range(12)]
    assert answers == [200] * 10 + [NOT_POSSIBLE] * 2
    with pytest.raises(UpdateError, match="was given 10 certificates within a day"):
        device.look()


def test_a_request_for_another_s_name_is_answered_with_one_s_own(fleet: CertifiedFleet, tmp_path: Path) -> None:
    """The name comes from what was shown; what the request says counts for nothing."""
    device = Renewing(fleet, "nano-14", tmp_path)
    assert fleet.ask(PATH, device.pair, body=certificate.requested("fer-controller", None).text) == 200
    assert fleet.ask(PATH, device.pair, body=b"no request") == NOT_POSSIBLE
    assert {each["holder"] for each in fleet.listed()} & {"fer-controller"} == set()


@pytest.mark.parametrize(
    ("begun_days", "state", "told"),
    [
        (400, "failed", "`fer-controller enroll nano-15 --replace --out FOLDER`"),
        (300, "warning", "The agent should have renewed it"),
        (10, "ok", "is renewed from"),
    ],
)
def test_doctor_says_how_long_the_certificate_is_valid(
    fleet: CertifiedFleet, tmp_path: Path, begun_days: int, state: str, told: str
) -> None:
    pair = fleet.issued("nano-15", datetime.now(UTC) - timedelta(days=begun_days), YEAR_DAYS, f"life-{begun_days}")
    environment = {
        "FER_AGENT_IDENTITY__CERT_FILE": str(pair.cert),
        "FER_AGENT_IDENTITY__KEY_FILE": str(pair.key),
        "FER_AGENT_BROKER__CA_FILE": str(fleet.ca_file),
    }
    options = ("--device", "nano-15", "--source", "demo:", "--state-dir", str(tmp_path), "--broker", fleet.broker_url)
    ended = commands.ran(fer_agent.cli.run, ["doctor", *options, "--json"], **environment)
    findings = {each["check"]: each for each in map(json.loads, ended.stdout.splitlines())}
    assert findings["certificate"]["state"] == state
    assert told in findings["certificate"]["found"] + findings["certificate"]["remedy"]
    assert findings["broker"]["state"] == ("failed" if state == "failed" else "ok")
    assert HERE in findings["broker"]["found"] + findings["broker"]["remedy"]
