"""A real broker, the controller and an agent as processes: the fleet signs its orders, and rotates its key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.fleet import DEVICE, SMALL_CAMERA, Program, one_variant, until
from acceptance.updating import Operator
from controller_process import ControllerProcess, run
from fer_wire import Desired
from fer_wire.message import MAX_COUNT
from fer_wire.reported import Trusted
from real_broker import Mosquitto, free_port
from unit.agent.update.making import Release, Signer

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(300)]

OLD, NEW = "tiny@1.0.0/fp32", "tiny@2.0.0/fp32"
QUICK = {"ROLLOUT__TICK_S": "0.2", "ROLLOUT__JUDGE_EVERY_S": "0.5", "HTTP__ACCESS": "open"}


class Site:
    """A controller with two models, one agent that has the public key alone, and somebody at the broker."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        place = f"127.0.0.1:{free_port()}"
        self.controller = ControllerProcess(folder / "fleet.db", broker.url, "--http", place)
        self.controller.until_connected()
        self.run("models", "keygen")
        self.models = {version: Release(Signer(folder), folder, version) for version in ("1.0.0", "2.0.0")}
        for each in self.models.values():
            self.run("models", "add", str(each.folder))
        self.somebody = Operator(broker)
        self.agent = Program(
            folder, "fer-agent", "start", "--device", DEVICE, "--broker", broker.url,
            "--state-dir", str(folder / "state"), "--model", str(self.models["1.0.0"].folder), "--controller",
            f"http://{place}", "--json",
            FER_AGENT_CAMERAS=SMALL_CAMERA,
            FER_AGENT_UPDATE__PUBLIC_KEY=str(folder / "fleet.models" / "signing.pub"),
            FER_AGENT_BROKER__RECONNECT_MAX_S="1",
            FER_AGENT_TELEMETRY__INTERVAL_S="1",
            **one_variant(folder),
        )  # fmt: skip
        self.agent.start()

    def run(self, *words: str) -> str:
        """A command over the controller's database."""
        done = run(*words, "--db", str(self.controller.db))
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def trust(self) -> Trusted:
        """What the agent reported last of its keys and its order."""
        report = self.somebody.reports[-1] if self.somebody.reports else None
        return (report and report.trust) or Trusted()

    def refusals(self, after: int) -> "list[str]":
        """Why it did not trust orders, in the reports after so many; a genuine one may have come since."""
        return [each.trust.refusal for each in self.somebody.reports[after:] if each.trust and each.trust.refusal]

    def forged(self, version: str) -> Desired:
        """An order that nobody signed, for a model that the controller has signed."""
        return self.models[version].desired(device=DEVICE, rollout="forged", sequence=MAX_COUNT)

    def end(self) -> None:
        self.agent.kill()
        self.somebody.stop()
        self.controller.kill()


@pytest.fixture
def site(tmp_path: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name, value in QUICK.items():
        monkeypatch.setenv(f"FER_CONTROLLER_{name}", value)
    made = Site(tmp_path, mosquitto)
    yield made
    made.end()


def test_a_fleet_begins_to_sign_refuses_a_forgery_rotates_its_key_and_rolls_a_model_out(site: Site) -> None:
    until(lambda: site.somebody.reports, "the first report")
    site.run("keys", "begin")
    site.agent.stop()
    site.agent.start()
    until(lambda: site.trust.signed_orders_alone, "the agent has the first list")
    site.somebody.order(site.forged("2.0.0"))
    until(lambda: site.trust.refusal, "the agent tells that it does not trust what came")
    assert "is not signed" in site.trust.refusal
    site.run("keys", "rotate")
    site.run(
        "deploy", "--model", "tiny@2.0.0", "--device", DEVICE, "--yes", "--waves", "1", "--soak", "1s",
        "--probation", "1s", "--precision", "fp32",
    )  # fmt: skip
    until(lambda: site.somebody.serves == NEW, "the agent runs the new model")
    until(lambda: site.trust.order_expires, "the agent says until when its order holds")
    assert (site.trust.keys_version, site.trust.order_expired, site.trust.refusal) == (2, False, "")
    served = {report.running.model for report in site.somebody.reports if report.running}
    assert served == {OLD, NEW}
    told = len(site.somebody.reports)
    site.somebody.order(site.forged("1.0.0"))
    until(lambda: site.refusals(told), "the agent tells that it does not trust the old model's order")
    assert site.somebody.serves == NEW
