"""The role that moves rollouts on."""

from threading import Event

from fer_controller.registry.catalogue import Shelf
from fer_controller.roles.threads import Task
from fer_controller.rollout.runner import Runner
from fer_controller.settings import Settings
from fer_controller.store import opening
from fer_controller.store.database import Database
from fer_controller.store.posts import ROLLOUTS
from fer_controller.store.registry.store import ModelStore
from fer_controller.store.rollouts.store import RolloutStore


def tasks(settings: Settings) -> dict[str, Task]:
    """What runs in threads."""

    def drive(database: Database, over: Event) -> None:
        with opening.reader(settings.db) as looking:
            shelf = Shelf(ModelStore(looking), settings.registry_folder)
            Runner(RolloutStore(database), shelf, settings.rollout).run(over)

    return {"rollouts": lambda ending: opening.post(settings.db, ROLLOUTS).attend(drive, ending)}
