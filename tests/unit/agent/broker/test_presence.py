from datetime import datetime, timedelta, timezone

from fer_agent.broker.presence import Presence
from fer_wire import Status, Topics, parse
from fer_wire.presence import OFFLINE, ONLINE


def status(run: str, state: str) -> Status:
    return Status(device="nano-01", state=state, run=run, time=datetime.now(timezone.utc))


def test_birth_and_will_carry_the_run_and_the_will_is_as_old_as_the_run() -> None:
    presence = Presence("nano-01", Topics())
    will = parse(Status, presence.will().payload)
    assert will.run == presence.birth().run == presence.run
    assert (will.state, presence.birth().state) == (OFFLINE, ONLINE)
    assert will.time - timedelta(seconds=1) <= presence.birth().time


def test_each_connection_has_a_number_that_its_will_and_its_births_share() -> None:
    presence = Presence("nano-01", Topics())
    for number in (1, 2):
        assert parse(Status, presence.will().payload).connection == presence.birth().connection == number


def test_a_late_will_of_an_earlier_connection_of_this_run_hides_us_and_is_no_other_agent() -> None:
    presence = Presence("nano-01", Topics())
    late = parse(Status, presence.will().payload)
    presence.is_foreign(presence.birth())
    presence.will()
    presence.is_foreign(presence.birth())
    assert presence.is_foreign(late)
    assert not presence.is_another_agent(late)


def test_the_birth_of_an_earlier_connection_of_this_run_hides_nothing() -> None:
    presence = Presence("nano-01", Topics())
    presence.will()
    earlier = presence.birth()
    presence.is_foreign(earlier)
    presence.will()
    assert not presence.is_foreign(earlier)


def test_two_runs_never_share_an_id() -> None:
    assert Presence("nano-01", Topics()).run != Presence("nano-01", Topics()).run


def test_what_was_there_before_our_birth_is_not_foreign() -> None:
    presence = Presence("nano-01", Topics())
    assert not presence.is_foreign(status("earlier", ONLINE))


def test_a_late_will_is_foreign_but_no_proof_of_another_agent() -> None:
    presence = Presence("nano-01", Topics())
    presence.is_foreign(presence.birth())
    late = status("earlier", OFFLINE)
    assert presence.is_foreign(late)
    assert not presence.is_another_agent(late)


def test_a_run_that_dies_twice_or_is_born_beside_us_is_another_agent() -> None:
    presence = Presence("nano-01", Topics())
    presence.is_foreign(presence.birth())
    for _ in range(2):
        assert presence.is_foreign(status("twin", OFFLINE))
    assert presence.is_another_agent(status("twin", OFFLINE))
    assert presence.is_foreign(status("other", ONLINE))
    assert presence.is_another_agent(status("other", ONLINE))
