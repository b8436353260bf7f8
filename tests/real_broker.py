"""A real Mosquitto on a free port of the loopback, to be started, stopped and killed by a test."""

import getpass
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, Optional

import pytest

START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 20.0

CONFIG = """\
user {user}
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {folder}/
autosave_interval 1800
max_queued_messages 0
max_inflight_messages 200
"""


def mosquitto_binary() -> Optional[str]:
    """Where the broker is installed; None when it is not."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def installed() -> str:
    """Where the broker is installed; skips the test when it is not."""
    binary = mosquitto_binary()
    if binary is None:
        pytest.skip("Mosquitto is not installed (apt-get install mosquitto).")
    return binary


@contextmanager
def running(folder: Path, extra_config: str = "") -> "Iterator[Mosquitto]":
    """A broker of a test's own, with a folder that is made for it."""
    folder.mkdir(mode=0o777, exist_ok=True)
    broker = Mosquitto(installed(), folder, extra_config)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """One broker; port and persistence stay the same across start, stop and kill.

    Anonymous access, no cap on queued messages. What it holds is written to `folder` at stop();
    kill() is SIGKILL, after which it starts with what the last stop() left.
    """

    def __init__(self, binary: str, folder: Path, extra_config: str = "") -> None:
        self.port = free_port()
        self.folder = folder
        self.log_file = folder / "mosquitto.log"
        self._binary = binary
        self._config = folder / "mosquitto.conf"
        self._process: Optional[subprocess.Popen[bytes]] = None
        self.configure(CONFIG.format(port=self.port, folder=folder, user=getpass.getuser()) + extra_config)

    @property
    def url(self) -> str:
        """As the programs' --broker option takes it."""
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """True between start() and stop() or kill()."""
        return self._process is not None and self._process.poll() is None

    def configure(self, text: str) -> None:
        """Another configuration for the next start; it must listen on the same port."""
        self._config.write_text(text)

    def start(self) -> None:
        """Run it and return when it accepts connections."""
        assert not self.running, "Mosquitto runs already."
        with self.log_file.open("ab") as log:
            process = subprocess.Popen([self._binary, "-c", str(self._config)], stdout=log, stderr=log)
        self._process = process
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while not self._accepts():
            if process.poll() is not None or time.monotonic() > deadline_s:
                self.kill()
                raise RuntimeError(f"Mosquitto did not start on port {self.port}: {self.log_file.read_text()[-500:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in order, so that it saves what it holds; nothing happens when it does not run."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_TIMEOUT_S)
            self._process = None

    def kill(self) -> None:
        """SIGKILL: what it holds in memory is gone; nothing happens when it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_TIMEOUT_S)
            self._process = None

    def forget(self) -> None:
        """While it is stopped, throw away its persistence: sessions, queues and retained messages."""
        assert not self.running, "Stop Mosquitto first."
        (self.folder / "mosquitto.db").unlink(missing_ok=True)

    def _accepts(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False
