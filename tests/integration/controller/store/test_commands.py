"""Commands in SQLite and PostgreSQL: their states, how many are kept, and what the audit log is told of once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from controller_messages import AT, DEVICE
from fer_controller.store import opening
from fer_controller.store.commands.records import (
    ANSWER,
    ANSWERED,
    ASKED,
    EXPIRE,
    EXPIRED,
    FAIL,
    OPEN,
    REFUSE,
    REFUSED,
    SEND,
    SENT,
    STATES,
    TABLE,
    CommandRow,
    Move,
)
from fer_controller.store.commands.store import KEPT_OF_A_DEVICE, CommandStore
from fer_controller.store.database import Database
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LATER = "2026-01-31T13:00:05.000Z"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    place = tmp_path / "fleet.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    with opening.writer(place, create=True) as opened:
        yield opened


@pytest.fixture
def store(database: Database) -> CommandStore:
    return CommandStore(database)


def asked(number: int = 1, device: str = DEVICE) -> CommandRow:
    return CommandRow(f"{number:032x}", device, "logs", f"2026-01-31T13:{number:02}:00.000Z", "alice", LATER)


def state(store: CommandStore, command: CommandRow) -> str:
    found = store.of(command.id)
    return found.state if found else ""


def test_a_command_is_stored_as_it_was_asked_and_remembers_when_it_was_sent(store: CommandStore) -> None:
    store.ask(asked())
    assert store.of(asked().id) == asked()
    assert store.move(asked().id, Move(SEND, AT))
    assert store.move(asked().id, Move(ANSWER, LATER, "run-1", "", '{"log": []}'))
    assert store.of(asked().id) == replace(
        asked(), state=ANSWERED, sent_at=AT, settled_at=LATER, run="run-1", diagnosis='{"log": []}'
    )
    assert [each.diagnosis for each in store.newest("", 10)] == [""]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from((SEND, ANSWER, REFUSE, FAIL, EXPIRE)), max_size=8))
def test_whatever_happens_is_in_the_table_or_changes_nothing(store: CommandStore, events: "list[str]") -> None:
    command = replace(asked(), id=f"{len(store.newest('', 10_000)):032x}", device=f"d{len(store.newest('', 10_000))}")
    store.ask(command)
    expected = ASKED
    for event in events:
        assert store.move(command.id, Move(event, AT)) == ((expected, event) in TABLE)
        expected = TABLE.get((expected, event), expected)
        assert state(store, command) == expected
    assert expected in STATES
    assert store.number_open(command.device) == (expected in OPEN)


def test_an_end_is_noted_once_and_again_when_it_changes(store: CommandStore) -> None:
    store.ask(asked())
    store.move(asked().id, Move(EXPIRE, AT))
    (expired,) = store.to_attend(10)
    assert (expired.state, store.note(expired), store.note(expired), store.to_attend(10)) == (EXPIRED, True, False, [])
    store.move(asked().id, Move(ANSWER, LATER))
    assert [each.state for each in store.to_attend(10)] == [ANSWERED]
    assert not store.note(expired)


def test_of_a_device_so_many_are_kept_and_none_that_is_open_goes(store: CommandStore) -> None:
    store.ask(asked(0))
    for number in range(1, KEPT_OF_A_DEVICE + 5):
        store.ask(asked(number))
        store.move(asked(number).id, Move(REFUSE, AT))
        store.note(replace(asked(number), state=REFUSED))
    store.ask(asked(50, "nano-02"))
    store.ask(asked(51))
    kept = store.newest(DEVICE, 100)
    assert len(kept) == KEPT_OF_A_DEVICE + 1
    assert kept[-1] == asked(0)
    assert state(store, asked(50, "nano-02")) == ASKED


def test_old_ones_are_forgotten_and_beyond_so_many_the_oldest(store: CommandStore) -> None:
    for number in range(10):
        store.ask(asked(number, f"nano-{number}"))
    assert store.forget_before(asked(3).asked_at, 2) == 2
    assert store.forget_before(asked(3).asked_at, 2) == 1
    assert (store.trim(4, 2), store.trim(4, 2), store.trim(4, 2)) == (2, 1, 0)
    assert [each.device for each in store.newest("", 100)] == ["nano-9", "nano-8", "nano-7", "nano-6"]


def test_what_was_sent_is_open(store: CommandStore) -> None:
    store.ask(asked())
    store.move(asked().id, Move(SEND, AT))
    assert (state(store, asked()), store.number_open(DEVICE), store.number_open("nano-02")) == (SENT, 1, 0)
