"""A device before its operator and a server of models, to see what an update does to it."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from acceptance.fleet import DEVICE, SMALL_CAMERA, Program, one_variant, until
from fer_agent.broker.link import BrokerLink
from fer_agent.broker.listener import Connection
from fer_agent.settings import BrokerSettings
from fer_wire import Desired, EmotionEvent, Reported, Topics, parse
from fer_wire.reported import COMMITTED, DOWNLOADING, IDLE, PROBATION, STAGED, VERIFIED
from real_broker import Mosquitto
from unit.agent.update.artifact_server import ArtifactServer
from unit.agent.update.making import Release, Signer

TOPICS = Topics()
GOOD_WAY = (IDLE, DOWNLOADING, VERIFIED, STAGED, PROBATION, COMMITTED)


class Operator:
    """Stands for the controller: gives orders, and hears what the device reports."""

    def __init__(self, broker: Mosquitto) -> None:
        self.reports: list[Reported] = []
        self.events: list[EmotionEvent] = []
        self._up = threading.Event()
        subscriptions = [TOPICS.reported(DEVICE), TOPICS.every("emotion")]
        self._link = BrokerLink(BrokerSettings(url=broker.url), "operator", None, subscriptions, self)
        self._link.start()
        assert self._up.wait(10)

    def connected(self, _link: Connection) -> None:
        self._up.set()

    def disconnected(self) -> None:
        pass

    def received(self, topic: str, payload: bytes) -> None:
        if topic == TOPICS.reported(DEVICE):
            self.reports.append(parse(Reported, payload))
        else:
            self.events.append(parse(EmotionEvent, payload))

    def delivered(self, message_id: int) -> None:
        pass

    def refused(self, message_id: int, reason: str) -> None:
        pass

    def order(self, desired: Desired) -> None:
        self.say(desired.payload())

    def say(self, payload: bytes) -> None:
        self._link.publish(TOPICS.desired(DEVICE), payload, qos=1, retain=True)

    def stop(self) -> None:
        self._link.stop()

    @property
    def states(self) -> list[str]:
        """The states that were reported, each once in a row."""
        found: list[str] = []
        for report in list(self.reports):
            if report.update and report.update.state not in found[-1:]:
                found.append(report.update.state)
        return found

    @property
    def serves(self) -> str:
        report = self.reports[-1]
        return report.running.model if report.running else ""

    def state_is(self, *states: str) -> Callable[[], bool]:
        return lambda: bool(self.states) and self.states[-1] in states


class World:
    """One device before its operator and a server of models."""

    def __init__(self, folder: Path, broker: Mosquitto, **environment: str) -> None:
        self.folder = folder
        self.signer = Signer(folder)
        self.factory = Release(self.signer, folder, "1.0.0")
        self.new = Release(self.signer, folder, "2.0.0", padding_bytes=400_000)
        self.server = ArtifactServer({**self.new.routes, **self.factory.routes})
        self.operator = Operator(broker)
        self.state = folder / "state" / DEVICE
        self.agent = Program(
            folder, "fer-agent", "start", "--device", DEVICE, "--broker", broker.url,
            "--state-dir", str(folder / "state"), "--model", str(self.factory.folder), "--controller", self.server.url,
            "--json",
            FER_AGENT_CAMERAS=SMALL_CAMERA,
            FER_AGENT_UPDATE__PUBLIC_KEY=str(self.signer.public),
            FER_AGENT_UPDATE__TIMEOUT_S="2",
            FER_AGENT_UPDATE__RETRIES="2",
            FER_AGENT_EVENTS__HEARTBEAT_S="0.05",
            FER_AGENT_BROKER__RECONNECT_MAX_S="1",
            FER_AGENT_SPOOL__DELETE_ON="puback",
            **{**one_variant(folder), **environment},
        )  # fmt: skip

    def end(self) -> None:
        self.agent.kill()
        self.operator.stop()
        self.server.close()

    def serve(self, *releases: Release) -> None:
        for release in releases:
            self.server.routes.update(release.routes)

    def await_state(self, *states: str) -> None:
        until(self.operator.state_is(*states), " or ".join(states), 180)

    def has_reached(self, state: str) -> bool:
        """Whether the state on disk is this one, or one that comes after it on the good way."""
        path = self.state / "update.json"
        found = str(json.loads(path.read_bytes())["state"]) if path.exists() else IDLE
        return GOOD_WAY.index(found) >= GOOD_WAY.index(state)

    def slots(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.state / "models" / "slots.json").read_bytes())
        return found

    def said(self) -> str:
        text = self.agent.log.read_text()
        assert "Traceback" not in text, text[-3000:]
        return text
