"""Other keys for the fleet: a list is drafted, signed, published, and then the registry's own key takes its place.

The list on the disk decides. Whoever dies before it was written has changed nothing; afterwards settle() does the rest.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from fer_wire import KeyList
from fer_wire.keys import LISTS, ListedKey
from fer_wire.whole_files import move
from pydantic import ValidationError

from fer_controller.errors import RegistryError
from fer_controller.registry import signing
from fer_controller.registry.key_lists import KeyHistory, countersigned

NEXT_FILE = "signing.key.next"
CONTROLLER = "controller"


def begin(folder: Path, by: signing.Signer, now: datetime) -> KeyList:
    """Publish a fleet's first list, in which the registry's key signs everything; raises RegistryError if there is one.

    It has to: this is the key that devices trust until they follow.
    """
    history = KeyHistory(folder)
    if history.newest is not None:
        raise RegistryError("The fleet has a list of keys; change it with `fer-controller keys rotate` or `draft`.")
    ours = ListedKey(public=by.public, name=CONTROLLER)
    return history.publish(countersigned(_payload(1, now, 1, [ours]), [by]))


def draft(
    folder: Path,
    now: datetime,
    *,
    added: Sequence[ListedKey] = (),
    removed: Sequence[str] = (),
    threshold: int | None = None,
    replacing_ours: bool = False,
) -> bytes:
    """The next list, not signed yet; removed keys are given by name or public key.

    To replace the registry's own, a new key is made, which waits beside it until the list is published. Raises
    RegistryError.
    """
    newest = newest_list(folder)
    for each in removed:
        if each not in {named for key in newest.keys for named in (key.name, key.public)}:
            raise RegistryError(f"The list of keys {newest.version} has no key {each}; see `fer-controller keys show`.")
    kept = [key for key in newest.keys if key.name not in removed and key.public not in removed]
    if replacing_ours:
        kept = [_replaced(folder, key) if key == _ours(folder, newest) else key for key in kept]
    return _payload(newest.version + 1, now, threshold or newest.threshold, [*kept, *added])


def rotate(folder: Path, now: datetime) -> KeyList:
    """A new key takes the place of the registry's own, which signs the list and is deleted; raises RegistryError."""
    if LISTS not in _ours(folder, newest_list(folder)).signs:
        raise RegistryError(
            "The registry's key does not sign lists; draft the next with `fer-controller keys draft FILE --rotate`, "
            "sign it where the key for lists is with `keys sign`, and publish it with `keys publish`."
        )
    payload = draft(folder, now, replacing_ours=True)
    keys = [signing.SigningKey(folder / name) for name in (signing.PRIVATE_FILE, NEXT_FILE)]
    return publish(folder, countersigned(payload, keys))


def publish(folder: Path, payload: bytes) -> KeyList:
    """Publish a list that was signed, and let the registry's next key take its place; raises RegistryError."""
    published = KeyHistory(folder).publish(payload)
    settle(folder)
    return published


def settle(folder: Path) -> bool:
    """The key that waits takes its place, once a published list names it; returns whether it did."""
    waiting, newest = folder / NEXT_FILE, KeyHistory(folder).newest
    try:
        taken = waiting.exists() and newest is not None and _names(newest, signing.SigningKey(waiting).public)
        if taken:
            move(waiting, folder / signing.PRIVATE_FILE)
        if newest is not None and not _names(newest, signing.public_text(folder / signing.PUBLIC_FILE)):
            signing.write_public(folder)
    except OSError as error:
        raise RegistryError(f"The key cannot be put into {folder}: {error.strerror or error}.") from error
    return taken


def authorized(folder: Path, by: signing.Signer, purpose: str) -> signing.Signer:
    """Who signs, if the newest list lets them; raises RegistryError when devices would not believe them."""
    newest = KeyHistory(folder).newest
    if newest is not None and by.public not in newest.those_for(purpose):
        raise RegistryError(
            f"The list of keys {newest.version} does not let the key in {folder / signing.PUBLIC_FILE} sign {purpose}; "
            "see `fer-controller keys show`, and finish a rotation that was cut off with `models keygen`."
        )
    return by


def newest_list(folder: Path) -> KeyList:
    """The list that counts; raises RegistryError where there is none."""
    newest = KeyHistory(folder).newest
    if newest is None:
        raise RegistryError("The fleet has no list of keys yet; make the first with `fer-controller keys begin`.")
    return newest


def _ours(folder: Path, keys: KeyList) -> ListedKey:
    public = signing.public_text(folder / signing.PUBLIC_FILE)
    found = next((key for key in keys.keys if key.public == public), None)
    if found is None:
        raise RegistryError(
            f"The list of keys {keys.version} does not name the key in {folder / signing.PUBLIC_FILE}; put the right "
            "one there, or add it with `fer-controller keys draft --add`."
        )
    return found


def _replaced(folder: Path, key: ListedKey) -> ListedKey:
    try:
        signing.make_private(folder / NEXT_FILE)
    except OSError as error:
        raise RegistryError(f"The key cannot be written to {folder}: {error.strerror or error}.") from error
    return key.model_copy(update={"public": signing.SigningKey(folder / NEXT_FILE).public})


def _names(keys: KeyList, public: str) -> bool:
    return any(key.public == public for key in keys.keys)


def _payload(version: int, now: datetime, threshold: int, keys: Sequence[ListedKey]) -> bytes:
    try:
        return KeyList(version=version, time=now, threshold=threshold, keys=tuple(keys)).payload()
    except ValidationError as error:
        reason = str(error.errors(include_url=False)[0]["msg"]).removeprefix("Value error, ")
        raise RegistryError(f"That is no list of keys: {reason}.") from error
