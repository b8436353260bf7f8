"""The role that rolls up what was stored, and deletes what is old."""

from threading import Event

from fer_controller.authority.expiries import Expiries
from fer_controller.retention import Keeper
from fer_controller.roles.threads import Task
from fer_controller.settings import Settings
from fer_controller.store import opening
from fer_controller.store.certificates.store import CertificateStore
from fer_controller.store.commands.store import CommandStore
from fer_controller.store.database import Database
from fer_controller.store.posts import RETENTION
from fer_controller.store.rollups.store import RollupStore


def tasks(settings: Settings) -> dict[str, Task]:
    """What runs in threads."""

    def keep(database: Database, over: Event) -> None:
        commands = CommandStore(database)
        forgetting = opening.forgetting(database)
        Keeper(RollupStore(database), forgetting, settings.retention, commands=commands).run(over)

    def warn(ending: Event) -> None:
        with opening.reader(settings.db) as database:
            Expiries(settings.authority_folder, CertificateStore(database)).run(ending)

    return {
        "retention": lambda ending: opening.post(settings.db, RETENTION).attend(keep, ending),
        "expiries": warn,
    }
