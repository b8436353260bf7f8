"""Three real agents, a real broker and a real controller: a setting rolled out, and one that its gate turns back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acceptance.fleet import Program, one_variant
from controller_process import ControllerProcess, eventually, json_lines, run
from fer_wire.reported import COMMITTED
from real_broker import Mosquitto, free_port

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(600)]

NAMES = ("nano-01", "nano-02", "nano-03")
PATIENCE_S = 180.0
QUICK = {"TICK_S": "0.2", "JUDGE_EVERY_S": "0.5", "MINUTE_S": "1", "BASELINE_S": "15"}
OF_A_BASELINE = 45
"""Telemetry messages, one each half second, that are more than a baseline's."""
COURSE = ("--waves", "1,100%", "--soak", "15s", "--patience", "2m", "--probation", "2s", "--yes", "--json")
FPS_ALONE = [
    word
    for metric in ("emotion_mix", "confidence", "latency_p95_ms", "face_share", "temperature", "memory")
    for word in ("--gate", f"{metric}=off")
]
"""Three agents share a machine with all other tests; how steadily they keep a low frame rate does not depend on it."""
ENDS = ("completed", "rolled_back", "failed", "paused", "aborted")


class Site:
    """Controller and agents, each a process of its own."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        place = f"127.0.0.1:{free_port()}"
        self.controller = ControllerProcess(folder / "fleet.db", broker.url, "--http", place)
        self.controller.until_connected()
        assert run("models", "keygen", "--db", str(self.controller.db)).returncode == 0
        settings = {
            **one_variant(folder),
            "FER_AGENT_CAMERAS": '[{"source": "demo:", "width_px": 160}]',
            "FER_AGENT_TELEMETRY__INTERVAL_S": "0.5",
            "FER_AGENT_UPDATE__PUBLIC_KEY": str(folder / "fleet.models" / "signing.pub"),
            "FER_AGENT_UPDATE__CONTROLLER_URL": f"http://{place}",
            "FER_AGENT_BROKER__RECONNECT_MAX_S": "1",
        }
        self.agents = {name: self._agent(folder / name, name, broker.url, settings) for name in NAMES}

    def _agent(self, folder: Path, name: str, broker: str, settings: "dict[str, str]") -> Program:
        folder.mkdir()
        agent = Program(
            folder, "fer-agent", "start", "--device", name, "--broker", broker, "--state-dir", str(folder / "state"),
            **settings,
        )  # fmt: skip
        agent.start()
        return agent

    def asked(self, *words: str) -> "list[dict[str, Any]]":
        return json_lines(run(*words, "--db", str(self.controller.db), "--json").stdout)

    def set_(self, *words: str) -> "dict[str, Any]":
        """Begin a rollout of settings; as it stands at its end."""
        begun = run("settings", "set", *words, *COURSE, "--db", str(self.controller.db))
        assert begun.returncode == 0, begun
        rollout = str(json_lines(begun.stdout)[-1]["rollout"])

        def stands() -> "dict[str, Any]":
            (found,) = self.asked("rollouts", "show", rollout)
            return found

        eventually(lambda: stands()["state"] in ENDS, f"{' '.join(words)} has ended", PATIENCE_S)
        return stands()

    def shown(self, name: str, setting: str) -> "dict[str, Any]":
        return next(each for each in self.asked("settings", "show", name) if each["name"] == setting)

    def frame_rates(self) -> "list[float]":
        """What each device measured last."""
        rows = self.controller.query("SELECT device, fps FROM telemetry ORDER BY id")
        return [rate for _, rate in sorted(dict(rows).items())]

    def end(self) -> None:
        for agent in self.agents.values():
            agent.kill()
        self.controller.kill()


@pytest.fixture
def site(mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name, value in QUICK.items():
        monkeypatch.setenv(f"FER_CONTROLLER_ROLLOUT__{name}", value)
    monkeypatch.setenv("FER_CONTROLLER_HTTP__ACCESS", "open")
    site = Site(tmp_path, mosquitto)
    try:
        yield site
    finally:
        site.end()


def test_a_setting_is_rolled_out_to_three_agents_and_one_that_costs_frames_is_turned_back(site: Site) -> None:
    measured = "SELECT device FROM telemetry GROUP BY device HAVING count(*) > 8"
    eventually(lambda: len(site.controller.query(measured)) == len(NAMES), "all are measured", PATIENCE_S)

    good = site.set_("cameras.fps=2", "events.heartbeat_s=2", *FPS_ALONE, "--gate", "fps=off")
    assert (good["state"], {each["state"] for each in good["devices"]}) == ("completed", {COMMITTED}), good["reason"]
    for name in NAMES:
        shown = site.shown(name, "cameras.fps")
        assert (shown["value"], shown["source"], shown["rollout"]) == (2.0, "afar", good["rollout"])
        assert shown["by"] == good["created_by"]
        assert site.shown(name, "telemetry.interval_s")["source"] == "environment"
    eventually(lambda: all(0 < rate < 3 for rate in site.frame_rates()), "all work at 2 frames/s", PATIENCE_S)

    ((newest,),) = site.controller.query("SELECT max(id) FROM telemetry")
    since = f"SELECT device FROM telemetry WHERE id > {newest} GROUP BY device HAVING count(*) > {OF_A_BASELINE}"  # noqa: S608 - a number
    eventually(lambda: len(site.controller.query(since)) == len(NAMES), "the baseline is of 2 frames/s", PATIENCE_S)

    bad = site.set_("cameras.fps=0.5", *FPS_ALONE)
    assert bad["state"] == "rolled_back", (bad["state"], bad["reason"])
    assert "fps>=0.8x is broken" in bad["reason"]
    assert sum(bool(each["attempt"]) for each in bad["devices"]) == 1
    for name in NAMES:
        eventually(lambda name=name: site.shown(name, "cameras.fps")["value"] == 2.0, f"{name} is back", PATIENCE_S)  # type: ignore[misc]

    refused = run("settings", "set", "telemetry.interval_s=5", *COURSE, "--db", str(site.controller.db))
    assert refused.returncode != 0
    assert "it sets telemetry.interval_s itself" in " ".join((refused.stdout + refused.stderr).split())

    agent = site.agents["nano-02"]
    agent.kill()
    agent.start()
    eventually(lambda: agent.log.exists() and "runs" in agent.log.read_text(), "it runs again", PATIENCE_S)
    assert site.shown("nano-02", "cameras.fps")["value"] == 2.0
    for each in site.agents.values():
        assert "Traceback" not in each.log.read_text()
