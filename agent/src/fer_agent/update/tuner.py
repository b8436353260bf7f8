"""The settings by which the device works: its own, and under them those from afar, in a file of their own."""

import logging
from pathlib import Path
from typing import Callable, List

from fer_wire.device.record import Record
from fer_wire.device.slots import Occupied
from fer_wire.device.tuned import Told, Tuned
from fer_wire.errors import SettingsRefusedError
from fer_wire.reported import SettingsInForce
from fer_wire.tuning import SettingValues, checked

from fer_agent.errors import RejectedError
from fer_agent.host.kept_file import kept_in
from fer_agent.settings import Settings
from fer_agent.settings.afar import own_settings, with_settings_from_afar
from fer_agent.update import durable

log = logging.getLogger(__name__)

LOST = "no settings from afar hold until a rollout brings them again"
ITS_OWN = "it is set on the device itself ({source})"

Retune = Callable[[Settings], object]
"""Takes the settings that hold from now on."""


class TunedFile:
    """settings.json: where the settings from afar lie."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Tuned:
        """What lies there; none from afar when there is no file, or none that can be read."""
        return kept_in(self._path, Tuned, LOST) or Tuned()

    def save(self, tuned: Tuned) -> None:
        """Replace it, whole or not at all; raises StateError."""
        durable.replace(self._path, tuned.model_dump_json().encode())


class Tuner:
    """Changes the settings from afar step by step; every change is on the disk before it holds."""

    def __init__(self, own: Settings, file: TunedFile, record: Record) -> None:
        """Own settings are those of file, environment and options; the record says what became of a trial.

        Raises StateError when nothing can be saved.
        """
        self._own, self._file = own, file
        self._set_here = own_settings(own)
        self._receivers: List[Retune] = []
        self._tuned = file.load()
        self._put(self._tuned.settled(record))
        self.settings = with_settings_from_afar(own, _known(self.values))
        """Those in force."""

    @property
    def occupied(self) -> Occupied:
        """What stands and what is on trial, by digest."""
        return self._tuned.occupied

    @property
    def values(self) -> SettingValues:
        """Those from afar that are in force."""
        return self._tuned.in_force.values

    def report(self) -> SettingsInForce:
        """What the device reports of them."""
        told = self._tuned.in_force
        return SettingsInForce(afar=told.values, rollout=told.rollout, own=self._set_here)

    def attach(self, retune: Retune) -> None:
        """It is given the settings in force after each change."""
        self._receivers.append(retune)

    def check(self, values: SettingValues) -> None:
        """Raises RejectedError that names each value that this device does not take, and why."""
        try:
            found = checked(values)
        except SettingsRefusedError as error:
            raise RejectedError(f"This device refuses {error}.") from error
        here = {name: own.source for name, own in self._set_here.items() if name in found}
        reasons = [
            f"{name}: {ITS_OWN.format(source=source)}"
            for name, source in here.items()
            if self._tuned.current.values.get(name) != found[name]
        ]
        if reasons:
            raise RejectedError(f"This device refuses {'; '.join(reasons)}.")

    def stage(self, told: Told) -> None:
        """Put settings on trial on the disk; an agent that starts now works by them."""
        self._put(self._tuned.trying(told))

    def retune(self) -> None:
        """Work by what lies on the disk, from the next frame on."""
        self._hold(self._tuned.in_force.values)

    def step_back(self) -> None:
        """Work by what stood before, from the next frame on."""
        self._hold(self._tuned.current.values)

    def commit(self) -> None:
        """What is on trial stands."""
        self._put(self._tuned.committed())

    def end_trial(self) -> None:
        """Those that stood before hold again."""
        self._put(self._tuned.without_trial())

    def _put(self, tuned: Tuned) -> None:
        if tuned != self._tuned:
            self._file.save(tuned)
            self._tuned = tuned

    def _hold(self, values: SettingValues) -> None:
        settings = with_settings_from_afar(self._own, _known(values))
        if settings != self.settings:
            self.settings = settings
            for receive in self._receivers:
                receive(settings)


def settings_of_disk(own: Settings, path: Path) -> Settings:
    """The settings in force of an agent whose state lies there, whether it runs or not."""
    return with_settings_from_afar(own, _known(TunedFile(path).load().in_force.values))


def _known(values: SettingValues) -> SettingValues:
    """Those that this version takes; a newer one may have left others."""
    try:
        return checked(values)
    except SettingsRefusedError as error:
        log.error("These settings from afar do not hold: %s.", error)
        return checked({name: value for name, value in values.items() if name not in error.reasons})
