"""The list of keys that this device trusts: given by its settings, kept on the disk, followed to the newest."""

import hashlib
import json
import logging
import threading
from pathlib import Path
from typing import Sequence, Tuple

from fer_wire import KeyList, KeyLists, MessageError, parse
from fer_wire.device.trust import NO_KEYS, Trust, one_key
from pydantic import BaseModel, ConfigDict
from typing_extensions import Protocol

from fer_agent.errors import RejectedError, UpdateError
from fer_agent.host.kept_file import kept_in
from fer_agent.settings import UpdateSettings
from fer_agent.update import durable, verify

log = logging.getLogger(__name__)

NEWER = "/v1/keys?above={version}"
NO_KEY = (
    "This device takes no update: update.public_key is not set, nor is update.keys_file. Give it the signing.pub, or "
    "the fleet's list of keys."
)

NOT_OURS = (
    "None of the fleet's lists of keys is signed by the key in update.public_key; give the device the list itself as "
    "update.keys_file (`fer-controller keys show --out FILE`)."
)


class Letters(Protocol):
    """Where small documents come from."""

    def manifest(self, url: str, cancel: threading.Event) -> bytes:
        """Fetch one whole; raises UpdateError, and CanceledError."""


class _Kept(BaseModel):
    """keys.json: the newest list, and from which file of the settings the device came to it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    given: str
    list: KeyList


class Keyring:
    """One list at a time, replaced as a whole; any thread may ask what is trusted."""

    def __init__(self, settings: UpdateSettings, file: Path, source: Letters) -> None:
        self._settings, self._file, self._source = settings, file, source
        self._following = threading.Lock()
        self._given, self._fault, self.trust = "", NO_KEY, NO_KEYS
        self._load()

    @property
    def can_follow(self) -> bool:
        """Whether there is a list to follow, and a controller that may have newer ones."""
        return self.trust.keys is not None and self._settings.controller_url is not None

    def check(self) -> None:
        """Raises RejectedError when this device has no key, and so takes no update; a file is looked for again."""
        if self.trust.keys is None:
            self._load()
        if self.trust.keys is None:
            raise RejectedError(self._fault)

    def follow(self, cancel: threading.Event) -> bool:
        """Fetch the lists that came since, and trust the last; returns whether there were any.

        Each is proven by the one before. Raises UpdateError when they cannot be had or do not follow, StateError when
        the newest cannot be kept, and CanceledError; the lists before that one are trusted then.
        """
        with self._following:
            before = self.trust
            if before.keys is None or not self.can_follow:
                return False
            above, found = before.keys.version, self._above(before.keys.version, cancel)
            while found:
                self._trust_each(found)
                above += len(found)
                found = self._above(above, cancel)
            if above and not self.trust.signed_orders_alone:
                raise UpdateError(NOT_OURS)
            return self.trust is not before

    def _above(self, version: int, cancel: threading.Event) -> Sequence[bytes]:
        """The lists after this one, some of them at a time."""
        payload = self._source.manifest(NEWER.format(version=version), cancel)
        try:
            return [json.dumps(each).encode() for each in parse(KeyLists, payload).lists]
        except MessageError as error:
            raise UpdateError(f"The controller's answer is no list of keys. {error}") from error

    def _trust_each(self, payloads: Sequence[bytes]) -> None:
        for payload in payloads:
            try:
                trust = self.trust.followed([payload])
            except MessageError as error:
                raise UpdateError(f"The controller's list of keys is passed over. {error}") from error
            if trust.keys is not None and trust is not self.trust:
                durable.replace(self._file, _Kept(given=self._given, list=trust.keys).model_dump_json().encode())
                self.trust = trust
                log.info("The list of keys %d is trusted from now on.", trust.keys.version)

    def _load(self) -> None:
        """What was kept, as long as the settings name the file that it came from."""
        try:
            given, keys = _given(self._settings)
        except RejectedError as error:
            self._fault = str(error)
            return
        self._given = given
        kept = kept_in(self._file, _Kept, "the keys of the settings are trusted")
        self.trust = Trust(kept.list if kept and kept.given == given else keys, verify.ed25519)


def _given(settings: UpdateSettings) -> Tuple[str, KeyList]:
    """The list of the settings, and what tells it from another one; raises RejectedError."""
    path = settings.keys_file or settings.public_key
    if path is None:
        raise RejectedError(NO_KEY)
    if settings.keys_file is None:
        keys = one_key(verify.public_key(path))
        return _digest(keys.payload()), keys
    try:
        payload = path.read_bytes()
        return _digest(payload), parse(KeyList, payload)
    except (OSError, MessageError) as error:
        raise RejectedError(f"{path} cannot be read as a list of keys ({error}); correct update.keys_file.") from error


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()
