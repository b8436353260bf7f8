"""What is stored is told: once where all goes well, again where it may not have arrived, and never for ever."""

from datetime import datetime, timedelta

import pytest
from controller_messages import START
from fer_controller.alerts.notice import Notice
from fer_controller.alerts.post_office import MOST_WAITING
from fer_controller.alerts.transitions import DELIVERED, FAILED, OVER, RAISED
from fer_controller.errors import StoreUnavailable
from fer_controller.store.alerts.memory import MemoryAlerts
from fer_controller.store.alerts.records import Delivery
from fer_wire.message import iso_utc
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from watched_fleet import NotingTarget, an_office, never

NEWS = Notice(kind=RAISED, alert=1, rule="offline", subject="nano-01", sentence="nano-01 is offline.")
END = NEWS.model_copy(update={"kind": OVER})


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def book() -> MemoryAlerts:
    return MemoryAlerts()


def states(book: MemoryAlerts) -> "dict[str, str]":
    """Of the last delivery to each target."""
    return {each.target: each.state for each in book._deliveries.values()}


def test_each_target_is_told_once(book: MemoryAlerts) -> None:
    mail, chat = NotingTarget(), NotingTarget()
    office = an_office(book, mail=mail, chat=chat)
    office.post([NEWS], START)
    for second in range(10):
        office.step(later(second))
    assert [told for told, _, _ in mail.told] == [told for told, _, _ in chat.told] == [NEWS]
    assert states(book) == {"mail": DELIVERED, "chat": DELIVERED}


def test_a_target_that_is_away_is_told_later_and_the_pause_doubles(book: MemoryAlerts) -> None:
    mail = NotingTarget(refusals=3)
    office = an_office(book, attempts=9, mail=mail)
    office.post([NEWS], START)
    made = []
    for second in range(60):
        before = len(mail.told)
        office.step(later(second))
        made += [second] * (len(mail.told) - before)
    assert made == [0, 6, 17, 38]
    assert [attempt for _, _, attempt in mail.told] == [1, 2, 3, 4]
    assert len({delivery for _, delivery, _ in mail.told}) == 1


def test_after_the_last_attempt_it_is_given_up_and_the_reason_kept(book: MemoryAlerts) -> None:
    mail = NotingTarget(refusals=100)
    office = an_office(book, attempts=3, mail=mail)
    office.post([NEWS], START)
    for second in range(0, 3600, 5):
        office.step(later(second))
    assert len(mail.told) == 3
    (kept,) = book._deliveries.values()
    assert (kept.state, kept.outcome) == (FAILED, "It is away.")


def test_one_that_does_not_answer_holds_up_nobody_else(book: MemoryAlerts) -> None:
    mail, chat = NotingTarget(), NotingTarget()
    slow = an_office(book, start=lambda work: never(work) if "mail" in work.name else work.run(), mail=mail, chat=chat)
    for number in range(1, 4):
        slow.post([NEWS.model_copy(update={"alert": number})], START)
    for second in range(10):
        slow.step(later(second))
    assert (len(mail.told), len(chat.told)) == (0, 3)
    assert sum(each.state == "sending" for each in book.open_deliveries()) == 1


def test_the_end_of_an_alert_is_not_told_before_its_beginning(book: MemoryAlerts) -> None:
    mail = NotingTarget(refusals=2)
    office = an_office(book, attempts=9, mail=mail)
    office.post([NEWS], START)
    office.post([END], later(1))
    for second in range(60):
        office.step(later(second))
    assert [told.kind for told, _, _ in mail.told] == [RAISED, RAISED, RAISED, OVER]


def test_what_a_dead_process_was_sending_is_sent_again_and_says_so(book: MemoryAlerts) -> None:
    dead = an_office(book, start=never, mail=NotingTarget())
    dead.post([NEWS], START)
    dead.step(START)
    mail = NotingTarget()
    heir = an_office(book, mail=mail)
    heir.recover(later(1))
    heir.step(later(1))
    heir.step(later(2))
    ((told, delivery, attempt),) = mail.told
    assert attempt == 2
    assert "an earlier one may have arrived" in told.text(delivery, attempt)
    assert "may have arrived" not in told.text(delivery, 1)
    assert states(book) == {"mail": DELIVERED}


