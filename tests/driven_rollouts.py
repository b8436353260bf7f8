"""The rollouts of a fleet, moved on as `serve --role rollouts` moves them, in a thread of the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from fer_controller.roles import rollouts
from fer_controller.settings import RolloutSettings
from served_fleet import ServedFleet

TICK_S = 0.05
PATIENCE_S = 30.0


@contextmanager
def driven(fleet: ServedFleet, **settings: object) -> Iterator[None]:
    """Move them on by these settings of rollouts, until the block ends."""
    rollout = RolloutSettings(**{"tick_s": TICK_S, **settings})
    ending = Event()
    drive = rollouts.tasks(fleet.settings.model_copy(update={"rollout": rollout}))["rollouts"]
    thread = Thread(target=drive, args=(ending,))
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
