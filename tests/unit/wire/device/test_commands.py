import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone
from typing import List

import pytest
from fer_wire import Command
from fer_wire.commands import DONE, KINDS, RESTART
from fer_wire.device.commands import REMEMBERED, Ledger, refusal, unproven
from fer_wire.device.trust import NO_KEYS
from fer_wire.keys import MODELS
from fer_wire.signed import COMMAND, ORDER, SignedForm
from hypothesis import given
from hypothesis import strategies as st
from unit.wire.device.test_trust import listed_for, signature, trust

NOW = datetime(2026, 11, 30, 12, tzinfo=timezone.utc)
DEVICE, RUN = "nano-01", "run-1"


def a_command(number: int = 1, kind: str = RESTART, device: str = DEVICE, holds_s: float = 120) -> Command:
    until = NOW + timedelta(seconds=holds_s)
    return Command(command=f"{number:032x}", device=device, kind=kind, issued=NOW, expires=until)


def signed(command: Command, letter: str = "a", form: SignedForm = COMMAND) -> bytes:
    payload = command.payload()
    return COMMAND.with_signature(payload, b64encode(signature(letter, form.signed_bytes(payload))).decode())


def read(payload: bytes) -> Command:
    return Command.model_validate_json(payload)


def why_unproven(payload: bytes) -> str:
    return unproven(read(payload), payload, trust(1, "ab"))


def test_a_command_that_a_key_for_orders_signed_is_proven() -> None:
    assert why_unproven(signed(a_command())) == ""


@pytest.mark.parametrize("version", [0, 1])
def test_no_signature_is_no_proof_not_even_where_orders_need_none(version: int) -> None:
    payload = a_command().payload()
    assert unproven(read(payload), payload, trust(version, "a")) == "It is not signed."


def test_a_device_without_a_key_takes_no_command_and_says_what_it_lacks() -> None:
    payload = signed(a_command())
    assert "no key to prove it with" in unproven(read(payload), payload, NO_KEYS)


def test_the_signature_of_a_stranger_or_of_an_order_is_none() -> None:
    for payload in (signed(a_command(), "c"), signed(a_command(), form=ORDER)):
        assert "No key that may sign orders here" in why_unproven(payload)


def test_a_key_for_models_alone_signs_no_command() -> None:
    payload = signed(a_command())
    assert "No key that may sign orders here" in unproven(read(payload), payload, listed_for("a", MODELS))


@pytest.mark.parametrize("field", ["command", "device", "kind", "issued", "expires", "else"])
def test_the_signature_covers_all_that_a_command_says(field: str) -> None:
    document = json.loads(signed(a_command()))
    other = a_command(2, "logs", "nano-02", 60).model_copy(update={"issued": NOW - timedelta(seconds=1)})
    document[field] = json.loads(other.payload()).get(field, "unheard of")
    assert "has signed it" in why_unproven(json.dumps(document).encode())


def test_another_s_an_old_and_an_unknown_command_are_refused() -> None:
    assert refusal(a_command(), DEVICE, NOW) == ""
    assert refusal(a_command(), "nano-02", NOW) == "It is for nano-01, and this is nano-02."
    late = NOW + timedelta(seconds=120)
    assert refusal(a_command(), DEVICE, late) == (
        "It expired at 2026-11-30T12:02:00.000Z, and this device's clock shows 2026-11-30T12:02:00.000Z."
    )
    assert "does not know 'defrost'" in refusal(a_command(kind="defrost"), DEVICE, NOW)


def test_what_was_taken_is_known_whatever_became_of_it() -> None:
    ledger = Ledger().with_taken(a_command(), RUN, NOW)
    taken = ledger.of(a_command().command)
    assert taken is not None
    assert (taken.restarts, taken.outcome, ledger.unsettled("run-2"), ledger.unsettled(RUN)) == (True, "", (taken,), ())
    assert ledger.with_outcome(taken.command, DONE, "").unsettled("run-2") == ()


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 600), st.integers(0, 300)), max_size=3 * REMEMBERED))
def test_no_command_is_forgotten_before_it_expires_and_the_ledger_stays_small(
    steps: "List[tuple[str, int, int]]",
) -> None:
    ledger, now, alive = Ledger(), NOW, {}
    for number, (kind, holds_s, passes_s) in enumerate(steps):
        now += timedelta(seconds=passes_s)
        command = a_command(number, kind).model_copy(
            update={"issued": now, "expires": now + timedelta(seconds=holds_s)}
        )
        if ledger.has_room(now):
            ledger = ledger.with_taken(command, RUN, now)
            alive[command.command] = command.expires
        assert len(ledger.taken) <= REMEMBERED
        assert all(ledger.of(each) for each, expires in alive.items() if expires > now)
    assert Ledger.model_validate_json(ledger.model_dump_json()) == ledger
