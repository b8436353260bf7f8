"""The fleet's lists of keys: keys/1.json and so on, each signed by the one before, none ever changed."""

import json
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from fer_wire import KeyList, MessageError, parse
from fer_wire.device.trust import NO_KEYS, Trust, one_key
from fer_wire.keys import MOST_LISTS, ListSignature
from fer_wire.signed import KEY_LIST
from fer_wire.whole_files import remove_partial, written_whole

from fer_controller.errors import RegistryError
from fer_controller.registry import signing

FOLDER = "keys"


class KeyHistory:
    """All lists of one registry, in order; a list is there whole, or not at all."""

    def __init__(self, registry_folder: Path) -> None:
        self._registry_folder = registry_folder
        self._folder = registry_folder / FOLDER

    @property
    def newest(self) -> KeyList | None:
        """The list that counts; None before the first. Raises RegistryError when it cannot be read."""
        payload = self._payload(self._count())
        return None if payload is None else self._parsed(payload)

    @property
    def trust(self) -> Trust:
        """Whom devices trust that have followed: the newest list, or before the first the registry's own key."""
        newest = self.newest
        if newest is None and not (self._registry_folder / signing.PUBLIC_FILE).exists():
            return NO_KEYS
        public = self._registry_folder / signing.PUBLIC_FILE
        return Trust(newest or one_key(signing.public_text(public)), signing.verifies)

    def above(self, version: int) -> list[bytes]:
        """The lists after this one, in order, and not more than one answer holds."""
        found = (self._payload(number) for number in range(version + 1, version + 1 + MOST_LISTS))
        return [payload for payload in found if payload is not None]

    def publish(self, payload: bytes) -> KeyList:
        """Add the next list, which devices follow from then on; raises RegistryError when it does not follow."""
        try:
            followed = self.trust.next(payload).keys
        except MessageError as error:
            raise RegistryError(f"The list of keys cannot be published. {error}") from error
        assert followed is not None  # noqa: S101  # it follows one
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            remove_partial(self._folder)
            with written_whole(self._path(followed.version), replace=False) as file:
                file.write(payload)
        except OSError as error:
            raise RegistryError(
                f"{self._path(followed.version)} cannot be written: {error.strerror or error}; "
                "the lists before are intact."
            ) from error
        return followed

    def _count(self) -> int:
        number = 0
        while self._path(number + 1).exists():
            number += 1
        return number

    def _payload(self, version: int) -> bytes | None:
        try:
            return self._path(version).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise RegistryError(f"{self._path(version)} cannot be read: {error.strerror or error}.") from error

    def _parsed(self, payload: bytes) -> KeyList:
        try:
            return parse(KeyList, payload)
        except MessageError as error:
            raise RegistryError(f"{self._folder} holds what is no list of keys ({error}); restore it.") from error

    def _path(self, version: int) -> Path:
        return self._folder / f"{version}.json"


def read_draft(path: Path) -> bytes:
    """A list in a file; raises RegistryError when there is none."""
    try:
        payload = path.read_bytes()
        parse(KeyList, payload)
    except (OSError, MessageError) as error:
        raise RegistryError(f"{path} is no list of keys ({error}); `fer-controller keys draft` writes one.") from error
    return payload


def countersigned(payload: bytes, signers: Iterable[signing.Signer]) -> bytes:
    """The list with more signatures; raises MessageError when it is none, RegistryError without a signature."""
    kept = {each.key: each for each in parse(KeyList, payload).signatures}
    message = KEY_LIST.signed_bytes(payload)
    for by in signers:
        kept[by.public] = ListSignature(key=by.public, signature=b64encode(by.sign(message)).decode())
    return KEY_LIST.with_signature(payload, [each.model_dump() for each in kept.values()])


def documents(payloads: Iterable[bytes]) -> list[object]:
    """Lists as they are sent, with all that was signed."""
    return [json.loads(payload) for payload in payloads]
