import pytest
from controller_messages import an_event, as_arrived
from fer_controller.store.filter import OPERATORS, Condition, EmotionFilter, EventFilter, TelemetryFilter, Where
from fer_controller.store.ingest.memory import MemoryEvents
from pydantic import ValidationError

LATER = "2026-02-01T00:00:00.000Z"


def test_only_what_is_given_is_asked_for() -> None:
    where = Where(EventFilter(device="nano-01", since=LATER), EventFilter)
    assert f"{where}" == "device = :device AND time >= :since AND time < :until"
    assert where.values == {"device": "nano-01", "since": LATER, "until": "~"}


def test_a_prefix_keeps_the_database_from_indexes() -> None:
    assert f"{Where(EventFilter(track=3), EventFilter):+}" == "+time >= :since AND +time < :until AND +track = :track"


def test_a_query_asks_for_the_fields_of_its_kind_alone() -> None:
    wanted = EventFilter(device="nano-01", camera="door", kind="start")
    assert set(Where(wanted, EmotionFilter).values) == {"device", "since", "until", "camera"}
    assert (
        f"{Where(wanted, TelemetryFilter, time='start')}" == "device = :device AND start >= :since AND start < :until"
    )


def test_every_field_has_a_condition_and_a_description() -> None:
    for name, field in EventFilter.model_fields.items():
        (condition,) = (each for each in field.metadata if isinstance(each, Condition))
        assert condition.operator in OPERATORS, name
        assert field.description, name


def test_a_stored_event_is_accepted_by_the_same_conditions() -> None:
    events = MemoryEvents()
    events.add(*as_arrived(an_event(1, camera="gate")))
    (stored,) = events.events_page(EventFilter(), ("", 0), 1)
    assert EventFilter(camera="gate", until=LATER).accepts(stored)
    assert not EventFilter(camera="door").accepts(stored)
    assert not EventFilter(since=LATER).accepts(stored)


def test_a_filter_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValidationError):
        EventFilter.model_validate({"colour": "red"})
