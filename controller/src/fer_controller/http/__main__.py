"""The HTTP server's process, as process.py starts it."""

import logging
import os
import socket
import sys
from threading import Event, Thread
from time import sleep

from fer_wire.terminal import speak_utf8

from fer_controller.desk.stores import Place
from fer_controller.errors import StoreError
from fer_controller.http import doors
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
from fer_controller.http.uses import Uses
from fer_controller.registry.artifacts import Artifacts
from fer_controller.settings import CERTIFICATE_ACCESS, OPEN_ACCESS
from fer_controller.store import opening
from fer_controller.store.certificates.store import CertificateStore
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
    try:
        models, fleet, tokens = (opening.reader(task.db) for _ in range(3))
    except StoreError as error:
        log.error("Models cannot be served: %s", error)
        sys.exit(1)
    listener = socket.socket(fileno=task.fd)
    refusals, uses, ending = Refusals(task.db), Uses(task.db), Event()
    alone = task.http.access == CERTIFICATE_ACCESS
    certified = Certified(CertificateStore(tokens), DeviceStore(tokens), alone=alone)
    registry = ModelStore(models)
    app = make_app(
        registry, Artifacts(task.folder, registry.content), Downloads(task.http.max_downloads, task.http.max_mbytes_s),
        Metrics(Subjects(fleet), task.stale_after_s),
        Guards(TokenStore(tokens), DesiredStore(tokens), certified, refusals, uses),
        Place(task.db, task.folder, task.stale_after_s, task.http.access == OPEN_ACCESS, task.rollout),
        Renewals(task.db, task.authority_folder, task.authority),
    )  # fmt: skip
    most = doors.that_fit(task.http.max_connections, task.http.max_downloads)
    if most < task.http.max_connections:
        log.warning("There is room for %d connections only; raise the limit of open files (LimitNOFILE).", most)
    server = Server(task.http, app, listener, Doors(most))
    Thread(target=_end_with_the_life_line, args=(server,), daemon=True).start()
    place = _place(task, listener)
    log.info("Models are served at %s.", place)
    log.info("The fleet's page is at %s/; `fer-controller operators add NAME` makes a token for it.", place)
    writing = Thread(target=_keep, args=(refusals, uses, ending), daemon=True)
    writing.start()
    server.run()
    ending.set()
    writing.join(LAST_GRACE_S)


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
