"""The composition root: one process with the roles that it is told."""

import gc
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Event

from fer_controller import systemd
from fer_controller.errors import StoreUnavailable
from fer_controller.http.process import HttpProcess
from fer_controller.roles import alerts, ingest, retention, rollouts
from fer_controller.roles.threads import Task, beside
from fer_controller.settings import PostgresUrl, Settings
from fer_controller.settings.roles import ALERTS, HTTP, INGEST, RETENTION, ROLLOUTS
from fer_controller.store import opening

TURN_S = 0.0005
"""How long a thread that computes keeps the ingest waiting, which gives the interpreter up at every SQL statement."""
OBJECTS_UNTIL_COLLECTED = 50_000
"""A batch makes thousands, none in a cycle; Python's search for cycles took a thirtieth of the ingest's time."""
BEAT_EVERY_S = 0.5
AGAIN_AFTER_S = 1.0

log = logging.getLogger(__name__)


def serve(settings: Settings, stop: Event) -> None:
    """Do what this process is for until stop is set; raises ControllerError when it cannot start."""
    sys.setswitchinterval(TURN_S)
    gc.set_threshold(OBJECTS_UNTIL_COLLECTED)
    ingest.check(settings)
    _await_server(settings, stop)
    if stop.is_set():
        return
    posts = [role for role in settings.roles if role != HTTP]
    tasks = _tasks(settings)
    serving = HttpProcess(settings) if HTTP in settings.roles else nullcontext()
    with opening.alone(settings.db, posts), _main_work(settings) as work, serving, beside(tasks):
        systemd.notify(systemd.READY)
        log.info("%s", _begun(settings))
        work(stop)
        systemd.notify(systemd.STOPPING)
    log.info("Stopped; everything that was acknowledged is in %s.", settings.db)


def _await_server(settings: Settings, stop: Event) -> None:
    """A database server that is away is waited for, as a broker is; a file is there, or can be made."""
    told = False
    while isinstance(settings.db, PostgresUrl) and not stop.is_set():
        try:
            with opening.created(settings.db):
                return
        except StoreUnavailable as error:
            log.log(logging.DEBUG if told else logging.WARNING, "%s Trying again until it works.", error)
            told = True
        stop.wait(AGAIN_AFTER_S)


def _tasks(settings: Settings) -> dict[str, Task]:
    found: dict[str, Task] = {}
    for role, room in {INGEST: ingest, ROLLOUTS: rollouts, RETENTION: retention, ALERTS: alerts}.items():
        if role in settings.roles:
            found |= room.tasks(settings)
    return found


@contextmanager
def _main_work(settings: Settings) -> Iterator[Task]:
    """What the main thread does: read the broker, or wait."""
    if INGEST in settings.roles:
        with ingest.subscriber(settings) as subscriber:
            yield subscriber.run
        return
    with opening.created(settings.db):
        pass
    yield _wait


def _begun(settings: Settings) -> str:
    if INGEST in settings.roles:
        return f"Storing what arrives below {settings.broker.prefix} in {settings.db}."
    return f"Serving {settings.db}: {', '.join(settings.roles) or 'nothing'}."


def _wait(stop: Event) -> None:
    watchdog = systemd.Watchdog()
    while not stop.wait(BEAT_EVERY_S):
        watchdog.beat()
