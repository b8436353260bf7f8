"""What goes on in threads of its own beside the process's main work."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread, current_thread

from fer_controller.errors import StoreUnavailable

AFTER_FAULT_S = 5.0
Task = Callable[[Event], None]
"""Works until its event is set."""
log = logging.getLogger(__name__)


@contextmanager
def beside(tasks: Mapping[str, Task]) -> Iterator[None]:
    """Do these in the block, each in a thread with its name."""
    ending = Event()
    threads = [Thread(target=_restarted, args=(task, ending), name=name) for name, task in tasks.items()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()


def _restarted(task: Task, ending: Event) -> None:
    """Repeat the task until it ends without a fault; the others carry on whatever happens here."""
    while not ending.is_set():
        try:
            task(ending)
        except StoreUnavailable as error:
            log.warning("%s It is tried again in %g s (%s).", error, AFTER_FAULT_S, current_thread().name)
            ending.wait(AFTER_FAULT_S)
        except Exception:  # a fault of ours must not end the ingest
            log.exception("%s failed and restarts in %g s.", current_thread().name, AFTER_FAULT_S)
            ending.wait(AFTER_FAULT_S)
