"""`fer-controller simulate` as a process of its own, and desired states published by hand, for tests and benchmarks."""

import json
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from artifact_server import ArtifactServer
from fer_wire import Desired, Topics
from forked import Begin, Child, Forked
from paho.mqtt.enums import CallbackAPIVersion
from simulated_device import manifest_of

END_TIMEOUT_S = 120.0


class SimulatedFleet:
    """Many devices in one process; what it printed can be asked for, while it runs and after."""

    _process: Child | None

    def __init__(self, folder: Path, broker_url: str, agents: int, *options: str, begin: Begin = Forked) -> None:
        self._out, self._log = folder / "simulate.out", folder / "simulate.log"
        self._command = [
            "fer-controller", "simulate", "--agents", str(agents), "--broker", broker_url, "--json", *options
        ]  # fmt: skip
        self._begin, self._process = begin, None

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Run it."""
        self._out.unlink(missing_ok=True)
        self._log.unlink(missing_ok=True)
        self._process = self._begin(*self._command, out=self._out, err=self._log)

    def stop(self) -> int:
        """SIGTERM; returns the exit status when everything is delivered, or was waited for in vain."""
        assert self._process is not None
        self._process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Until it ends by itself; returns the exit status."""
        assert self._process is not None
        return self._process.wait(END_TIMEOUT_S)

    def kill(self) -> None:
        """SIGKILL; nothing happens when it does not run."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(END_TIMEOUT_S)

    @property
    def now(self) -> dict[str, Any]:
        """The newest line of progress; empty before the first."""
        found = self._lines("progress")
        return found[-1] if found else {}

    @property
    def devices(self) -> list[dict[str, Any]]:
        """What each device did, after the end."""
        return self._lines("device")

    @property
    def summary(self) -> dict[str, Any]:
        """What all did, after the end."""
        (found,) = self._lines("summary")
        return found

    @property
    def log(self) -> str:
        """What it wrote to stderr."""
        return self._log.read_text()

    def _lines(self, kind: str) -> list[dict[str, Any]]:
        lines = self._out.read_text().splitlines(keepends=True) if self._out.exists() else []
        documents = [json.loads(line) for line in lines if line.endswith("\n")]
        return [each for each in documents if each["type"] == kind]


class Offer:
    """A model on a server, and its desired states by hand."""

    def __init__(self, server: ArtifactServer, version: str, data: bytes) -> None:
        self.model, self.data = f"light@{version}/fp32", data
        self.sha256 = sha256(data).hexdigest()
        self.path, self._manifest = f"/v1/artifacts/{self.sha256}", f"/v1/models/light/{version}/manifest.json"
        server.files[self.path] = data
        server.files[self._manifest] = manifest_of(version, {self.model: data})

    def desired(self, device: str, **changes: Any) -> Desired:
        """What a device should run."""
        fields: dict[str, Any] = {
            "device": device,
            "rollout": f"rollout-of-{self.model}",
            "sequence": time.time_ns() // 1_000_000,
            "time": datetime.now(UTC),
            "model": self.model,
            "sha256": self.sha256,
            "size_bytes": len(self.data),
            "url": self.path,
            "manifest_url": self._manifest,
            "probation_s": 1.0,
        }
        return Desired.model_validate({**fields, **changes})


def publish(port: int, desired: Iterable[Desired]) -> None:
    """Publish desired states, retained, and return when the broker has them."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, "by-hand")
    client.max_inflight_messages_set(0)
    client.connect("127.0.0.1", port)
    client.loop_start()
    sent = [client.publish(Topics().desired(each.device), each.payload(), qos=1, retain=True) for each in desired]
    for each in sent:
        each.wait_for_publish(30)
    client.disconnect()
    client.loop_stop()
