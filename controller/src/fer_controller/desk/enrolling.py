"""Certificates of the fleet's authority are given out, noted and revoked."""

from datetime import datetime, timedelta

from fer_wire.message import iso_utc

from fer_controller.authority import certificates as x509
from fer_controller.authority.authority import Authority, Made
from fer_controller.authority.certificates import Subject
from fer_controller.errors import AuthorityError
from fer_controller.registry import tokens
from fer_controller.rollout import audit
from fer_controller.settings import AuthoritySettings
from fer_controller.store.certificates.records import DEVICE, SERVER, SERVICE, Issued
from fer_controller.store.subjects import Subjects

DAY = timedelta(days=1)


class Enrolling:
    """Gives out certificates of one authority; each is noted before it is handed over. Raises AuthorityError."""

    def __init__(self, known: Subjects, authority: Authority, settings: AuthoritySettings) -> None:
        self._known, self._authority, self._settings = known, authority, settings

    def device(
        self, name: str, actor: str, now: datetime, request: bytes | None = None, *, replace: bool = False
    ) -> Made:
        """A certificate for a device, which it takes in again; one that is in force is revoked with replace alone.

        Raises RegistryError for a name that no device may have.
        """
        tokens.checked(name)
        made = self._authority.issue(Subject(name), now, self._settings.device_days, request)
        with self._known.transaction():
            self._make_room(name, DEVICE, now, replace=replace)
            again = " and takes it in again" if self._known.devices.readmit(name) else ""
            sentence = f"{actor} makes a certificate for {name}, {_until(made)}{again}."
            self._note(made, name, DEVICE, actor, now)
            self._known.audit.append([audit.act(audit.CERTIFIED, sentence, actor, device=name)])
        return made

    def renewal(self, device: str, serial: str, now: datetime, request: bytes) -> Made:
        """Another certificate for a device that showed the one of this number, which holds until it expires."""
        made = self._authority.issue(Subject(device), now, self._settings.device_days, request)
        with self._known.transaction():
            if self._known.devices.is_revoked(device) or self._known.certificates.is_revoked(serial):
                raise AuthorityError(f"{device} was revoked; `fer-controller enroll {device}` takes it in again.")
            if self._known.certificates.made_since(device, iso_utc(now - DAY)) >= self._settings.renewals_a_day:
                raise AuthorityError(
                    f"{device} was given {self._settings.renewals_a_day} certificates within a day; it may ask again "
                    "tomorrow."
                )
            self._note(made, device, DEVICE, device, now)
            sentence = f"{device} renews its certificate, {_until(made)}."
            self._known.audit.append([audit.act(audit.RENEWED, sentence, device, device=device)])
        return made

    def server(self, addresses: list[str], actor: str, now: datetime, request: bytes | None = None) -> Made:
        """A certificate for a broker or a controller at these addresses; earlier ones go on to hold."""
        return self._given(Subject(addresses[0], addresses), SERVER, actor, now, request)

    def service(self, name: str, actor: str, now: datetime, request: bytes | None = None) -> Made:
        """A certificate with which a program of the fleet logs in at the broker; earlier ones go on to hold."""
        return self._given(Subject(name), SERVICE, actor, now, request)

    def _given(self, subject: Subject, role: str, actor: str, now: datetime, request: bytes | None) -> Made:
        made = self._authority.issue(subject, now, self._settings.server_days, request)
        with self._known.transaction():
            self._note(made, subject.name, role, actor, now)
            sentence = f"{actor} makes a certificate for the {role} {subject.name}, {_until(made)}."
            self._known.audit.append([audit.act(audit.CERTIFIED, sentence, actor)])
        return made

    def _make_room(self, holder: str, role: str, now: datetime, *, replace: bool) -> None:
        at = iso_utc(now)
        had = self._known.certificates.in_force(holder, at, role)
        if had and not replace:
            raise AuthorityError(
                f"{holder} has a certificate since {had[-1].made_at}, until {had[-1].expires_at}; --replace makes "
                "another one, and revokes that."
            )
        self._known.certificates.revoke(holder, at, role)

    def _note(self, made: Made, holder: str, role: str, actor: str, now: datetime) -> None:
        serial, ends = x509.serial_text(made.certificate.serial_number), made.certificate.not_valid_after_utc
        self._known.certificates.add(Issued(serial, holder, role, iso_utc(now), iso_utc(ends), actor))


def _until(made: Made) -> str:
    return f"valid until {made.certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
