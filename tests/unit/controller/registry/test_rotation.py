import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry import rotation, signing
from fer_controller.registry.key_lists import KeyHistory, countersigned
from fer_wire import KeyList, parse
from fer_wire.device.trust import Trust, one_key
from fer_wire.keys import LISTS, MODELS, ORDERS, ListedKey

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def key(folder: Path, name: str) -> signing.SigningKey:
    """A key somewhere else."""
    folder.mkdir(exist_ok=True)
    signing.make_private(folder / name)
    return signing.SigningKey(folder / name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A registry with keys, and without a list."""
    made = tmp_path / "fleet.models"
    signing.make_keys(made)
    return made


@pytest.fixture
def begun(folder: Path) -> Path:
    """A registry with a first list."""
    rotation.begin(folder, signing.signer(folder), NOW)
    return folder


def versions(folder: Path) -> "list[int]":
    return [parse(KeyList, each).version for each in KeyHistory(folder).above(0)]


def test_the_first_list_is_followed_by_devices_that_have_the_public_key_alone(folder: Path) -> None:
    device = Trust(one_key(signing.public_text(folder / signing.PUBLIC_FILE)), signing.verifies)
    made = rotation.begin(folder, signing.signer(folder), NOW)
    assert device.followed(KeyHistory(folder).above(0)).keys == made
    assert (made.version, [each.signs for each in made.keys]) == (1, [(ORDERS, MODELS, LISTS)])
    with pytest.raises(RegistryError, match="has a list of keys"):
        rotation.begin(folder, signing.signer(folder), NOW)


def test_after_any_number_of_rotations_a_device_of_old_follows_to_the_key_that_signs(begun: Path) -> None:
    device = Trust(one_key(signing.public_text(begun / signing.PUBLIC_FILE)), signing.verifies)
    for _ in range(5):
        before = signing.signer(begun).public
        made = rotation.rotate(begun, NOW)
        ours = signing.signer(begun).public
        assert [each.public for each in made.keys] == [ours]
        assert ours != before
    assert versions(begun) == [1, 2, 3, 4, 5, 6]
    assert device.followed(KeyHistory(begun).above(0)).keys == KeyHistory(begun).newest
    assert not (begun / rotation.NEXT_FILE).exists()


@pytest.mark.parametrize("call", range(1, 12))
def test_whoever_dies_anywhere_in_a_rotation_has_a_key_that_devices_believe_once_it_is_settled(
    begun: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    device = Trust(one_key(signing.public_text(begun / signing.PUBLIC_FILE)), signing.verifies)
    with monkeypatch.context() as patch:
        dying = Dying(call)
        patch.setattr(os, "fsync", dying.before(os.fsync))
        patch.setattr(os, "link", dying.before(os.link))
        patch.setattr(Path, "replace", dying.before(Path.replace))
        try:
            rotation.rotate(begun, NOW)
        except RegistryError:
            assert dying.died
    rotation.settle(begun)
    assert rotation.authorized(begun, signing.signer(begun), ORDERS)
    assert versions(begun) in ([1], [1, 2])
    rotation.rotate(begun, NOW)
    followed = device.followed(KeyHistory(begun).above(0))
    assert followed.allows(signing.signer(begun).public, ORDERS)


class Dying:
    """Fails at one call and at all that follow, as a machine does whose power is cut."""

    def __init__(self, at: int) -> None:
        self._left, self.died = at, False

    def before(self, really: Callable[..., object]) -> Callable[..., object]:
        def called(*given: object, **named: object) -> object:
            self._left -= 1
            if self._left <= 0:
                self.died = True
                raise OSError(5, "The power fails")
            return really(*given, **named)

        return called


def test_a_key_for_lists_is_kept_elsewhere_and_then_signs_what_follows(begun: Path, tmp_path: Path) -> None:
    root, ours = key(tmp_path / "safe", "root.key"), signing.signer(begun)
    listed = [
        ListedKey(public=root.public, name="root", signs=(LISTS,)),
        ListedKey(public=ours.public, name=rotation.CONTROLLER, signs=(ORDERS, MODELS)),
    ]
    handed = rotation.draft(begun, NOW, added=listed, removed=[rotation.CONTROLLER])
    with pytest.raises(RegistryError, match="needs 1 signatures by keys for lists of list 2"):
        rotation.publish(begun, countersigned(handed, [ours]))
    rotation.publish(begun, countersigned(countersigned(handed, [ours]), [root]))
    with pytest.raises(RegistryError, match="does not sign lists; draft the next"):
        rotation.rotate(begun, NOW)
    replaced = rotation.draft(begun, NOW, replacing_ours=True)
    rotation.publish(begun, countersigned(replaced, [root]))
    assert signing.signer(begun).public != ours.public
    assert rotation.authorized(begun, signing.signer(begun), MODELS)


def test_a_list_that_was_changed_after_it_was_signed_is_not_published(begun: Path) -> None:
    whole = json.loads(countersigned(rotation.draft(begun, NOW), [signing.signer(begun)]))
    with pytest.raises(RegistryError, match="cannot be published"):
        rotation.publish(begun, json.dumps({**whole, "time": "2030-01-01T00:00:00Z"}).encode())
    assert versions(begun) == [1]


def test_a_list_is_published_once_and_never_changed(begun: Path) -> None:
    whole = countersigned(rotation.draft(begun, NOW), [signing.signer(begun)])
    rotation.publish(begun, whole)
    with pytest.raises(RegistryError, match="does not follow list 2"):
        rotation.publish(begun, whole)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"removed": ["nobody"]}, "has no key nobody"),
        ({"removed": [rotation.CONTROLLER]}, "That is no list of keys"),
        ({"threshold": 2}, "needs 2 keys that sign lists"),
    ],
)
def test_a_list_that_nothing_could_follow_is_not_drafted(begun: Path, changes: "dict[str, object]", why: str) -> None:
    with pytest.raises(RegistryError, match=why):
        rotation.draft(begun, NOW, **changes)  # type: ignore[arg-type]


def test_before_the_first_list_there_is_nothing_to_rotate(folder: Path) -> None:
    with pytest.raises(RegistryError, match="has no list of keys yet"):
        rotation.rotate(folder, NOW)


def test_a_key_that_the_list_does_not_name_signs_nothing(begun: Path) -> None:
    signing.make_keys(begun, force=True)
    with pytest.raises(RegistryError, match=r"does not let the key in .* sign orders"):
        rotation.authorized(begun, signing.signer(begun), ORDERS)
