"""A wave beside the same time of earlier days: who comes by a camera, and how often, changes with the hour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from fer_wire.message import iso_utc

from fer_controller.rollout.evidence.comparison import Pair
from fer_controller.rollout.evidence.gated_metrics import GATED_METRICS
from fer_controller.rollout.evidence.measured import Measured
from fer_controller.rollout.evidence.measurement import measure
from fer_controller.settings import RolloutSettings
from fer_controller.store.measurements.records import Window
from fer_controller.store.measurements.store import MeasurementStore

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
FOLLOWED = {metric.figure for metric in GATED_METRICS.values() if metric.follows_the_day}
"""Figures of telemetry that are compared so."""
PLENTY = 150
"""Faces of a quarter of an hour; where fewer days have so many, no more are read."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is known of a device before its wave: what it measured lately, its model, and since when it had that."""

    recent: Measured
    model: str | None
    since: str


class EarlierDays:
    """Reads the quarters of an hour of waves, and the same of earlier days; those that are over, once."""

    def __init__(self, measurements: MeasurementStore, settings: RolloutSettings) -> None:
        self._measurements = measurements
        self._settings = settings
        self._over: dict[tuple[str, str, datetime], Pair] = {}

    def beside(
        self, rollout: str, began: datetime, now: datetime, devices: Mapping[str, Before]
    ) -> dict[str, list[Pair]]:
        """By device, for each quarter of an hour of its wave: the same time of earlier days, and the wave's.

        Of earlier days only those count on which the device had the model that it had until the wave; without any,
        there is no pair.
        """
        quarters = [began + number * QUARTER for number in range(ceil((now - began) / QUARTER))]
        found: dict[str, list[Pair]] = {device: [] for device in devices}
        for since in quarters:
            for device, (was, is_) in self._quarter(rollout, since, min(now, since + QUARTER), devices).items():
                if was.samples or was.seen:
                    found[device].append((was, is_))
        return found

    def forget_all_but(self, rollouts: set[str]) -> None:
        """Of rollouts that have ended nothing is asked any more."""
        self._over = {key: pair for key, pair in self._over.items() if key[0] in rollouts}

    def _quarter(
        self, rollout: str, since: datetime, until: datetime, devices: Mapping[str, Before]
    ) -> dict[str, Pair]:
        known = {device: pair for device in devices if (pair := self._over.get((rollout, device, since)))}
        new = {device: before for device, before in devices.items() if device not in known}
        days = [window for device in new for window in self._days(device, new[device], since, until)]
        minute_s = self._settings.minute_s
        was = measure(self._measurements, days, minute_s)
        windows = [Window(device, iso_utc(since), iso_utc(until)) for device in was]
        models = {device: before.model for device, before in new.items() if before.model}
        is_ = measure(self._measurements, windows, minute_s, models)
        read = {device: (_followed(was.get(device)), _followed(is_.get(device))) for device in new}
        if until == since + QUARTER:
            self._over.update({(rollout, device, since): pair for device, pair in read.items()})
        return {**known, **read}

    def _days(self, device: str, before: Before, since: datetime, until: datetime) -> Iterator[Window]:
        """The same time on as many earlier days as it takes, each on which it had its model."""
        usually = before.recent.seen * QUARTER.total_seconds() / self._settings.baseline_s
        enough = ceil(PLENTY / usually) if usually else self._settings.baseline_days
        for day in range(1, min(self._settings.baseline_days, enough) + 1):
            if iso_utc(since - day * DAY) >= before.since:
                yield Window(device, iso_utc(since - day * DAY), iso_utc(until - day * DAY))


def _followed(measured: Measured | None) -> Measured:
    """What is compared so, without the rest, for it is kept while the rollout runs."""
    found = measured or Measured()
    minutes = {name: values for name, values in found.minutes.items() if name in FOLLOWED}
    return found.model_copy(update={"minutes": minutes, "lowest": {}, "highest": {}, "emotions": {}})
