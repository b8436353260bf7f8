import json
import os
import threading
from pathlib import Path
from typing import Callable, Dict, List, Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
from fer_agent.errors import RejectedError, StateError, UpdateError
from fer_agent.settings import UpdateSettings
from fer_agent.update.keyring import Keyring
from fer_wire import KeyList
from unit.agent.update.making import Signer
from unit.agent.update.signed_orders import key_list, listed, signers

NEVER = threading.Event()


class Controller:
    """Answers with the lists above a version, at most so many at once."""

    def __init__(self, *lists: KeyList, at_once: int = 16) -> None:
        self.lists, self.at_once = list(lists), at_once
        self.asked: List[int] = []

    def manifest(self, url: str, cancel: threading.Event) -> bytes:
        above = int(parse_qs(urlsplit(url).query)["above"][0])
        self.asked.append(above)
        newer = [each for each in self.lists if each.version > above][: self.at_once]
        return json.dumps({"lists": [each.model_dump(mode="json") for each in newer]}).encode()


class Place:
    """A device's folder, and the keys that it was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys: Dict[str, Signer] = signers(folder, "a", "b", "c", "d", "thief")
        self.given = folder / "given.json"

    def give(self, keys: KeyList) -> None:
        self.given.write_bytes(keys.payload())

    def ring(self, controller: Controller, **settings: object) -> Keyring:
        usual = {"keys_file": self.given, "controller_url": "http://controller:8780"}
        return Keyring(UpdateSettings.model_validate({**usual, **settings}), self.folder / "keys.json", controller)

    def list(self, version: int, names: str, by: str, threshold: int = 1) -> KeyList:
        """A list of keys by letters, signed by others."""
        keys = [self.keys[each] for each in names]
        return key_list(version, listed(*keys), [self.keys[each] for each in by], threshold)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.give(made.list(1, "a", "a"))
    return made


def version(ring: Keyring) -> int:
    assert ring.trust.keys is not None
    return ring.trust.keys.version


def test_a_device_follows_the_fleet_through_several_lists_and_remembers_the_last(place: Place) -> None:
    lists = [place.list(2, "b", "ab"), place.list(3, "c", "bc"), place.list(4, "d", "cd")]
    controller = Controller(*lists, at_once=2)
    ring = place.ring(controller)
    assert ring.follow(NEVER)
    assert version(ring) == 4
    assert controller.asked == [1, 3, 4]
    assert version(place.ring(Controller())) == 4
    assert not place.ring(Controller()).follow(NEVER)


def test_a_device_with_a_single_key_follows_to_the_first_list(place: Place) -> None:
    ring = place.ring(Controller(place.list(1, "a", "a")), keys_file=None, public_key=place.keys["a"].public)
    assert not ring.trust.signed_orders_alone
    assert ring.follow(NEVER)
    assert ring.trust.signed_orders_alone


@pytest.mark.parametrize("at_once", [1, 16])
def test_a_single_key_that_was_given_after_many_rotations_follows_from_its_own_list(place: Place, at_once: int) -> None:
    lists = [place.list(1, "a", "a"), place.list(2, "b", "ab"), place.list(3, "c", "bc"), place.list(4, "d", "cd")]
    ring = place.ring(Controller(*lists, at_once=at_once), keys_file=None, public_key=place.keys["c"].public)
    assert ring.follow(NEVER)
    assert version(ring) == 4
    stranger = place.ring(Controller(*lists, at_once=at_once), keys_file=None, public_key=place.keys["thief"].public)
    with pytest.raises(UpdateError, match=r"None of the fleet's lists .* as update\.keys_file"):
        stranger.follow(NEVER)
    assert version(stranger) == 0


@pytest.mark.parametrize(
    ("lists", "why"),
    [
        (lambda place: [place.list(3, "c", "abc")], "does not follow list 1"),
        (lambda place: [place.list(2, "b", "b")], "needs 1 signatures by keys for lists of list 1"),
        (lambda place: [place.list(2, "b", "a")], "needs 1 signatures by keys for lists of list 2"),
        (lambda place: [key_list(2, listed(place.keys["thief"]), [place.keys["thief"]])], "of list 1"),
        (lambda place: [place.list(2, "bc", "ab", threshold=2)], "needs 2 signatures by keys for lists of list 2"),
        (lambda place: [place.list(2, "b", "ab").model_copy(update={"threshold": 2})], "no list could follow"),
        (lambda place: [altered(place.list(2, "b", "ab"), place.list(2, "c", "").keys)], "of list 1"),
    ],
    ids=["one skipped", "not by the old", "not by its own", "forged", "too few", "impossible", "changed later"],
)
def test_a_list_that_does_not_follow_changes_nothing(
    place: Place, lists: Callable[[Place], List[KeyList]], why: str
) -> None:
    ring = place.ring(Controller(*lists(place)))
    with pytest.raises(UpdateError, match=why):
        ring.follow(NEVER)
    assert version(ring) == 1
    assert not (place.folder / "keys.json").exists()


def altered(keys: KeyList, others: Sequence[object]) -> KeyList:
    """The list with other keys in it, under the signatures that it had."""
    return keys.model_copy(update={"keys": tuple(others)})


def test_the_lists_before_a_forged_one_are_trusted(place: Place) -> None:
    ring = place.ring(Controller(place.list(2, "b", "ab"), place.list(3, "c", "c")))
    with pytest.raises(UpdateError):
        ring.follow(NEVER)
    assert version(ring) == version(place.ring(Controller())) == 2


def test_two_signatures_of_one_key_count_once(place: Place) -> None:
    place.give(place.list(1, "ab", "ab", threshold=2))
    twice = place.list(2, "cd", "acd", threshold=2)
    doubled = twice.model_copy(update={"signatures": (*twice.signatures, twice.signatures[0])})
    with pytest.raises(UpdateError, match="needs 2 signatures"):
        place.ring(Controller(doubled)).follow(NEVER)


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_whoever_dies_while_a_list_is_kept_has_the_one_before_and_follows_again(
    place: Place, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    controller = Controller(place.list(2, "b", "ab"), place.list(3, "c", "bc"))
    with monkeypatch.context() as patch:
        deaths = {"write": (os, "open"), "fsync": (os, "fsync"), "replace": (Path, "replace")}
        patch.setattr(*deaths[step], dies_at_the(2 if step == "replace" else 1, getattr(*deaths[step])))
        with pytest.raises(StateError):
            place.ring(controller).follow(NEVER)
    ring = place.ring(controller)
    assert version(ring) == (2 if step == "replace" else 1)
    ring.follow(NEVER)
    assert version(ring) == 3


def dies_at_the(number: int, really: Callable[..., object]) -> Callable[..., object]:
    """Fails at this call; those before go through."""
    calls: List[object] = []

    def called(*given: object, **named: object) -> object:
        calls.append(given)
        if len(calls) >= number:
            raise OSError(5, "The power fails")
        return really(*given, **named)

    return called


def test_a_damaged_file_is_told_and_the_given_list_counts(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    (place.folder / "keys.json").write_bytes(b"{")
    assert version(place.ring(Controller())) == 1
    assert "keys.json cannot be read" in caplog.text


def test_another_list_in_the_settings_counts_at_once(place: Place) -> None:
    place.ring(Controller(place.list(2, "b", "ab"))).follow(NEVER)
    place.give(place.list(1, "d", "d"))
    ring = place.ring(Controller())
    assert ring.trust.keys == place.list(1, "d", "d")


def test_a_device_without_a_key_takes_no_update(place: Place) -> None:
    ring = place.ring(Controller(), keys_file=None)
    with pytest.raises(RejectedError, match=r"takes no update: update\.public_key is not set"):
        ring.check()
    assert not ring.follow(NEVER)


def test_a_file_that_is_no_list_is_told_and_read_again_once_it_is_one(place: Place) -> None:
    place.given.write_text("{}")
    ring = place.ring(Controller())
    with pytest.raises(RejectedError, match=r"given\.json cannot be read as a list of keys"):
        ring.check()
    place.give(place.list(1, "a", "a"))
    ring.check()
    assert version(ring) == 1


def test_a_device_without_a_controller_stays_with_what_it_has(place: Place) -> None:
    ring = place.ring(Controller(place.list(2, "b", "ab")), controller_url=None)
    assert not ring.can_follow
    assert not ring.follow(NEVER)
