"""The desk at the database and the desk over HTTP: one contract, the same answers."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from controller_messages import AT
from fer_controller.operations import OPERATIONS
from fer_controller.operations.alerts import (
    ALERT_RULES,
    ALERTS,
    SILENCES,
    AlertsQuery,
)
from fer_controller.operations.audit import AUDIT_NAMES, ENTRIES, NEWEST_ENTRIES, EntriesQuery, NewestEntriesQuery
from fer_controller.operations.board import FLEET, FleetQuery
from fer_controller.operations.commands import (
    ASKED_COMMAND,
    COMMANDS,
    CommandQuery,
    CommandsQuery,
)
from fer_controller.operations.device import DEVICE, DEVICE_ROLLOUTS, DeviceQuery, DeviceRolloutsQuery
from fer_controller.operations.events import (
    EMOTION_ROLLUPS,
    EMOTION_SHARES,
    EVENT_DAYS,
    EVENTS_AS_STORED,
    EVENTS_BEFORE,
    EVENTS_BY_TIME,
    EVENTS_OF_DAY,
    NEWEST_EVENTS,
    EmotionRollupsQuery,
    EmotionSharesQuery,
    EventDaysQuery,
    EventsAsStoredQuery,
    EventsBeforeQuery,
    EventsByTimeQuery,
    EventsOfDayQuery,
    NewestEventsQuery,
)
from fer_controller.operations.fleet import (
    DEAD_LETTERS,
    DEVICES,
    TOTALS,
    DeadLettersQuery,
)
from fer_controller.operations.labels import LABELS, LabelsQuery
from fer_controller.operations.models import MODEL, MODELS, ModelQuery
from fer_controller.operations.operation import DevicesQuery, Nothing, Operation
from fer_controller.operations.overview import EMOTIONS_TODAY, OVERVIEW, EmotionsTodayQuery, OverviewQuery
from fer_controller.operations.plans import PLAN
from fer_controller.operations.rollouts import (
    DECISIONS,
    NEWEST,
    PROGRESS,
    ROLLOUT,
    ROLLOUTS,
    DecisionsQuery,
    RolloutQuery,
    RolloutsQuery,
)
from fer_controller.operations.settings import DEVICE_SETTINGS, SETTINGS_LIST, DeviceSettingsQuery
from fer_controller.operations.telemetry import (
    CAMERAS,
    METRICS,
    NEWEST_TELEMETRY,
    TELEMETRY_AS_STORED,
    TELEMETRY_OF_EACH,
    TELEMETRY_ROLLUPS,
    NewestTelemetryQuery,
    TelemetryAsStoredQuery,
    TelemetryRollupsQuery,
)
from fer_controller.rollout.planning.request import DeployRequest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from pydantic import BaseModel
from served_fleet import COMMAND as ASKED
from served_fleet import EVENTS, IN_THE_LAB, ServedFleet

REQUEST = DeployRequest(precision="fp32", waves="1,100%")
LOOKS: "dict[str, tuple[Operation[Any, Any], BaseModel]]" = {
    "overview": (OVERVIEW, OverviewQuery(limit=20)),
    "emotions of a day": (EMOTIONS_TODAY, EmotionsTodayQuery(since=f"{AT[:10]}T00:00Z", until=f"{AT[:10]}T23:59Z")),
    "the fleet's table": (FLEET, FleetQuery()),
    "some of it": (FLEET, FleetQuery(where="ORIN", selector="site=lab", classes=("orin", "nano"), kinds=("stale",))),
    "hottest first": (FLEET, FleetQuery(sort="temperature_c", descending=True, offset=1, limit=5)),
    "devices": (DEVICES, DevicesQuery()),
    "a page of devices": (DEVICES, DevicesQuery(after="nano-01", limit=3)),
    "one device": (DEVICE, DeviceQuery(device="orin-03")),
    "its rollouts": (DEVICE_ROLLOUTS, DeviceRolloutsQuery(device="orin-03", limit=5)),
    "totals": (TOTALS, Nothing()),
    "cameras": (CAMERAS, DevicesQuery()),
    "telemetry of each": (TELEMETRY_OF_EACH, DevicesQuery()),
    "a page of telemetry": (TELEMETRY_OF_EACH, DevicesQuery(limit=1)),
    "a page of cameras": (CAMERAS, DevicesQuery(limit=1)),
    "newest events": (NEWEST_EVENTS, NewestEventsQuery(limit=5, up_to_id=20)),
    "events by time": (EVENTS_BY_TIME, EventsByTimeQuery(after_time="2026-01-31T12:00:30.000Z", after_id=3, limit=9)),
    "events back in time": (EVENTS_BEFORE, EventsBeforeQuery(before_time="2026-01-31T12:00:30.000Z", before_id=3)),
    "events as stored": (EVENTS_AS_STORED, EventsAsStoredQuery(after_id=50, limit=100)),
    "days of events": (EVENT_DAYS, EventDaysQuery()),
    "events of a day": (EVENTS_OF_DAY, EventsOfDayQuery(day=AT[:10], after_id=3, up_to_id=30, limit=9)),
    "newest telemetry": (NEWEST_TELEMETRY, NewestTelemetryQuery(limit=2)),
    "telemetry as stored": (TELEMETRY_AS_STORED, TelemetryAsStoredQuery(device="nano-01", after_id=1, limit=9)),
    "telemetry by minute": (TELEMETRY_ROLLUPS, TelemetryRollupsQuery(per="minute", limit=100)),
    "emotions by hour": (EMOTION_ROLLUPS, EmotionRollupsQuery(per="hour", emotion="sad", limit=100)),
    "emotions of all": (EMOTION_ROLLUPS, EmotionRollupsQuery(per="minute", limit=100, summed=True)),
    "shares by label": (EMOTION_SHARES, EmotionSharesQuery(per="minute", by="site", limit=50)),
    "events of a label": (NEWEST_EVENTS, NewestEventsQuery(selector="site!=lab,device=nano-*", min_confidence=0.5)),
    "shares of a label": (EMOTION_SHARES, EmotionSharesQuery(per="minute", by="site", selector="device=nano-02")),
    "dead letters": (DEAD_LETTERS, DeadLettersQuery(limit=10)),
    "commands": (COMMANDS, CommandsQuery()),
    "commands to one": (COMMANDS, CommandsQuery(device=ASKED.device, limit=1)),
    "a command": (ASKED_COMMAND, CommandQuery(command=ASKED.id)),
    "alerts": (ALERTS, AlertsQuery()),
    "alerts that are over, too": (ALERTS, AlertsQuery(all=True, limit=2)),
    "rules of alerts": (ALERT_RULES, Nothing()),
    "silences": (SILENCES, Nothing()),
    "labels": (LABELS, LabelsQuery()),
    "labels of one": (LABELS, LabelsQuery(devices=("orin-03",))),
    "metrics": (METRICS, Nothing()),
    "models": (MODELS, Nothing()),
    "a model": (MODEL, ModelQuery(model="tiny")),
    "a version of a model": (MODEL, ModelQuery(model="tiny@1.0.0")),
    "plan": (PLAN, REQUEST),
    "rollouts": (ROLLOUTS, RolloutsQuery(limit=10)),
    "a rollout": (ROLLOUT, RolloutQuery()),
    "progress": (PROGRESS, RolloutQuery(rollout="r-")),
    "decisions": (DECISIONS, DecisionsQuery(rollout=NEWEST)),
    "settings": (SETTINGS_LIST, Nothing()),
    "settings of a device": (DEVICE_SETTINGS, DeviceSettingsQuery(device="orin-03")),
    "plan of settings": (PLAN, DeployRequest(sets=("events.heartbeat_s=10",), without_model=True)),
    "newest entries of the audit log": (NEWEST_ENTRIES, NewestEntriesQuery(limit=2)),
    "what one operator did": (NEWEST_ENTRIES, NewestEntriesQuery(actor="root@here", since="2026-01-01T00:00Z")),
    "what is told with these words": (NEWEST_ENTRIES, NewestEntriesQuery(text="LABEL", until="2999-01-01T00:00Z")),
    "who and what stands in the audit log": (AUDIT_NAMES, Nothing()),
    "entries of the audit log": (ENTRIES, EntriesQuery(after_id=1, limit=1)),
}
DIFFERENT = {
    "me", "relabel", "deploy", "order", "forget", "revoke", "command", "operators", "add_operator", "remove_operator",
    "change_operator", "void_token",
    "acknowledge", "silence", "end_silence", "test_alerts", "alert_test",
}  # fmt: skip
"""What differs from desk to desk, or changes something; these have tests of their own."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedFleet]:
    with ServedFleet(tmp_path_factory.mktemp("fleet")) as served:
        yield served.begin_a_rollout(IN_THE_LAB)


