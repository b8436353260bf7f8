"""What every book of alerts does; the database on both engines and the memory answer the same tests."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fer_controller.store import opening
from fer_controller.store.alerts.memory import MemoryAlerts
from fer_controller.store.alerts.records import Alert, Delivery, Silence
from fer_controller.store.alerts.store import AlertStore

EARLY, AT, LATE = "2026-01-30T00:00:00.000Z", "2026-01-31T00:00:00.000Z", "2026-02-01T00:00:00.000Z"
ALERT = Alert("offline", "nano-01", "pending", "nano-01 is offline.", AT, AT, device="nano-01")
NEWS = Delivery("mail", "{}", "waiting", AT, AT, alert=1)
Book = AlertStore | MemoryAlerts


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    if request.param == "memory":
        yield MemoryAlerts()
        return
    place = tmp_path / "fleet.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    with opening.writer(place, create=True) as database:
        yield AlertStore(database)


def raised(book: Book, **changes: str) -> Alert:
    """One that was raised."""
    made = replace(ALERT, state="raised", raised_at=AT, **changes)  # type: ignore[arg-type]
    return replace(made, id=book.begin(made))


def test_an_alert_is_shown_once_it_is_raised_and_not_any_more_when_it_is_over(book: Book) -> None:
    alert = replace(ALERT, id=book.begin(ALERT))
    assert (book.open(), book.newest(9)) == ([alert], [])
    up = replace(alert, state="raised", raised_at=LATE)
    assert book.move(up, "pending")
    assert book.newest(9) == [up]
    over = replace(up, state="over", over_at=LATE)
    assert book.move(over, "raised")
    assert (book.open(), book.newest(9), book.newest(9, over=True)) == ([], [], [over])
    assert book.find(alert.id) == over
    assert book.find(99) is None


def test_an_alert_that_was_moved_by_another_meanwhile_is_left_alone(book: Book) -> None:
    alert = raised(book)
    assert not book.move(replace(alert, state="over", over_at=LATE), "easing")
    assert book.open() == [alert]


def test_what_an_operator_wrote_stays_when_the_alert_moves(book: Book) -> None:
    alert = raised(book)
    assert book.acknowledge(alert.id, AT, "anna")
    assert not book.acknowledge(alert.id, LATE, "bert")
    book.move(replace(alert, state="easing"), "raised")
    found = book.find(alert.id)
    assert found is not None
    assert (found.state, found.acknowledged_by, found.acknowledged_at) == ("easing", "anna", AT)


def test_the_newest_come_first_and_no_more_than_are_wanted(book: Book) -> None:
    first, second = raised(book), raised(book, subject="nano-02")
    assert book.newest(9) == [second, first]
    assert book.newest(1) == [second]


def test_what_was_never_raised_is_dropped_and_what_was_is_not(book: Book) -> None:
    pending, up = book.begin(ALERT), raised(book, subject="nano-02")
    book.drop(pending)
    book.drop(up.id)
    assert book.open() == [up]


def test_how_often_it_came_back_is_known_of_what_was_over_lately(book: Book) -> None:
    assert book.last_returns("offline", "nano-01", EARLY) is None
    for returns in (1, 4):
        made = replace(ALERT, state="over", raised_at=AT, over_at=AT, returns=returns)
        book.begin(made)
    assert book.last_returns("offline", "nano-01", EARLY) == 4
    assert book.last_returns("offline", "nano-01", LATE) is None
    assert book.last_returns("offline", "nano-02", EARLY) is None


def fail_in_a_block(book: Book, alert: Alert) -> None:
    with book.transaction():
        book.move(replace(alert, state="easing"), "raised")
        book.post([NEWS])
        book.note_look(AT)
        raise RuntimeError


def test_a_block_that_fails_changes_nothing(book: Book) -> None:
    alert = raised(book)
    with pytest.raises(RuntimeError):
        fail_in_a_block(book, alert)
    assert (book.open(), book.open_deliveries(), book.looked_at()) == ([alert], [], "")


def test_looks_are_noted(book: Book) -> None:
    book.note_look(AT)
    book.note_look(LATE)
    assert book.looked_at() == LATE


def test_a_silence_holds_until_its_time_or_its_end(book: Book) -> None:
    made = Silence("heat", "site=lab", "summer", EARLY, "anna", LATE)
    silence = replace(made, id=book.silence(made))
    assert book.silences(AT) == [silence]
    assert book.silences(LATE) == []
    assert book.end_silence(silence.id, AT)
    assert not book.end_silence(silence.id, AT)
    assert book.silences(AT) == []


def test_a_delivery_is_open_until_it_is_done(book: Book) -> None:
    book.post([NEWS, replace(NEWS, target="chat", alert=2)])
    chat, mail = book.open_deliveries()
    assert (chat.target, mail.target) == ("chat", "mail")
    sending = replace(mail, state="sending", attempts=1)
    assert book.move_delivery(sending, "waiting")
    assert not book.move_delivery(sending, "waiting")
    assert book.move_delivery(replace(sending, state="delivered", done_at=LATE), "sending")
    assert book.open_deliveries() == [chat]


def test_a_test_is_taken_up_once_and_has_its_deliveries(book: Book) -> None:
    asked = book.ask_test(AT, "anna")
    assert [each.asked_by for each in book.open_tests()] == ["anna"]
    assert book.begin_test(asked, LATE)
    assert not book.begin_test(asked, LATE)
    assert book.open_tests() == []
    book.post([replace(NEWS, alert=0, test=asked), NEWS])
    assert [each.test for each in book.of_test(asked)] == [asked]
    found = book.test(asked)
    assert found is not None
    assert found.begun_at == LATE
    assert book.test(asked + 1) is None


def test_what_is_over_for_long_is_forgotten_and_what_is_not_over_stays(book: Book) -> None:
    book.begin(replace(ALERT, state="over", raised_at=EARLY, over_at=EARLY))
    up = raised(book)
    book.silence(Silence("", "", "", EARLY, "anna", EARLY))
    book.ask_test(EARLY, "anna")
    book.post([replace(NEWS, state="failed", done_at=EARLY), NEWS])
    book.forget(AT)
    assert book.newest(9, over=True) == [up]
    assert book.open_tests() == []
    assert book.silences("") == []
    assert [each.done_at for each in book.open_deliveries()] == [""]


@pytest.mark.parametrize("book", ["sqlite", "postgresql"], indirect=True)
def test_a_rule_has_one_open_alert_of_a_subject_and_figures(book: Book) -> None:
    assert isinstance(book, AlertStore)
    alert = raised(book)
    raised(book, subject="nano-02")
    book.acknowledge(alert.id, AT, "anna")
    book.begin(replace(ALERT, subject="nano-03"))
    book.post([NEWS])
    assert book.by_rule() == [("offline", 2, 1)]
    assert book.deliveries_by_state() == [("mail", "waiting", 1)]
