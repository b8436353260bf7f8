"""The HTTP server's process: started beside the controller, restarted when it ends, ended with the controller.

Its standard input is its lifeline: it reads its task from the first line, and ends when the other end is closed, which
the kernel does however the controller ends. What it writes goes into the controller's log.
"""

import errno
import logging
import os
import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Annotated, Self
from urllib.parse import quote, unquote_to_bytes

from fer_wire.errors import TlsError
from fer_wire.tls import load_authorities, load_certificate
from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator

from fer_controller.errors import HttpError
from fer_controller.settings import (
    OPEN_ACCESS,
    AlertSettings,
    AuthoritySettings,
    DbPlace,
    HttpSettings,
    PostgresUrl,
    RolloutSettings,
    Settings,
)
from fer_controller.settings.postgresql import spelt

PROGRAM = (sys.executable, "-m", "fer_controller.http")
BACKLOG = 1024
BIND_PATIENCE_S = 10.0
BIND_AGAIN_S = 0.1
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
END_TIMEOUT_S = 8.0
log = logging.getLogger(__name__)


def _named(name: str | Path) -> Path:
    return name if isinstance(name, Path) else Path(os.fsdecode(unquote_to_bytes(name)))


AnyPath = Annotated[Path, PlainSerializer(lambda path: quote(os.fsencode(path))), PlainValidator(_named)]
"""A path whose name need not be UTF-8, as JSON can hold it."""
AnyDb = Annotated[
    DbPlace,
    PlainSerializer(lambda place: place.url if isinstance(place, PostgresUrl) else quote(os.fsencode(place))),
    PlainValidator(lambda given: place if isinstance(place := spelt(given), PostgresUrl) else _named(given)),
]


class Task(BaseModel):
    """The task of the process."""

    model_config = ConfigDict(frozen=True)

    db: AnyDb
    folder: AnyPath
    fd: int
    http: HttpSettings
    authority_folder: AnyPath = Path("fleet.authority")
    authority: AuthoritySettings = AuthoritySettings()
    stale_after_s: float
    rollout: RolloutSettings = RolloutSettings()
    alerts: AlertSettings = AlertSettings()


class HttpProcess:
    """Serves between enter and exit; raises HttpError when its address is taken or its certificate cannot be used."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stop, self._lock = Event(), Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._supervise, name="http", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        _check_certificate(self._settings.http)
        self._listener = _listener(self._settings.http.listen)
        _warn_of_plain_tokens(self._settings.http, self._listener)
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stop.set()
        with self._lock:
            child = self._child
        if child is not None:
            _cut(child)
        self._thread.join(END_TIMEOUT_S)
        if self._thread.is_alive() and child is not None:
            child.kill()
            self._thread.join()
        self._listener.close()

    def _supervise(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            begun_s = time.monotonic()
            how = self._run()
            if time.monotonic() - begun_s > STEADY_AFTER_S:
                pause_s = FIRST_PAUSE_S
            if not self._stop.is_set():
                log.warning("The HTTP server ended (%s); it restarts in %g s.", how, pause_s)
                self._stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _run(self) -> str:
        """Run one process to its end; returns how it ended."""
        settings, fd = self._settings, self._listener.fileno()
        task = Task(
            db=settings.db.absolute() if isinstance(settings.db, Path) else settings.db,
            folder=settings.registry_folder.absolute(),
            fd=fd,
            http=settings.http,
            authority_folder=settings.authority_folder.absolute(),
            authority=settings.authority.model_copy(update={"folder": None, "crl_file": None}),
            stale_after_s=settings.fleet.stale_after_s,
            rollout=settings.rollout,
            alerts=settings.alerts.without_targets,
        )
        try:
            with self._lock:
                if self._stop.is_set():
                    return ""
                self._child = child = _begun(fd)
        except OSError as error:
            return f"it cannot start: {error.strerror}"
        with child:
            _tell(child, task)
            _relay(child)
            _cut(child)
        return f"signal {-child.returncode}" if child.returncode < 0 else f"exit status {child.returncode}"


def _begun(fd: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        PROGRAM,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(fd,),
        start_new_session=True,  # Ctrl-C is for the controller, which then ends this one
    )


def _tell(child: "subprocess.Popen[bytes]", task: Task) -> None:
    with suppress(OSError, ValueError):  # it has ended already, which is noticed next
        if child.stdin is not None:
            child.stdin.write(task.model_dump_json().encode() + b"\n")
            child.stdin.flush()


def _cut(child: "subprocess.Popen[bytes]") -> None:
    """Cut the lifeline."""
    with suppress(OSError):
        if child.stdin is not None:
            child.stdin.close()


def _relay(child: "subprocess.Popen[bytes]") -> None:
    """Log what it says, "LEVEL sentence" a line, until it ends."""
    for line in child.stdout or ():
        level, _, sentence = line.decode("utf-8", "replace").rstrip().partition(" ")
        if level.isdigit():
            log.log(int(level), "%s", sentence)
        else:
            log.error("The HTTP server says: %s %s", level, sentence)


def _listener(place: str) -> socket.socket:
    """A listening socket for all processes; a process left over from a crash gets a moment to end."""
    host, _, port = place.rpartition(":")
    until_s = time.monotonic() + BIND_PATIENCE_S
    while True:
        try:
            return _bound(host.strip("[]"), int(port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until_s:
                raise HttpError(
                    f"Models cannot be served at {place}: {_reason(error)}. "
                    "Name another place with --http HOST:PORT, or none with --http ''."
                ) from error
        time.sleep(BIND_AGAIN_S)


def _warn_of_plain_tokens(http: HttpSettings, listener: socket.socket) -> None:
    here_alone = ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback
    if http.access == OPEN_ACCESS and not here_alone:
        log.warning("Anybody who reaches %s may fetch every model and /metrics; set http.access to token.", http.listen)
    elif http.cert_file is None and not here_alone:
        log.warning(
            "Models are served at %s without TLS, so anyone on the network can read the devices' tokens; "
            "set http.cert_file and http.key_file.",
            http.listen,
        )


def _reason(error: OSError) -> str:
    """The reason without the address, which create_server adds and our sentence already has."""
    if error.errno is None or isinstance(error, socket.gaierror):
        return str(error.strerror or error)
    return os.strerror(error.errno)


def _bound(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address[:2], family=family, backlog=BACKLOG)


def _check_certificate(http: HttpSettings) -> None:
    if http.cert_file is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        load_certificate(context, http.cert_file, http.key_file, "http")
        if http.client_ca_file is not None:
            load_authorities(context, http.client_ca_file, "http.client_ca_file")
    except TlsError as error:
        raise HttpError(str(error)) from error
