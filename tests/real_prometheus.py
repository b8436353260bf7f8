"""A Prometheus of a test's own, and promtool."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from real_broker import free_port

MISSING = "Prometheus is not installed; run `apt-get install prometheus`."
TIMEOUT_S, PATIENCE_S = 10, 60.0


def binary(name: str) -> "str | None":
    """prometheus or promtool."""
    return shutil.which(name)


def checked_rules(file: Path) -> "subprocess.CompletedProcess[str]":
    """What promtool says of a file of rules."""
    return subprocess.run(["promtool", "check", "rules", str(file)], capture_output=True, text=True, check=False)


class Prometheus:
    """One that runs."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def query(self, expression: str) -> "list[Any]":
        """What an expression is now; fails when Prometheus refuses it."""
        answer = self._get("query", query=expression)
        assert answer["status"] == "success", answer
        data = answer["data"]
        return list(data["result"]) if data["resultType"] != "scalar" else [data["result"]]

    def rules(self) -> "list[dict[str, Any]]":
        """All rules that are loaded, with their health."""
        groups = self._get("rules")["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def _get(self, what: str, **parameters: str) -> Any:
        return requests.get(f"{self.url}/api/v1/{what}", params=parameters, timeout=TIMEOUT_S).json()


@contextmanager
def running(folder: Path, config: Path) -> Iterator[Prometheus]:
    """Prometheus with this configuration, for as long as the block lasts."""
    port = free_port()
    words = [
        "prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    log = folder / "prometheus.log"
    with log.open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out) as process:
        try:
            _await_ready(process, f"http://127.0.0.1:{port}/-/ready", log)
            yield Prometheus(port)
        finally:
            process.terminate()


def _await_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while True:
        try:
            if requests.get(url, timeout=TIMEOUT_S).ok:
                return
        except requests.ConnectionError:
            pass
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until_s, log.read_text()
        time.sleep(0.1)
