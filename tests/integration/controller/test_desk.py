"""The desk on the database and the desk over HTTP: one contract, the same answers, and who is let in."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import requests
from fer_controller.desk import access, events, remote
from fer_controller.desk.contract import Desk
from fer_controller.errors import AccessError, ApiError, ControllerError, RequestError, RolloutError
from fer_controller.http.api import Order, Per
from fer_controller.http.limits import BODY_BYTES
from fer_controller.registry import tokens
from fer_controller.rollout.orders import BY_NAME
from fer_controller.rollout.relabel import Relabel
from fer_controller.rollout.request import Words
from fer_controller.store.credentials.records import OPERATOR as OPERATOR_ROLE
from fer_controller.store.credentials.records import VIEWER
from fer_controller.store.filter import EventFilter
from fer_controller.store.rollups.records import RESOLUTIONS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from served_fleet import EVENTS, IN_THE_LAB, OPERATOR, ServedFleet

WORDS = Words(precision="fp32", waves="1,100%")
ANY = EventFilter()
LOOKS: "dict[str, Callable[[Desk], Any]]" = {
    "devices": lambda desk: desk.devices(),
    "totals": lambda desk: desk.totals(),
    "telemetry of each": lambda desk: desk.newest_telemetry_of_each(),
    "newest events": lambda desk: desk.newest_events(ANY, 5, 20),
    "every event": lambda desk: list(events.every(desk, ANY)),
    "events as stored": lambda desk: desk.events_stored_after(ANY, 50, 100),
    "last event": lambda desk: desk.last_event_id(),
    "newest telemetry": lambda desk: [(each.id, each.device, each.time) for each in desk.newest_telemetry(None, 2)],
    "telemetry as stored": lambda desk: [each.id for each in desk.telemetry_stored_after("nano-01", 1, 9)],
    "telemetry by minute": lambda desk: desk.telemetry_rollups("minute", ANY, 100),
    "emotions by hour": lambda desk: desk.emotion_rollups("hour", EventFilter(emotion="sad"), 100),
    "emotions of all": lambda desk: desk.emotion_rollups("minute", ANY, 100, summed=True),
    "dead letters": lambda desk: desk.dead_letters(10),
    "labels": lambda desk: desk.labels(),
    "labels of one": lambda desk: desk.labels(["orin-03"]),
    "models": lambda desk: desk.models(),
    "plan": lambda desk: desk.plan(WORDS),
    "rollouts": lambda desk: desk.rollouts(10),
    "a rollout": lambda desk: desk.rollout(None),
    "progress": lambda desk: desk.progress("r-"),
    "decisions": lambda desk: desk.decisions(desk.progress(None)["rollout"], 0),
}
MISTAKES: "dict[str, Callable[[Desk], Any]]" = {
    "no such rollout": lambda desk: desk.rollout("r-none"),
    "no such rollout to order": lambda desk: desk.order("r-none", "pause"),
    "a duration misspelt": lambda desk: desk.deploy(Words(soak="soon")),
    "no such model": lambda desk: desk.plan(Words(model="heavy")),
    "nobody selected": lambda desk: desk.deploy(Words(selector="site=moon")),
    "no name of a device": lambda desk: desk.relabel(Relabel(devices=("a b",), labels=("site=lab",))),
    "no label": lambda desk: desk.relabel(Relabel(devices=("orin-01",), labels=("class=nano",))),
}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("fleet")) as served:
        yield served.begin_a_rollout(IN_THE_LAB)


@pytest.mark.parametrize("what", LOOKS)
def test_both_desks_show_the_same(fleet: ServedFleet, what: str) -> None:
    with fleet.near() as near, fleet.far() as far:
        shown = LOOKS[what](near)
        assert shown
        assert LOOKS[what](far) == shown


@pytest.mark.parametrize("what", MISTAKES)
def test_both_desks_tell_a_mistake_in_the_same_sentence(fleet: ServedFleet, what: str) -> None:
    with fleet.near() as near, pytest.raises(ControllerError) as said:
        MISTAKES[what](near)
    with fleet.far() as far, pytest.raises(ControllerError) as repeated:
        MISTAKES[what](far)
    assert str(repeated.value) == str(said.value)
    assert isinstance(repeated.value, RequestError) == isinstance(said.value, RequestError)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.builds(
        EventFilter,
        device=st.sampled_from([None, "nano-01", "nano-02", "ü &?#%/"]),
        camera=st.sampled_from([None, "door", "hall"]),
        emotion=st.sampled_from([None, "sad", "happy"]),
        kind=st.sampled_from([None, "start"]),
        track=st.sampled_from([None, 1, 2]),
        since=st.sampled_from(["", "2026-01-31T12:00:30.000Z"]),
        until=st.sampled_from(["~", "2026-01-31T12:00:45.000Z"]),
    ),
    limit=st.integers(0, 2 * EVENTS),
)
def test_both_desks_understand_a_filter_alike(fleet: ServedFleet, wanted: EventFilter, limit: int) -> None:
    with fleet.near() as near, fleet.far() as far:
        assert far.newest_events(wanted, limit, 10_000) == near.newest_events(wanted, limit, 10_000)


def test_the_sum_over_devices_is_the_sum_of_the_devices(fleet: ServedFleet) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    with fleet.far() as desk:
        for each in desk.emotion_rollups("hour", ANY, 1000):
            counted[each.start, each.emotion] += each.events
        summed = {(one.start, one.emotion): one.events for one in desk.emotion_rollups("hour", ANY, 9, summed=True)}
    assert counted == summed
    assert sum(counted.values()) == EVENTS


def test_the_totals_add_up(fleet: ServedFleet) -> None:
    with fleet.far() as desk:
        assert desk.totals() == {"events": EVENTS, "dropped_events": 8, "redelivered_events": 0, "dead_letters": 1}


def test_rows_are_never_left_out_unseen(fleet: ServedFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MOST_ROWS", 5)
    with fleet.far() as desk:
        assert len(desk.newest_events(ANY, 5, EVENTS)) == 5
        with pytest.raises(ApiError, match="gives 5 rows at once; ask for fewer with --limit"):
            desk.newest_events(ANY, 6, EVENTS)


def test_what_an_operator_orders_over_http_is_done_in_his_name(tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk, fleet.near() as near:
        assert desk.relabel(Relabel(devices=("orin-01",), labels=("room=2",)))[0]["labels"] == {"room": "2"}
        begun = desk.deploy(WORDS)
        assert begun["plan"]["waves"] == [1, 9]
        ordered = desk.order(begun["rollout"], "abort")
        assert ordered == {"rollout": begun["rollout"], "order": "abort", "outcome": None}
        whole = near.rollout(begun["rollout"])
        assert (whole["created_by"], whole["audit"][0]["actor"], len(whole["devices"])) == (OPERATOR, OPERATOR, 10)


def test_a_viewer_looks_and_orders_nothing(fleet: ServedFleet) -> None:
    token = access.make(fleet.operators, "bob", VIEWER, datetime.now(UTC))
    with fleet.far(token) as desk, fleet.near() as near:
        before = near.rollouts(100), near.labels()
        assert desk.plan(WORDS) == near.plan(WORDS)
        for order in (
            lambda: desk.deploy(WORDS),
            lambda: desk.order(before[0][0]["rollout"], "abort"),
            lambda: desk.relabel(Relabel(devices=("orin-01",), labels=("room=3",))),
        ):
            with pytest.raises(ApiError, match="The token of bob is a viewer's"):
                order()
        assert (near.rollouts(100), near.labels()) == before


def test_a_devices_token_opens_nothing_of_the_desk(fleet: ServedFleet) -> None:
    token = tokens.make(fleet.operators, "nano-01")
    for wrong in (token, "", "guessed"):
        with fleet.far(wrong) as desk, pytest.raises(ApiError, match="operator"):
            desk.devices()


def test_a_token_that_was_taken_away_or_replaced_opens_nothing_at_once(fleet: ServedFleet) -> None:
    first = access.make(fleet.operators, "carol", VIEWER, datetime.now(UTC))
    second = access.make(fleet.operators, "carol", OPERATOR_ROLE, datetime.now(UTC))
    with fleet.far(first) as former, fleet.far(second) as desk:
        with pytest.raises(ApiError, match="belongs to no operator"):
            former.devices()
        assert desk.devices()
        access.remove(fleet.operators, "carol")
        with pytest.raises(ApiError, match="belongs to no operator"):
            desk.devices()


def test_operators_have_names_and_roles_that_there_are(fleet: ServedFleet) -> None:
    now = datetime.now(UTC)
    with pytest.raises(AccessError, match="There is no role 'root'; use viewer or operator"):
        access.make(fleet.operators, "dave", "root", now)
    with pytest.raises(AccessError, match="'a b' is no name for an operator"):
        access.make(fleet.operators, "a b", VIEWER, now)
    with pytest.raises(AccessError, match="what the audit log calls the controller itself"):
        access.make(fleet.operators, "runner", VIEWER, now)
    with pytest.raises(AccessError, match="There is no operator dave"):
        access.remove(fleet.operators, "dave")


def test_no_token_is_kept_as_it_is(fleet: ServedFleet) -> None:
    kept = b"".join(path.read_bytes() for path in fleet.settings.db.parent.glob("fleet.db*") if path.is_file())
    assert fleet.token.encode() not in kept


def test_an_order_names_its_rollout(tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk, pytest.raises(RolloutError, match="There is no rollout"):
        desk.order("newest", "pause")


def test_the_api_knows_every_order_that_there_is() -> None:
    assert set(get_args(Order.model_fields["order"].annotation)) == set(BY_NAME)
    assert set(get_args(get_args(Per)[0])) == set(RESOLUTIONS)


def test_a_request_that_is_too_large_is_refused_before_anybody_is_asked_who_sends_it(fleet: ServedFleet) -> None:
    large = b'{"model": "' + b"x" * BODY_BYTES + b'"}'
    for body in (large, iter([large[:1000], large[1000:]])):
        answer = requests.post(f"{fleet.url}/v1/rollouts", data=body, timeout=30)
        assert (answer.status_code, answer.json()["detail"]) == (413, "The request is larger than 65536 bytes.")
