"""A fleet that rules look at, on a clock that a test moves, and targets that note what they are told."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

from controller_messages import START, some_telemetry
from fer_controller.alerts.notice import Notice
from fer_controller.alerts.post_office import PostOffice
from fer_controller.alerts.view import LastTold, View
from fer_controller.alerts.watch import Watch
from fer_controller.errors import DeliveryError
from fer_controller.settings import AlertSettings
from fer_controller.store.alerts.book import AlertBook
from fer_controller.store.alerts.memory import MemoryAlerts
from fer_controller.store.alerts.records import Alert
from fer_controller.store.devices.records import Device
from fer_wire.message import iso_utc
from fer_wire.telemetry import HostTelemetry

EVERY_S = 15.0
SETTINGS = AlertSettings(every_s=EVERY_S)


@dataclass
class WatchedFleet:
    """Devices by name and state; each look is a step of the clock later."""

    settings: AlertSettings = SETTINGS
    book: AlertBook = field(default_factory=MemoryAlerts)
    now: datetime = START
    devices: "dict[str, str]" = field(default_factory=dict)
    heard: "dict[str, LastTold]" = field(default_factory=dict)
    seen: "dict[str, Any]" = field(default_factory=dict)
    """Other fields of what is looked at."""

    @classmethod
    def of(cls, size: int, **given: Any) -> "WatchedFleet":
        """So many devices, all of them online."""
        return cls(devices={f"nano-{number:05}": "online" for number in range(size)}, **given)

    @property
    def view(self) -> View:
        """As it is now."""
        devices = [Device(name, state, since=iso_utc(START)) for name, state in self.devices.items()]
        return View(self.now, devices, self.devices, self.heard, **self.seen)

    def measures(self, name: str, **host: Any) -> None:
        """A device says this of itself from now on."""
        self.devices.setdefault(name, "online")
        told = some_telemetry(name).model_copy(update={"host": HostTelemetry(**host), "time": self.now})
        self.heard[name] = LastTold(told, iso_utc(self.now))

    def become(self, state: str, *names: str) -> None:
        """These devices, or all, are in this state from now on."""
        self.devices.update(dict.fromkeys(names or self.devices, state))

    def look(self) -> "list[tuple[str, str, str]]":
        """One look; returns kind, rule and subject of what is to be told."""
        self.now += timedelta(seconds=self.settings.every_s)
        watch = Watch(self.book, self.settings)
        return [(each.kind, each.rule, each.subject) for each in watch.take(watch.see(self.view))]

    def look_for(self, seconds: float) -> "list[tuple[str, str, str]]":
        """Looks for so long."""
        looks = int(seconds // self.settings.every_s) + 1
        return [told for _ in range(looks) for told in self.look()]

    @property
    def raised(self) -> "list[Alert]":
        """What the page shows, the oldest first."""
        return self.book.newest(1000)[::-1]

    def said(self, **changes: Any) -> View:
        """The view with something else in it."""
        return replace(self.view, **changes)


class NotingTarget:
    """Implements fer_controller.alerts.targets.target.Target; refuses as often as it is told to."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.told: list[tuple[Notice, int, int]] = []
        """Each notice with its delivery and attempt."""

    def send(self, told: Notice, delivery: int, attempt: int) -> None:
        self.told.append((told, delivery, attempt))
        if self.refusals:
            self.refusals -= 1
            raise DeliveryError("It is away.")


def at_once(thread: Thread) -> None:
    """Instead of starting a thread, do its work here."""
    thread.run()


def never(_thread: Thread) -> None:
    """The target does not answer."""


def an_office(book: MemoryAlerts, attempts: int = 3, start: Any = at_once, **targets: NotingTarget) -> PostOffice:
    """What tells these targets, without threads."""
    return PostOffice(book, targets, attempts, start)
