"""The HTTP server's process, as process.py starts it."""

import gc
import logging
import os
import socket
import sys
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from time import sleep
from typing import Any

from fer_wire.terminal import speak_utf8

from fer_controller.desk.sight import look
from fer_controller.desk.stores import Place
from fer_controller.errors import StoreError
from fer_controller.http import doors, exports, live, sessions
from fer_controller.http.app import make_app
from fer_controller.http.certified import Certified
from fer_controller.http.doors import Doors
from fer_controller.http.guards import Guards
from fer_controller.http.limits import Downloads
from fer_controller.http.log_lines import log_in_lines
from fer_controller.http.process import Task
from fer_controller.http.prometheus import Metrics
from fer_controller.http.refusals import Refusals
from fer_controller.http.renewals import Renewals
from fer_controller.http.server import LOGGER, Server
from fer_controller.http.shares import Shares
from fer_controller.http.uses import Uses
from fer_controller.http.watches import Watches
from fer_controller.registry.artifacts import Artifacts
from fer_controller.settings import CERTIFICATE_ACCESS, OPEN_ACCESS
from fer_controller.store import opening
from fer_controller.store.certificates.store import CertificateStore
from fer_controller.store.credentials.sessions import SessionStore
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.devices.store import DeviceStore
from fer_controller.store.registry.store import ModelStore
from fer_controller.store.rollouts.desired import DesiredStore
from fer_controller.store.subjects import Subjects

LIFE_LINE = 0
NICENESS = 5
LAST_GRACE_S = 5.0
WRITE_EVERY_S = 0.5
log = logging.getLogger("fer_controller.http")


def main() -> None:
    """Serve until the lifeline is cut."""
    with open(LIFE_LINE, "rb", buffering=0, closefd=False) as line:
        task = Task.model_validate_json(line.readline())
    speak_utf8()
    log_in_lines()
    os.nice(NICENESS)
    listener = socket.socket(fileno=task.fd)
    refusals, uses, ending = Refusals(task.db), Uses(task.db), Event()
    most = doors.that_fit(task.http.max_connections, task.http.max_downloads)
    if most < task.http.max_connections:
        log.warning("There is room for %d connections only; raise the limit of open files (LimitNOFILE).", most)
    try:
        app = _application(task, refusals, uses, most)
    except StoreError as error:
        log.error("Models cannot be served: %s", error)
        sys.exit(1)
    server = Server(task.http, app, listener, Doors(most))
    Thread(target=_end_with_the_life_line, args=(server,), daemon=True).start()
    place = _place(task, listener)
    log.info("Models are served at %s.", place)
    log.info("The fleet's page is at %s/; `fer-controller operators add NAME` makes a token for it.", place)
    writing = Thread(target=_keep, args=(refusals, uses, ending), daemon=True)
    writing.start()
    gc.collect()
    gc.freeze()  # A look makes objects by the ten thousand, for which all that is loaded would be searched again.
    server.run()
    ending.set()
    writing.join(LAST_GRACE_S)


def _application(task: Task, refusals: Refusals, uses: Uses, most_connections: int) -> Any:
    """What is served, with a reader of the database for each of models, metrics and guards; raises StoreError."""
    models, fleet, tokens = (opening.reader(task.db) for _ in range(3))
    certified = Certified(CertificateStore(tokens), DeviceStore(tokens), alone=task.http.access == CERTIFICATE_ACCESS)
    registry, place = ModelStore(models), _place_of_desk(task)
    guards = Guards(TokenStore(tokens), SessionStore(tokens), DesiredStore(tokens), certified, refusals, uses)
    followers = Shares(min(task.http.max_live, most_connections // 2))
    return make_app(
        registry, Artifacts(task.folder, registry.content), Downloads(task.http.max_downloads, task.http.max_mbytes_s),
        Metrics(Subjects(fleet), task.stale_after_s), guards, place,
        Renewals(task.db, task.authority_folder, task.authority),
        [
            sessions.make_router(task.db, guards, timedelta(hours=task.http.session_hours)),
            exports.make_router(place, guards),
            live.make_router(Watches(partial(look, place)), followers, guards),
        ],
    )  # fmt: skip


def _place_of_desk(task: Task) -> Place:
    open_to_all = task.http.access == OPEN_ACCESS
    return Place(task.db, task.folder, task.stale_after_s, open_to_all, task.rollout, task.alerts)


def _keep(refusals: Refusals, uses: Uses, ending: Event) -> None:
    """Write what was noted of requests, until ending is set and all of it is written."""
    while not ending.wait(WRITE_EVERY_S):
        refusals.write()
        uses.write()
    refusals.write(all_=True)
    uses.write()


def _end_with_the_life_line(server: Server) -> None:
    os.read(LIFE_LINE, 1)
    logging.getLogger(LOGGER).setLevel(logging.CRITICAL)
    server.should_exit = True
    sleep(LAST_GRACE_S)
    os._exit(0)


def _place(task: Task, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"{'https' if task.http.cert_file else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


if __name__ == "__main__":
    main()
