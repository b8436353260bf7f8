"""What rules look at: the fleet as the database knows it at one moment."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from fer_wire import Telemetry
from fer_wire.contracts import CLASSIFIER
from fer_wire.message import iso_utc

from fer_controller.authority.authority import is_there, issuing_certificate
from fer_controller.errors import AuthorityError
from fer_controller.ingest.devices import OFFLINE, ONLINE, STALE, presence
from fer_controller.rollout.devices.candidate import candidates
from fer_controller.store.certificates.records import Issued
from fer_controller.store.devices.records import Device, Label
from fer_controller.store.rollouts.records import RolloutRow
from fer_controller.store.subjects import Subjects

NEWEST_ROLLOUTS = 50
SLOWLY_S = 600.0
"""What takes long to read and changes slowly is read again after so many seconds."""
HOURS = timedelta(hours=2)
"""The last whole hours, in which faces are missed."""
LEAST_SAMPLES = 60
"""A device that said less in these hours says nothing of faces."""
CERTIFICATES_AHEAD = timedelta(days=400)
CERTIFICATES_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LastTold:
    """What a device measured last, and when that arrived."""

    said: Telemetry
    received_at: str


@dataclass(frozen=True)
class View:
    """Devices that were taken out of the fleet are not in it."""

    now: datetime
    devices: Sequence[Device] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    """online, stale, offline or unknown, by device."""
    heard: Mapping[str, LastTold] = field(default_factory=dict)
    """Of those that are online."""
    rollouts: Sequence[RolloutRow] = ()
    """The newest first."""
    certificates: Sequence[Issued] = ()
    """The newest of each holder, where it ends."""
    authority_ends: datetime | None = None
    faces: Sequence[Mapping[str, float]] = ()
    """Share of frames with a face by device: in the last whole hours, and in the same hours of earlier days."""
    labels: Sequence[Label] = ()

    @property
    def at(self) -> str:
        """ISO 8601 in UTC."""
        return iso_utc(self.now)

    @cached_property
    def unseen(self) -> Collection[str]:
        """Devices of which it is not known how they are now."""
        return frozenset(name for name, state in self.states.items() if state in (OFFLINE, STALE))

    @cached_property
    def facts(self) -> Mapping[str, Mapping[str, str]]:
        """By device: what selectors are compared with."""
        return {each.device: each.facts(CLASSIFIER) for each in candidates(self.devices, self.labels, {}, {})}


class Eyes:
    """Reads the fleet."""

    def __init__(self, known: Subjects, stale_after_s: float, faces_days: int, authority: Path) -> None:
        self._known, self._stale_after_s = known, stale_after_s
        self._faces_days, self._authority = faces_days, authority
        self._slow: dict[str, tuple[datetime, Any]] = {}

    def look(self, now: datetime) -> View:
        """The fleet as it is now; raises StoreUnavailable."""
        known = self._known
        revoked = known.devices.revoked()
        devices = [each for each in known.devices.all() if each.device not in revoked]
        states = {each.device: presence(each, now, self._stale_after_s) for each in devices}
        return View(
            now,
            devices,
            states,
            self._heard(states),
            known.rollouts.rollouts(NEWEST_ROLLOUTS),
            self._slowly("certificates", now, lambda: self._certificates(now)),
            self._slowly("authority", now, self._authority_ends),
            self._slowly("faces", now, lambda: self._faces(now)),
            known.devices.labels(),
        )

    def _heard(self, states: Mapping[str, str]) -> dict[str, LastTold]:
        newest = self._known.telemetry.newest_of_each()
        found = ((each, each.message()) for each in newest if states.get(each.device) == ONLINE)
        return {row.device: LastTold(said, row.received_at) for row, said in found if said is not None}

    def _certificates(self, now: datetime) -> list[Issued]:
        after, before = iso_utc(now - CERTIFICATES_BACK), iso_utc(now + CERTIFICATES_AHEAD)
        return self._known.certificates.newest_ending(after, before)

    def _authority_ends(self) -> datetime | None:
        """None where there is no authority, or none that can be read: that is for commands to say."""
        try:
            return issuing_certificate(self._authority).not_valid_after_utc if is_there(self._authority) else None
        except AuthorityError:
            return None

    def _faces(self, now: datetime) -> list[dict[str, float]]:
        if not self._faces_days:
            return []
        whole = now.replace(minute=0, second=0, microsecond=0)
        ends = [whole - timedelta(days=day) for day in range(self._faces_days + 1)]
        shares = self._known.rollups.face_shares
        return [shares(iso_utc(end - HOURS), iso_utc(end), LEAST_SAMPLES) for end in ends]

    def _slowly(self, name: str, now: datetime, read: Callable[[], Any]) -> Any:
        read_at, found = self._slow.get(name, (None, None))
        if read_at is None or not timedelta(0) <= now - read_at < timedelta(seconds=SLOWLY_S):
            found = read()
            self._slow[name] = (now, found)
        return found
