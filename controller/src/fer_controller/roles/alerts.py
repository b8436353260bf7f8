"""The role that watches the fleet, and tells whoever is to know."""

from threading import Event

from fer_controller.alerts.post_office import PostOffice
from fer_controller.alerts.targets.named import targets
from fer_controller.alerts.view import Eyes
from fer_controller.alerts.watch import Watch
from fer_controller.alerts.watchman import Watchman
from fer_controller.roles.threads import Task
from fer_controller.settings import Settings
from fer_controller.store import opening
from fer_controller.store.alerts.store import AlertStore
from fer_controller.store.database import Database
from fer_controller.store.posts import ALERTS
from fer_controller.store.subjects import Subjects


def tasks(settings: Settings) -> dict[str, Task]:
    """What runs in threads; raises SettingsError for a target that cannot be told at all."""
    told, wanted = targets(settings.alerts), settings.alerts

    def watch(database: Database, over: Event) -> None:
        with opening.reader(settings.db) as looking:
            book = AlertStore(database)
            eyes = Eyes(Subjects(looking), settings.fleet.stale_after_s, wanted.faces_days, settings.authority_folder)
            office = PostOffice(book, told, wanted.attempts)
            Watchman(book, eyes, Watch(book, wanted), office, wanted).run(over)

    return {"alerts": lambda ending: opening.post(settings.db, ALERTS).attend(watch, ending)}