def test_what_was_stored_and_never_sent_is_sent_by_the_next_process(book: MemoryAlerts) -> None:
    an_office(book, mail=NotingTarget()).post([NEWS], START)
    mail = NotingTarget()
    heir = an_office(book, mail=mail)
    heir.recover(later(1))
    heir.step(later(1))
    assert [(told, attempt) for told, _, attempt in mail.told] == [(NEWS, 1)]


class UnwritableOnce(MemoryAlerts):
    """Cannot be written once, when a result is to be noted."""

    faults = 1

    def move_delivery(self, delivery: Delivery, before: str) -> bool:
        if delivery.state == DELIVERED and self.faults:
            self.faults -= 1
            raise StoreUnavailable("The disk is full.")
        return super().move_delivery(delivery, before)


def test_a_result_that_cannot_be_stored_is_stored_later_and_not_sent_again() -> None:
    book, mail = UnwritableOnce(), NotingTarget()
    office = an_office(book, mail=mail)
    office.post([NEWS], START)
    office.step(START)
    with pytest.raises(StoreUnavailable):
        office.step(later(1))
    office.step(later(2))
    assert (len(mail.told), states(book)) == (1, {"mail": DELIVERED})


def test_a_target_that_the_settings_name_no_more_and_old_news_are_given_up(book: MemoryAlerts) -> None:
    an_office(book, gone=NotingTarget(), mail=NotingTarget()).post([NEWS], START)
    mail = NotingTarget()
    an_office(book, mail=mail).step(later(86_401))
    assert mail.told == []
    assert states(book) == {"gone": FAILED, "mail": FAILED}


def test_so_many_may_wait_for_a_target_and_no_more(book: MemoryAlerts) -> None:
    office = an_office(book, start=never, mail=NotingTarget())
    office.post([NEWS.model_copy(update={"alert": number}) for number in range(MOST_WAITING)], START)
    office.post([NEWS, END], later(1))
    assert len(book.open_deliveries()) == MOST_WAITING
    assert sum(each.state == FAILED for each in book._deliveries.values()) == 2


def test_a_test_is_sent_once_to_each_target_and_says_what_came_of_it(book: MemoryAlerts) -> None:
    mail, chat = NotingTarget(), NotingTarget(refusals=1)
    office = an_office(book, mail=mail, chat=chat)
    asked = book.ask_test(iso_utc(START), "anna")
    for second in range(30):
        office.step(later(second))
    assert {each.target: (each.state, each.outcome) for each in book.of_test(asked)} == {
        "mail": (DELIVERED, ""),
        "chat": (FAILED, "It is away."),
    }
    assert mail.told[0][0].sentence == "anna tests whether alerts arrive here. They do."


def test_a_fault_of_a_library_is_not_told_in_its_own_words(book: MemoryAlerts) -> None:
    class Broken(NotingTarget):
        def send(self, told: Notice, delivery: int, attempt: int) -> None:
            raise RuntimeError("token=s3cret")

    office = an_office(book, attempts=1, mail=Broken())
    office.post([NEWS], START)
    office.step(START)
    office.step(later(1))
    assert next(iter(book._deliveries.values())).outcome == "It failed (RuntimeError)."


@settings(max_examples=examples(60))
@given(st.lists(st.sampled_from(["post", "step", "die", "wait"]), max_size=60), st.integers(0, 5))
def test_whenever_a_process_dies_everything_arrives_at_least_once(doings: "list[str]", refusals: int) -> None:
    book, mail = MemoryAlerts(), NotingTarget(refusals)
    office, now, posted = an_office(book, attempts=100, mail=mail), START, 0
    for doing in [*doings, *["wait", "step"] * 30]:
        if doing == "post":
            posted += 1
            office.post([NEWS.model_copy(update={"alert": posted})], now)
        elif doing == "step":
            office.step(now)
        elif doing == "wait":
            now += timedelta(seconds=200)
        else:  # It dies with whatever was sent and not noted.
            office = an_office(book, attempts=100, mail=mail)
            office.recover(now)
    while book.open_deliveries():
        now += timedelta(seconds=1000)
        office.step(now)
    assert {told.alert for told, _, _ in mail.told} == set(range(1, posted + 1))
    assert all(each.state == DELIVERED for each in book._deliveries.values())
