import logging
from pathlib import Path
from typing import Any, List

import pytest
from fer_agent.errors import IdentityError, UpdateError
from fer_agent.identity import certificate
from fer_agent.identity.identity import Identity
from fer_agent.identity.renewal import Renewal
from fer_agent.settings import Settings
from fer_agent.update.http import HttpClient
from unit.agent.identity.issued_pairs import FleetAuthority

DEVICE = "nano-01"


class Renewed:
    """A device whose certificate has so many days of a year left, and a controller that answers as it is told."""

    def __init__(self, folder: Path, days_left: float, **identity: Any) -> None:
        self.authority = FleetAuthority(folder)
        pair = self.authority.pair(DEVICE, begins_days=days_left - 365, ends_days=days_left)
        self.settings = Settings(
            device=DEVICE,
            identity={"cert_file": pair.cert, "key_file": pair.key, **identity},
            update={"controller_url": "https://controller.lab:8780", "ca_file": self.authority.ca_file},
        )
        self.identity = Identity(self.settings.identity, DEVICE, folder)
        self.renewal = Renewal(self.identity.dressed(self.settings), self.identity)
        self.asked: List[bytes] = []

    def posted(self, path: str, body: bytes, content_type: str) -> bytes:
        assert (path, content_type) == ("/v1/certificate", "application/pkcs10")
        self.asked.append(body)
        return self.authority.answer(body, DEVICE, ends_days=500)


def device(folder: Path, patch: pytest.MonkeyPatch, days_left: float, **identity: Any) -> Renewed:
    made = Renewed(folder, days_left, **identity)
    patch.setattr(HttpClient, "posted", made.posted)
    return made


def test_while_there_is_time_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    early = device(tmp_path, monkeypatch, days_left=200)
    assert not early.renewal.look()
    assert early.asked == []


def test_in_its_last_third_it_is_renewed_with_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    due = device(tmp_path, monkeypatch, days_left=100)
    due.identity.adopt()
    before = due.identity.file.read_bytes()
    assert due.renewal.look()
    after = due.identity.file.read_bytes()
    assert after[after.index(b"-----BEGIN PRIVATE") :] != before[before.index(b"-----BEGIN PRIVATE") :]
    assert not due.renewal.look()
    assert len(due.asked) == 1


def test_the_key_stays_where_the_settings_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    due = device(tmp_path, monkeypatch, days_left=100, new_key=False)
    due.identity.adopt()
    before = due.identity.file.read_bytes()
    assert due.renewal.look()
    after = due.identity.file.read_bytes()
    assert after[after.index(b"-----BEGIN PRIVATE") :] == before[before.index(b"-----BEGIN PRIVATE") :]
    assert certificate.of_file(due.identity.file).ends > certificate.now()


def test_one_that_is_not_to_be_renewed_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    due = device(tmp_path, monkeypatch, days_left=100, renew=False)
    assert not due.renewal.look()


def test_one_that_has_expired_is_told_with_the_command_that_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = device(tmp_path, monkeypatch, days_left=-1)
    with pytest.raises(IdentityError, match=r"expired on .*`fer-controller enroll nano-01 --replace"):
        late.renewal.look()
    assert late.asked == []


def test_without_an_address_of_the_controller_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    due = device(tmp_path, monkeypatch, days_left=100)
    due.settings = due.settings.model_copy(
        update={"update": due.settings.update.model_copy(update={"controller_url": None})}
    )
    with pytest.raises(IdentityError, match=r"set update\.controller_url"):
        Renewal(due.settings, due.identity).look()


def test_a_controller_that_lies_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    due = device(tmp_path, monkeypatch, days_left=100)
    due.identity.adopt()
    before = due.identity.file.read_bytes()
    monkeypatch.setattr(HttpClient, "posted", lambda *_: due.authority.pair("nano-02").cert.read_bytes())
    with pytest.raises(IdentityError, match="The present one stays"):
        due.renewal.look()
    assert due.identity.file.read_bytes() == before


def test_a_refusal_is_told_once_until_it_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    due = device(tmp_path, monkeypatch, days_left=100)
    said = iter(["no authority", "no authority", "revoked"])

    def refuse(*_: object) -> bytes:
        try:
            raise UpdateError(next(said))
        except StopIteration:
            renewal.stop()
            raise UpdateError("revoked") from None

    monkeypatch.setattr(HttpClient, "posted", refuse)
    renewal = Renewal(due.settings, due.identity, every_s=0.001)
    with caplog.at_level(logging.ERROR):
        renewal.start()
        renewal._thread.join(30)
    told = [record.getMessage() for record in caplog.records]
    assert told == [f"The certificate is not renewed yet: {why}" for why in ("no authority", "revoked")]
