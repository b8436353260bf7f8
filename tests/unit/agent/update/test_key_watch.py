import threading
from pathlib import Path
from typing import List

import pytest
from fer_agent.errors import UpdateError
from fer_agent.update.key_watch import KeyWatch
from fer_agent.update.keyring import Keyring
from unit.agent.update.device import DEVICE, Device
from unit.agent.update.making import Release, Shelf
from unit.agent.update.signed_orders import signed_order
from unit.agent.update.test_keyring import Controller, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.give(made.list(1, "a", "a"))
    return made


def test_an_order_that_a_newer_key_signed_is_obeyed_once_the_device_has_followed(place: Place) -> None:
    old, new = (Release(place.keys["a"], place.folder, version) for version in ("1.0.0", "2.0.0"))
    device = Device(place.folder / DEVICE, old.folder, Shelf(new), None, keys_file=place.given)
    ring = place.ring(Controller(place.list(2, "ab", "ab")))
    device.keyring = ring
    device.inbox._keyring = ring
    watch = KeyWatch(ring, device.runner.take_again, lambda: None)
    device.runner.take(signed_order(new.desired(device=DEVICE), place.keys["b"]))
    assert device.wanted_keys
    assert device.runner.trust is not None
    assert device.runner.trust.refusal == "No key of this device's list 1 has signed the order."
    watch.turn()
    assert device.runner.trust is not None
    assert (device.runner.trust.keys_version, device.runner.trust.refusal) == (2, "")
    assert device.settle().history[0] == "downloading"


def test_a_manifest_that_a_newer_key_signed_is_proven_once_the_device_has_followed(place: Place) -> None:
    old, new = (Release(place.keys[key], place.folder, version) for key, version in (("a", "1.0.0"), ("b", "2.0.0")))

    class Both(Shelf):
        """Files, and the lists of keys."""

        def manifest(self, url: str, cancel: threading.Event) -> bytes:
            lists = Controller(place.list(2, "ab", "ab"))
            return lists.manifest(url, cancel) if "keys" in url else super().manifest(url, cancel)

    device = Device(
        place.folder / DEVICE, old.folder, Both(new), None, keys_file=place.given, controller_url="http://controller:1"
    )
    device.runner.take(signed_order(new.desired(device=DEVICE), place.keys["a"]))
    device.settle()
    assert device.update.state == "committed"


def test_what_goes_wrong_leaves_the_keys_as_they_are_and_a_report_is_due(place: Place) -> None:
    class Away(Controller):
        """Does not answer."""

        def manifest(self, url: str, cancel: threading.Event) -> bytes:
            raise UpdateError("It does not answer.")

    reports: List[bool] = []
    ring: Keyring = place.ring(Away())
    KeyWatch(ring, lambda: pytest.fail("nothing changed"), lambda: reports.append(True)).turn()
    assert reports == [True]


def test_it_looks_when_it_begins_and_when_it_is_asked(place: Place) -> None:
    looks = threading.Semaphore(0)
    watch = KeyWatch(place.ring(Controller()), lambda: None, looks.release, breath_s=0.0)
    watch.start()
    for _ in range(3):
        assert looks.acquire(timeout=10)
        watch.ask()
    watch.stop()
