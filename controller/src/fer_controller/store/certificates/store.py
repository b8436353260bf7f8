"""Certificates in the database."""

import json
from collections.abc import Collection

from fer_controller.store.certificates.records import DEVICE, Issued, Revocation
from fer_controller.store.database import Database, named


class CertificateStore:
    """Who was given which certificate; each change is one durable transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, issued: Issued) -> None:
        """Note that it was issued; comes before its holder gets it, so that none is unknown."""
        with self._database.transaction():
            self._database.run("insert_certificate", named(issued))

    def all(self) -> list[Issued]:
        """All of them, by holder and age."""
        return self._database.records(Issued, "certificates")

    def devices(self) -> frozenset[str]:
        """The devices that were ever given one."""
        return frozenset(row["holder"] for row in self._database.rows("certified", {"role": DEVICE}))

    def holders(self, at: str) -> frozenset[str]:
        """The devices that have one that is neither revoked nor expired then."""
        return frozenset(row["holder"] for row in self._database.rows("holders", {"role": DEVICE, "at": at}))

    def ends_of(self, devices: Collection[str]) -> dict[str, str]:
        """By device, of these alone: when its newest certificate expires; empty where all of them were revoked."""
        values = {"role": DEVICE, "holders": json.dumps(list(devices))}
        return {row["holder"]: row["expires_at"] for row in self._database.rows("newest_ends_of", values)}

    def in_force(self, holder: str, at: str, role: str = DEVICE) -> list[Issued]:
        """A holder's that are neither revoked nor expired then, the oldest first."""
        values = {"holder": holder, "role": role, "at": at}
        return self._database.records(Issued, "certificates_in_force", values)

    def made_since(self, device: str, since: str) -> int:
        """How many a device was given after then."""
        values = {"holder": device, "role": DEVICE, "since": since}
        return int(self._database.rows("certificates_made_since", values)[0]["number"])

    def ending(self, after: str, before: str) -> list[Issued]:
        """The newest of each server and program that ends between these times."""
        return self._database.records(Issued, "certificates_ending", {"after": after, "before": before})

    def newest_ending(self, after: str, before: str) -> list[Issued]:
        """The newest of each holder, devices included, that ends between these times."""
        return self._database.records(Issued, "newest_ending", {"after": after, "before": before})

    def revoke(self, holder: str, at: str, role: str = DEVICE) -> int:
        """Revoke all of a holder's; returns how many there were."""
        with self._database.transaction():
            return self._database.run("revoke_certificates", {"holder": holder, "role": role, "at": at})

    def revocations(self, at: str) -> list[Revocation]:
        """Those that were revoked and have not expired then, by number."""
        return self._database.records(Revocation, "revocations", {"at": at})

    def is_revoked(self, serial: str) -> bool:
        """Whether the certificate with this number was revoked."""
        return self._database.first(Revocation, "revoked_certificate", {"serial": serial}) is not None
