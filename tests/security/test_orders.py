"""Orders are signed: nobody but the holder of a key replays, freezes or fast-forwards what a device is told to run.

What a device does stands in the wire; here the agent's own update and the simulated device both have to do it.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fer_agent.update import verify
from fer_wire import Desired, UntrustedError, Withdrawal
from fer_wire.device.orders import Order, read_order
from fer_wire.device.record import Record
from fer_wire.device.trust import Trust, one_key
from fer_wire.keys import ListedKey
from fer_wire.message import MAX_COUNT
from fer_wire.reported import CANCELED, COMMITTED, DOWNLOADING, Trusted
from fer_wire.signed import MANIFEST, ORDER
from hypothesis import given
from hypothesis import strategies as st
from security.ordered_devices import Agent, Kind, Simulated, send
from unit.agent.update.device import DEVICE
from unit.agent.update.making import Release, Shelf, Signer
from unit.agent.update.signed_orders import NOW, SOON, key_list, listed, signed_order, signers, trust_in

OLD, NEW, NEWER = "tiny@1.0.0/fp32", "tiny@2.0.0/fp32", "tiny@3.0.0/fp32"
PAST_EVERYTHING = 2**63 - 1
MONTH = timedelta(days=30)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, ours: Signer) -> "dict[str, Release]":
    folder = tmp_path_factory.mktemp("releases")
    return {f"tiny@{version}/fp32": Release(ours, folder, version) for version in ("1.0.0", "2.0.0", "3.0.0")}


@pytest.fixture(params=["agent", "simulator"])
def device(
    request: pytest.FixtureRequest, tmp_path: Path, ours: Signer, releases: "dict[str, Release]"
) -> Iterator[Kind]:
    shelf, trust = Shelf(*releases.values()), trust_in(ours)
    if request.param == "simulator":
        yield Simulated(releases[OLD], shelf, trust)
        return
    keys = tmp_path / "given.json"
    assert trust.keys is not None
    keys.write_bytes(trust.keys.payload())
    yield Agent(tmp_path / DEVICE, releases[OLD], shelf, keys)


Orders = Callable[..., bytes]


@pytest.fixture
def order(ours: Signer, releases: "dict[str, Release]") -> Orders:
    """A signed order for a model."""

    def made(model: str, sequence: int, by: Signer = ours, **changes: Any) -> bytes:
        wanted = releases[model].desired(
            device=changes.pop("device", DEVICE), rollout=f"r{sequence}", sequence=sequence
        )
        return signed_order(wanted, by, **changes)

    return made


def unsigned(payload: bytes, **changes: Any) -> bytes:
    """The order without its signature, and changed."""
    return json.dumps({**json.loads(payload), "signature": "", **changes}).encode()


def test_a_signed_order_is_obeyed_and_says_until_when_it_holds(device: Kind, order: Orders) -> None:
    send(device, order(NEW, 5))
    assert (device.serves, device.record.state) == (NEW, COMMITTED)
    assert device.trusted() == Trusted(keys_version=1, signed_orders_alone=True, order_expires=SOON)


def test_an_order_that_nobody_signed_changes_nothing(device: Kind, order: Orders) -> None:
    before = device.record
    send(device, unsigned(order(NEW, 5)))
    assert (device.serves, device.record) == (OLD, before)


def test_an_order_of_a_stranger_changes_nothing(device: Kind, order: Orders, stranger: Signer) -> None:
    before = device.record
    send(device, order(NEW, 5, by=stranger))
    assert (device.serves, device.record) == (OLD, before)


def test_an_old_order_does_not_bring_an_old_model_back(device: Kind, order: Orders) -> None:
    old = order(NEW, 5)
    send(device, old)
    send(device, order(NEWER, 6))
    send(device, old)
    send(device, unsigned(old, sequence=7))
    assert device.serves == NEWER


def test_one_that_the_device_never_saw_is_too_old_as_well(device: Kind, order: Orders) -> None:
    send(device, order(NEWER, 6))
    send(device, order(NEW, 5))
    assert device.serves == NEWER


@pytest.mark.parametrize("sequence", [PAST_EVERYTHING, MAX_COUNT])
def test_an_unsigned_sequence_past_everything_stops_no_later_order(device: Kind, order: Orders, sequence: int) -> None:
    send(device, unsigned(order(NEW, 5), sequence=sequence))
    send(device, order(NEW, 5))
    assert device.serves == NEW


def test_a_signature_covers_the_sequence_the_expiry_and_the_model(
    device: Kind, order: Orders, releases: "dict[str, Release]"
) -> None:
    whole = json.loads(order(NEW, 5))
    other = releases[NEWER].artifact()
    for changes in (
        {"sequence": MAX_COUNT}, {"expires": "2099-01-01T00:00:00.000Z"}, {"rollout": "r99"}, {"probation_s": 9.0},
        {"model": other.model, "sha256": other.sha256, "size_bytes": other.size_bytes}, {"of a later version": 1},
    ):  # fmt: skip
        send(device, json.dumps({**whole, **changes}).encode())
    assert (device.serves, device.record) == (OLD, Record())


def test_the_order_of_another_device_is_passed_over(device: Kind, order: Orders) -> None:
    send(device, order(NEW, 5, device="nano-99"))
    assert (device.serves, device.record) == (OLD, Record())


def test_an_expired_order_is_not_begun(device: Kind, order: Orders) -> None:
    device.at(SOON + timedelta(seconds=1))
    send(device, order(NEW, 5))
    assert (device.serves, device.record) == (OLD, Record())
    send(device, order(NEW, 5, expires=SOON + MONTH))
    assert device.serves == NEW


def test_a_device_notices_that_newer_orders_are_kept_from_it_and_goes_on(device: Kind, order: Orders) -> None:
    send(device, order(NEW, 5))
    device.at(SOON + timedelta(seconds=1))
    assert device.trusted().order_expired
    device.restart()
    assert device.trusted().order_expired
    assert device.serves == NEW
    send(device, order(NEW, 5, expires=SOON + MONTH))
    assert (device.trusted().order_expired, device.trusted().order_expires) == (False, SOON + MONTH)


def test_a_renewal_is_remembered_and_an_older_one_does_not_take_it_back(device: Kind, order: Orders) -> None:
    send(device, order(NEW, 5))
    send(device, order(NEW, 5, expires=SOON + MONTH))
    send(device, order(NEW, 5))
    device.restart()
    assert device.trusted().order_expires == SOON + MONTH


def test_what_is_under_way_is_taken_back_by_a_signed_withdrawal_alone(
    device: Kind, ours: Signer, releases: "dict[str, Release]"
) -> None:
    wanted = signed_order(releases[NEW].desired(device=DEVICE, sequence=5), ours)
    withdrawal = Withdrawal(device=DEVICE, withdraws="r1", sequence=6, time=NOW, expires=SOON).payload()
    device.deliver(wanted)
    for nobodys in (b"", withdrawal):
        device.deliver(nobodys)
        assert device.record.state == DOWNLOADING
    device.deliver(ours.signed(withdrawal, ORDER))
    assert (device.record.state, device.serves) == (CANCELED, OLD)
    send(device, wanted)
    assert (device.record.state, device.serves) == (CANCELED, OLD)


def test_a_signed_manifest_is_no_order(ours: Signer, releases: "dict[str, Release]") -> None:
    """A model from elsewhere may bring fields of an order in its manifest, and would be signed with them."""
    document = releases[NEW].desired(device=DEVICE, sequence=MAX_COUNT, expires=SOON).model_dump(mode="json")
    both = ours.signed(json.dumps({**json.loads(releases[NEW].payload), **document}).encode(), MANIFEST)
    with pytest.raises(UntrustedError, match="No key of this device's list 1 has signed the order"):
        read_order(both, DEVICE, trust_in(ours))


def test_a_key_for_models_alone_signs_no_orders(tmp_path: Path, releases: "dict[str, Release]") -> None:
    keys = signers(tmp_path, "models", "controller")
    both = (*listed(keys["models"], signs=("models",)), *listed(keys["controller"]))
    trust = Trust(key_list(1, both), verify.ed25519)
    wanted = releases[NEW].desired(device=DEVICE)
    with pytest.raises(UntrustedError):
        read_order(signed_order(wanted, keys["models"]), DEVICE, trust)
    assert read_order(signed_order(wanted, keys["controller"]), DEVICE, trust).key == keys["controller"].text


def test_a_signed_order_without_an_expiry_is_refused(ours: Signer, releases: "dict[str, Release]") -> None:
    with pytest.raises(UntrustedError, match="does not say until when it holds"):
        read_order(signed_order(releases[NEW].desired(device=DEVICE), ours, expires=None), DEVICE, trust_in(ours))


def test_a_device_with_one_key_and_no_list_takes_unsigned_orders_as_before(
    ours: Signer, releases: "dict[str, Release]"
) -> None:
    trust = Trust(one_key(ours.text), verify.ed25519)
    plain = releases[NEW].desired(device=DEVICE, sequence=3).payload()
    assert read_order(plain, DEVICE, trust) == Order(releases[NEW].desired(device=DEVICE, sequence=3), 3)
    assert read_order(b"", DEVICE, trust).desired is None


def test_with_a_stolen_key_goes_what_it_signed(tmp_path: Path, releases: "dict[str, Release]") -> None:
    """Fast-forwarded with a stolen key, a device is free again when the key leaves the list."""
    keys = signers(tmp_path, "stolen", "next")
    both, then = trust_in(keys["stolen"], keys["next"]), trust_in(keys["next"], version=2)
    thief = read_order(
        signed_order(releases[NEW].desired(device=DEVICE, sequence=MAX_COUNT), keys["stolen"]), DEVICE, both
    )
    record, why = Record().judged(thief, both, NOW)
    assert not why
    ours = read_order(signed_order(releases[NEWER].desired(device=DEVICE, rollout="r2"), keys["next"]), DEVICE, then)
    assert "is below" in record.judged(ours, both, NOW)[1]
    assert record.judged(ours, then, NOW)[1] == ""


@given(
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from("ab"), st.integers(-40, 40), st.integers(0, 3)), max_size=30)
)
def test_a_sequence_never_goes_back_and_never_passes_the_highest_that_was_signed(
    heard: "list[tuple[int, str, int, int]]",
) -> None:
    """Of any signed orders that arrive, of two keys, in any order, before or after they expire."""
    texts = {each: b64encode(each.encode() * 32).decode() for each in "ab"}
    keys = tuple(ListedKey(public=text) for text in texts.values())
    trust = Trust(key_list(1, keys), verify.ed25519)
    record, last, highest = Record(), 0, 0
    for sequence, who, days, number in heard:
        desired = AN_ORDER.model_copy(update={"rollout": f"r{number}", "sequence": sequence})
        expires = NOW + timedelta(days=days)
        record, why_not = record.judged(Order(desired, sequence, expires, texts[who]), trust, NOW)
        before, highest = last, max(highest, sequence)
        last = max((each.sequence for each in record.signed.values()), default=0)
        assert before <= last <= highest
        assert why_not or (sequence >= before and expires >= NOW)


AN_ORDER = Desired(device=DEVICE, rollout="r", time=NOW, model=NEW, sha256="a" * 64, size_bytes=1)
"""With no model behind it."""