def test_every_look_is_taken_from_both_desks() -> None:
    taken = {operation.name for operation, _ in LOOKS.values()}
    assert taken | DIFFERENT == {each.name for each in OPERATIONS}


@pytest.mark.parametrize("what", LOOKS)
def test_both_desks_show_the_same(fleet: ServedFleet, what: str) -> None:
    operation, asked = LOOKS[what]
    with fleet.near() as near, fleet.far() as far:
        shown = near.ask(operation, asked)
        assert shown
        assert far.ask(operation, asked) == shown


@pytest.mark.parametrize("what", LOOKS)
def test_what_is_answered_is_what_the_schema_says(fleet: ServedFleet, what: str) -> None:
    operation, asked = LOOKS[what]
    with fleet.near() as near:
        dumped = operation.dumped(near.ask(operation, asked))
    assert operation.dumped(operation.read(json.dumps(dumped).encode())) == dumped


def test_what_the_page_s_form_sends_unless_it_is_changed_is_the_default_request(fleet: ServedFleet) -> None:
    token = {"Authorization": f"Bearer {fleet.token}"}
    api = requests.get(f"{fleet.url}/v1/openapi.json", timeout=30).json()
    fields = api["components"]["schemas"]["DeployRequest"]["properties"]
    typed = {name: str(field["default"]) for name, field in fields.items() if field["default"] not in ("", [])}
    answer = requests.post(f"{fleet.url}/v1/plans", json={**typed, "model": "tiny"}, headers=token, timeout=30)
    with fleet.near() as near:
        assert answer.json() == PLAN.dumped(near.ask(PLAN, DeployRequest(model="tiny")))


