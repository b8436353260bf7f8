import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone

import pytest
from fer_wire import MessageError, UntrustedError, Withdrawal
from fer_wire.device.orders import Order, read_order
from fer_wire.device.record import Record
from fer_wire.device.trust import NO_KEYS, Trust, one_key
from fer_wire.message import MAX_COUNT
from fer_wire.signed import ORDER
from unit.wire.device.orders import an_order
from unit.wire.device.test_trust import public, reads, signature, trust

NOW = datetime(2026, 11, 29, tzinfo=timezone.utc)
SOON = NOW + timedelta(days=30)
DEVICE = "nano-01"


def signed(payload: bytes, letter: str = "a") -> bytes:
    """The order with the signature of a letter."""
    return ORDER.with_signature(payload, b64encode(signature(letter, ORDER.signed_bytes(payload))).decode())


def test_a_device_without_a_key_takes_orders_and_withdrawals_as_they_come() -> None:
    assert read_order(an_order(sequence=4).payload(), DEVICE, NO_KEYS) == Order(an_order(sequence=4), 4)
    assert read_order(b"", DEVICE, NO_KEYS) == Order(None)


def test_garbage_is_told_as_what_it_is_not() -> None:
    with pytest.raises(MessageError, match="Desired: time: Field required"):
        read_order(b'{"device": "nano-01", "rollout": "r"}', DEVICE, NO_KEYS)


def test_who_signed_is_known_and_until_when_it_holds() -> None:
    order = an_order(sequence=4, expires=SOON)
    found = read_order(signed(order.payload()), DEVICE, trust(1, "ab"))
    assert (found.key, found.sequence, found.expires) == (public("a"), 4, SOON)


def test_a_withdrawal_is_an_order_without_a_desired_state() -> None:
    withdrawal = Withdrawal(device=DEVICE, withdraws="r1", sequence=9, time=NOW, expires=SOON)
    assert read_order(signed(withdrawal.payload()), DEVICE, trust(1, "a")) == Order(None, 9, SOON, public("a"))


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", "The order is not signed, and this device takes signed ones alone"),
        (an_order().payload(), "The order is not signed"),
        (signed(an_order(expires=SOON).payload(), "c"), "No key of this device's list 1 has signed the order"),
        (signed(an_order().payload()), "does not say until when it holds"),
    ],
    ids=["empty", "unsigned", "by a stranger", "without an end"],
)
def test_a_device_with_a_list_takes_nothing_else(payload: bytes, why: str) -> None:
    with pytest.raises(UntrustedError, match=why):
        read_order(payload, DEVICE, trust(1, "a"))


def test_another_devices_order_is_passed_over_however_well_it_is_signed() -> None:
    with pytest.raises(MessageError, match="it is for 'nano-02', and this is 'nano-01'"):
        read_order(signed(an_order(device="nano-02", expires=SOON).payload()), DEVICE, trust(1, "a"))


def test_a_device_with_one_key_is_not_stopped_by_a_sequence_that_nobody_signed() -> None:
    """It takes unsigned orders as before; but what the controller signs is held against what was signed alone."""
    single = Trust(one_key(public("a")), reads)
    forged = read_order(an_order(sequence=MAX_COUNT).payload(), DEVICE, single)
    record = Record().begun(an_order(sequence=MAX_COUNT))
    assert record.judged(forged, single, NOW)[1] == "it is the one that is idle"
    ours = read_order(signed(an_order(rollout="r2", sequence=5, expires=SOON).payload()), DEVICE, single)
    assert record.judged(ours, single, NOW)[1] == ""


def test_what_arrives_is_what_is_signed_whatever_the_spelling_of_its_json() -> None:
    payload = signed(an_order(expires=SOON).payload())
    spread = json.dumps(json.loads(payload), indent=3).encode()
    assert read_order(spread, DEVICE, trust(1, "a")).key == public("a")
