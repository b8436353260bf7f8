"""The HTTP server's process, as process.py starts it; only this file imports uvicorn."""

import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import sleep
from typing import Any

import uvicorn
from fer_wire.terminal import speak_utf8

from fer_controller.desk.stores import Place
from fer_controller.errors import StoreError
from fer_controller.http.app import make_app
from fer_controller.http.guards import Guards
from fer_controller.http.limits import Downloads
from fer_controller.http.process import Task
from fer_controller.http.prometheus import Metrics
from fer_controller.registry.artifacts import Artifacts
from fer_controller.settings import OPEN_ACCESS
from fer_controller.store import opening
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.registry.store import ModelStore
from fer_controller.store.subjects import Subjects

LIFE_LINE = 0
NICENESS = 5
GRACE_S = 2
LAST_GRACE_S = 5.0
UVICORN = "uvicorn.error"
SEVERED = "ASGI callable returned without completing response."
FAULT = "Exception in ASGI application"
log = logging.getLogger("fer_controller.http")


def main() -> None:
    """Serve until the lifeline is cut."""
    with open(LIFE_LINE, "rb", buffering=0, closefd=False) as line:
        task = Task.model_validate_json(line.readline())
    _log_in_lines()
    os.nice(NICENESS)
    try:
        models, fleet, tokens = (opening.reader(task.db) for _ in range(3))
    except StoreError as error:
        log.error("Models cannot be served: %s", error)
        sys.exit(1)
    listener = socket.socket(fileno=task.fd)
    app = make_app(
        ModelStore(models), Artifacts(task.folder), Downloads(task.http.max_downloads, task.http.max_mbytes_s),
        Metrics(Subjects(fleet), task.stale_after_s), Guards(TokenStore(tokens)),
        Place(task.db, task.folder, task.stale_after_s, task.http.access == OPEN_ACCESS, task.rollout),
    )  # fmt: skip
    server = _Server(_config(task, app))
    Thread(target=_end_with_the_life_line, args=(server,), daemon=True).start()
    place = _place(task, listener)
    log.info("Models are served at %s.", place)
    log.info("The fleet's page is at %s/; `fer-controller operators add NAME` makes a token for it.", place)
    server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends with its lifeline, not when a service manager signals the whole group: the controller ends first."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ignore SIGINT and SIGTERM."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        yield


def _config(task: Task, app: Any) -> uvicorn.Config:
    http = task.http
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ssl_certfile=http.cert_file,
        ssl_keyfile=http.key_file,
        timeout_graceful_shutdown=GRACE_S,
    )


def _end_with_the_life_line(server: uvicorn.Server) -> None:
    os.read(LIFE_LINE, 1)
    logging.getLogger(UVICORN).setLevel(logging.CRITICAL)
    server.should_exit = True
    sleep(LAST_GRACE_S)
    os._exit(0)


def _place(task: Task, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"{'https' if task.http.cert_file else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


class _Lines(logging.Formatter):
    """LEVEL and the sentence, always on one line."""

    def format(self, record: logging.LogRecord) -> str:
        sentence = record.getMessage().strip()
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            frames = traceback.extract_tb(error.__traceback__)
            place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
            what = "A request failed" if sentence == FAULT else sentence
            sentence = f"{what}: {type(error).__name__}: {error} ({place})"
        return f"{record.levelno} {' '.join(sentence.split())}"


def _log_in_lines() -> None:
    speak_utf8()
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Lines())
    handler.addFilter(lambda record: record.getMessage() != SEVERED)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.raiseExceptions = False
    logging.getLogger(UVICORN).setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