def test_an_empty_parameter_is_one_that_was_left_out(fleet: ServedFleet) -> None:
    token = {"Authorization": f"Bearer {fleet.token}"}
    answers = [
        requests.get(f"{fleet.url}/v1/events?limit=3{more}", headers=token, timeout=30).json()
        for more in ("", "&since=&until=&device=")
    ]
    assert answers[0] == answers[1]
    assert len(answers[0]["events"]) == 3


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    asked=st.builds(
        NewestEventsQuery,
        device=st.sampled_from([None, "nano-01", "nano-02", "ü &?#%/"]),
        camera=st.sampled_from([None, "door", "hall"]),
        emotion=st.sampled_from([None, "sad", "happy"]),
        kind=st.sampled_from([None, "start"]),
        track=st.sampled_from([None, 1, 2]),
        since=st.sampled_from(["", "2026-01-31T12:00:30.000Z"]),
        until=st.sampled_from(["~", "2026-01-31T12:00:45.000Z"]),
        limit=st.integers(0, 2 * EVENTS),
        up_to_id=st.just(10_000),
    )
)
def test_both_desks_understand_a_filter_alike(fleet: ServedFleet, asked: NewestEventsQuery) -> None:
    with fleet.near() as near, fleet.far() as far:
        assert far.ask(NEWEST_EVENTS, asked) == near.ask(NEWEST_EVENTS, asked)


def test_the_sum_over_devices_is_the_sum_of_the_devices(fleet: ServedFleet) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    with fleet.far() as desk:
        for each in desk.ask(EMOTION_ROLLUPS, EmotionRollupsQuery(per="hour")):
            counted[each.start, each.emotion] += each.events
        summed = desk.ask(EMOTION_ROLLUPS, EmotionRollupsQuery(per="hour", summed=True))
    assert counted == {(one.start, one.emotion): one.events for one in summed}
    assert sum(counted.values()) == EVENTS


def test_the_totals_add_up(fleet: ServedFleet) -> None:
    with fleet.far() as desk:
        totals = desk.ask(TOTALS, Nothing()).document()
    assert totals == {"events": EVENTS, "dropped_events": 8, "redelivered_events": 0, "dead_letters": 1}


def test_cameras_are_shown_as_their_devices_last_reported_them(fleet: ServedFleet) -> None:
    with fleet.far() as desk:
        cameras = desk.ask(CAMERAS, DevicesQuery())
    shown = [(each.device, each.camera, each.fps, each.error, each.reported_at) for each in cameras]
    assert shown == [("nano-01", "door", 29.5, None, AT)]


@pytest.mark.parametrize(("access", "lacks_a_token"), [("token", True), ("open", False)])
def test_a_plan_misses_a_token_only_where_devices_need_one(tmp_path: Path, access: str, *, lacks_a_token: bool) -> None:
    with ServedFleet(tmp_path, access) as served, served.near() as near, served.far() as far:
        plan = far.ask(PLAN, REQUEST)
        assert plan == near.ask(PLAN, REQUEST)
    assert any("has no certificate or token" in warning for warning in plan.devices[0].warnings) == lacks_a_token


def test_a_rollout_says_which_orders_it_would_take_and_commands_print_it_as_ever(fleet: ServedFleet) -> None:
    with fleet.far() as desk:
        whole = desk.ask(ROLLOUT, RolloutQuery())
    assert (whole.state, [each.order for each in whole.orders]) == ("planned", ["abort"])
    assert all(each.does.endswith(".") for each in whole.orders)
    assert "orders" not in whole.document()
