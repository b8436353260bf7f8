"""The desk at the database and the desk over HTTP: one contract, the same answers, and who is let in."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from controller_messages import AT
from fer_controller.desk import access, remote
from fer_controller.errors import AccessError, ApiError, ControllerError, RequestError, RolloutError
from fer_controller.http.limits import BODY_BYTES
from fer_controller.operations import OPERATIONS
from fer_controller.operations.alerts import (
    ACKNOWLEDGE,
    ALERT_RULES,
    ALERTS,
    END_SILENCE,
    OUTCOME,
    SILENCE,
    SILENCES,
    TEST,
    AcknowledgeRequest,
    AlertsQuery,
    AlertTestQuery,
    EndSilenceRequest,
    SilenceRequest,
)
from fer_controller.operations.audit import AUDIT_NAMES, ENTRIES, NEWEST_ENTRIES, EntriesQuery, NewestEntriesQuery
from fer_controller.operations.board import FLEET, FleetQuery
from fer_controller.operations.commands import (
    ASKED_COMMAND,
    COMMAND,
    COMMANDS,
    CommandQuery,
    CommandRequest,
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
    FORGET,
    ME,
    REVOKE,
    TOTALS,
    DeadLettersQuery,
    ForgetRequest,
    MeAnswer,
    RevokeRequest,
)
from fer_controller.operations.labels import LABELS, RELABEL, LabelsQuery
from fer_controller.operations.models import MODEL, MODELS, ModelQuery
from fer_controller.operations.operation import DevicesQuery, Nothing, Operation, rows_of
from fer_controller.operations.operators import (
    ADD_OPERATOR,
    ALL_OPERATORS,
    CHANGE_OPERATOR,
    REMOVE_OPERATOR,
    VOID_TOKEN,
    AddOperatorRequest,
    ChangeOperatorRequest,
    RemoveOperatorRequest,
    VoidTokenRequest,
)
from fer_controller.operations.overview import EMOTIONS_TODAY, OVERVIEW, EmotionsTodayQuery, OverviewQuery
from fer_controller.operations.plans import DEPLOY, PLAN
from fer_controller.operations.rollouts import (
    DECISIONS,
    NEWEST,
    ORDER,
    PROGRESS,
    ROLLOUT,
    ROLLOUTS,
    DecisionsQuery,
    OrderRequest,
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
from fer_controller.registry import tokens
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.rollout.planning.request import DeployRequest
from fer_controller.store.credentials.records import ADMIN, VIEWER
from fer_controller.store.credentials.records import OPERATOR as ORDERS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from pydantic import BaseModel
from served_fleet import COMMAND as ASKED
from served_fleet import EVENTS, IN_THE_LAB, OPERATOR, ServedFleet

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
MISTAKES: "dict[str, tuple[Operation[Any, Any], BaseModel]]" = {
    "a day that ends before it begins": (EMOTIONS_TODAY, EmotionsTodayQuery(since=AT, until="2026-01-30T00:00Z")),
    "no selector": (FLEET, FleetQuery(selector="site")),
    "no such rollout": (ROLLOUT, RolloutQuery(rollout="r-none")),
    "no such rollout to order": (ORDER, OrderRequest(rollout="r-none", order="pause")),
    "no model of this name": (MODEL, ModelQuery(model="heavy@1")),
    "no such device": (DEVICE, DeviceQuery(device="ghost")),
    "nothing to forget": (FORGET, ForgetRequest(device="ghost")),
    "no such command": (ASKED_COMMAND, CommandQuery(command="none")),
    "nobody to command": (COMMAND, CommandRequest(device="ghost", kind="restart")),
    "nothing that a device knows": (COMMAND, CommandRequest(device="orin-01", kind="defrost")),
    "no such model": (PLAN, DeployRequest(model="heavy")),
    "nobody selected": (DEPLOY, DeployRequest(selector="site=moon")),
    "no name of a device": (RELABEL, Relabel(devices=("a b",), labels=("site=lab",))),
    "no such setting": (DEVICE_SETTINGS, DeviceSettingsQuery(device="nano-01")),
    "no label": (RELABEL, Relabel(devices=("orin-01",), labels=("class=nano",))),
}


OF_ADMINS: "list[tuple[Operation[Any, Any], BaseModel]]" = [
    (ALL_OPERATORS, Nothing()),
    (ADD_OPERATOR, AddOperatorRequest(operator="mallory", role="admin")),
    (CHANGE_OPERATOR, ChangeOperatorRequest(operator=OPERATOR, role="admin")),
    (VOID_TOKEN, VoidTokenRequest(operator=OPERATOR)),
    (REMOVE_OPERATOR, RemoveOperatorRequest(operator=OPERATOR)),
]


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


@pytest.mark.parametrize("what", MISTAKES)
def test_both_desks_tell_a_mistake_in_the_same_sentence(fleet: ServedFleet, what: str) -> None:
    with fleet.near() as near, pytest.raises(ControllerError) as said:
        near.ask(*MISTAKES[what])
    with fleet.far() as far, pytest.raises(ControllerError) as repeated:
        far.ask(*MISTAKES[what])
    assert str(repeated.value) == str(said.value)
    assert isinstance(repeated.value, RequestError) == isinstance(said.value, RequestError)


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("rollouts", {"soak": "soon"}, "--soak 'soon' is not a duration; write 90s, 10m, 2h or 1d."),
        ("plans", {"attempts": 0}, "--attempts 0 is out of range; give 1 to 100."),
        ("plans", {"speed": 1}, "body.speed: Extra inputs are not permitted."),
        ("plans", {"soak": []}, "body.soak: Input should be a valid number."),
        ("rollouts/r-/orders", {"order": "hurry"}, "There is no order 'hurry'; give one of approve, refuse,"),
        ("rollouts/r-/orders", {"order": "pause", "now": True}, "body.now: Extra inputs are not permitted."),
        ("labels", {"devices": []}, "body.devices: "),
    ],
)
def test_a_body_that_is_misspelled_is_told_in_a_sentence(
    fleet: ServedFleet, path: str, body: "dict[str, Any]", sentence: str
) -> None:
    token = {"Authorization": f"Bearer {fleet.token}"}
    answer = requests.post(f"{fleet.url}/v1/{path}", json=body, headers=token, timeout=30)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(sentence)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("limit=-1", "query.limit: Input should be greater than or equal to 0."),
        ("limit=100001", "query.limit: Input should be less than or equal to 100000."),
        ("since=soon", "'soon' is not a time; write 90s, 10m, 2h, 3d, or 2026-01-31T12:00:00Z."),
    ],
)
def test_a_query_that_is_misspelled_is_told_in_a_sentence(fleet: ServedFleet, query: str, sentence: str) -> None:
    token = {"Authorization": f"Bearer {fleet.token}"}
    answer = requests.get(f"{fleet.url}/v1/events?{query}", headers=token, timeout=30)
    assert (answer.status_code, answer.json()["detail"]) == (422, sentence)


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


def test_rows_are_never_left_out_unseen(fleet: ServedFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MOST_ROWS", 1)
    with fleet.far() as desk:
        assert len(rows_of(desk.ask(NEWEST_EVENTS, NewestEventsQuery(limit=1)))) == 1
        with pytest.raises(ApiError, match="gives 1 rows at once; ask for fewer with --limit"):
            desk.ask(NEWEST_EVENTS, NewestEventsQuery(limit=2))
        with pytest.raises(ApiError, match="gives 1 rows at once"):
            desk.ask(DEAD_LETTERS, DeadLettersQuery(limit=2))


def test_who_asks_is_told_who_that_is(fleet: ServedFleet) -> None:
    with fleet.far() as far, fleet.near() as near:
        assert far.ask(ME, Nothing()) == MeAnswer(name=OPERATOR, role=ORDERS)
        assert near.ask(ME, Nothing()) == MeAnswer(name="root@here", role=ADMIN)


def test_what_an_operator_orders_over_http_is_done_in_their_name(tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk, fleet.near() as near:
        (labelled,) = desk.ask(RELABEL, Relabel(devices=("orin-01",), labels=("room=2",)))
        assert labelled.labels == {"room": "2"}
        begun = desk.ask(DEPLOY, REQUEST)
        assert begun.plan.waves == (1, 9)
        ordered = desk.ask(ORDER, OrderRequest(rollout=begun.rollout, order="abort"))
        assert ordered.document() == {"rollout": begun.rollout, "order": "abort", "outcome": None}
        whole = near.ask(ROLLOUT, RolloutQuery(rollout=begun.rollout))
        assert (whole.created_by, whole.audit[0].actor, len(whole.devices)) == (OPERATOR, OPERATOR, 10)


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


def test_a_viewer_looks_and_orders_nothing(fleet: ServedFleet) -> None:
    token = access.make(fleet.operators, "bob", VIEWER, datetime.now(UTC)).token
    with fleet.far(token) as desk, fleet.near() as near:
        before = near.ask(ROLLOUTS, RolloutsQuery(limit=100)), near.ask(LABELS, LabelsQuery())
        assert desk.ask(PLAN, REQUEST) == near.ask(PLAN, REQUEST)
        orders: list[tuple[Operation[Any, Any], BaseModel]] = [
            (DEPLOY, REQUEST),
            (ORDER, OrderRequest(rollout=before[0][0].rollout, order="abort")),
            (RELABEL, Relabel(devices=("orin-01",), labels=("room=3",))),
            (FORGET, ForgetRequest(device="nano-01")),
            (REVOKE, RevokeRequest(device="nano-01")),
            (COMMAND, CommandRequest(device="nano-01", kind="restart")),
            (COMMANDS, CommandsQuery()),
            (ASKED_COMMAND, CommandQuery(command=ASKED.id)),
            (NEWEST_ENTRIES, NewestEntriesQuery()),
            (ENTRIES, EntriesQuery()),
            (AUDIT_NAMES, Nothing()),
            (ACKNOWLEDGE, AcknowledgeRequest(alert=1)),
            (SILENCE, SilenceRequest(for_s=60)),
            (END_SILENCE, EndSilenceRequest(silence=1)),
            (TEST, Nothing()),
            (OUTCOME, AlertTestQuery(test=1)),
            *OF_ADMINS,
        ]
        assert {operation.name for operation, _ in orders} == {each.name for each in OPERATIONS if each.role != VIEWER}
        for operation, asked in orders:
            with pytest.raises(ApiError, match="The token of bob is a viewer's"):
                desk.ask(operation, asked)
        assert (near.ask(ROLLOUTS, RolloutsQuery(limit=100)), near.ask(LABELS, LabelsQuery())) == before


def test_an_operator_orders_and_gives_nobody_a_token(fleet: ServedFleet) -> None:
    before = fleet.operators.operators()
    with fleet.far() as desk:
        for operation, asked in OF_ADMINS:
            with pytest.raises(ApiError, match=r"is an operator's, which says not who may do what.*--role admin"):
                desk.ask(operation, asked)
    assert [each.unused for each in fleet.operators.operators()] == [each.unused for each in before]


def test_an_admin_says_who_may_do_what_and_does_what_an_operator_does(fleet: ServedFleet) -> None:
    token = access.make(fleet.operators, "root", ADMIN, datetime.now(UTC)).token
    expires = datetime(2099, 1, 1, tzinfo=UTC)
    with fleet.far(token) as desk:
        asked = AddOperatorRequest(operator="heidi", role="viewer", selector="site=lab", expires_at=expires)
        made = desk.ask(ADD_OPERATOR, asked)
        assert (made.operator, made.role, made.selector) == ("heidi", VIEWER, "site=lab")
        with fleet.far(made.token) as theirs:
            assert theirs.ask(ME, Nothing()) == MeAnswer(name="heidi", role=VIEWER, selector="site=lab")
        (listed,) = [each for each in desk.ask(ALL_OPERATORS, Nothing()) if each.operator == "heidi"]
        assert (listed.selector, listed.expires_at) == ("site=lab", "2099-01-01T00:00:00.000Z")
        assert desk.ask(REMOVE_OPERATOR, RemoveOperatorRequest(operator="heidi")).removed
        assert desk.ask(RELABEL, Relabel(devices=("orin-09",), labels=("room=9",)))
    with fleet.far(made.token) as theirs, pytest.raises(ApiError, match="belongs to no operator"):
        theirs.ask(ME, Nothing())


def test_a_devices_token_opens_nothing_of_the_desk(fleet: ServedFleet) -> None:
    token = tokens.make(fleet.operators, "nano-01")
    for wrong in (token, "", "guessed"):
        with fleet.far(wrong) as desk, pytest.raises(ApiError, match="operator"):
            desk.ask(DEVICES, DevicesQuery())


def test_a_token_that_was_taken_away_or_replaced_opens_nothing_at_once(fleet: ServedFleet) -> None:
    first = access.make(fleet.operators, "carol", VIEWER, datetime.now(UTC)).token
    second = access.make(fleet.operators, "carol", ORDERS, datetime.now(UTC), replace=True).token
    with fleet.far(first) as former, fleet.far(second) as desk:
        with pytest.raises(ApiError, match="belongs to no operator"):
            former.ask(DEVICES, DevicesQuery())
        assert desk.ask(DEVICES, DevicesQuery())
        access.remove(fleet.operators, "carol")
        with pytest.raises(ApiError, match="belongs to no operator"):
            desk.ask(DEVICES, DevicesQuery())


def test_an_operator_who_is_there_keeps_token_and_role_unless_another_is_asked_for(fleet: ServedFleet) -> None:
    now = datetime.now(UTC)
    first = access.make(fleet.operators, "frank", ORDERS, now)
    with pytest.raises(AccessError, match=r"frank is there already, as operator since 20.*; --replace makes another"):
        access.make(fleet.operators, "frank", None, now)
    with fleet.far(first.token) as desk:
        assert desk.ask(ME, Nothing()) == MeAnswer(name="frank", role=ORDERS)
    assert access.make(fleet.operators, "frank", None, now, replace=True).role == ORDERS
    assert access.make(fleet.operators, "frank", VIEWER, now, replace=True).role == VIEWER
    assert access.make(fleet.operators, "grace", None, now).role == VIEWER


def test_operators_have_names_and_roles_that_there_are(fleet: ServedFleet) -> None:
    now = datetime.now(UTC)
    with pytest.raises(AccessError, match="There is no role 'root'; use viewer, operator, admin"):
        access.make(fleet.operators, "dave", "root", now)
    with pytest.raises(AccessError, match="'a b' is not a name for an operator"):
        access.make(fleet.operators, "a b", VIEWER, now)
    with pytest.raises(AccessError, match="what the audit log calls the controller itself"):
        access.make(fleet.operators, "runner", VIEWER, now)
    with pytest.raises(AccessError, match="There is no operator dave"):
        access.remove(fleet.operators, "dave")


def test_no_token_is_kept_as_it_is(fleet: ServedFleet) -> None:
    kept = b"".join(path.read_bytes() for path in fleet.db.parent.glob("fleet.db*") if path.is_file())
    assert fleet.token.encode() not in kept


def test_an_order_names_its_rollout(tmp_path: Path) -> None:
    with ServedFleet(tmp_path) as fleet, fleet.far() as desk, pytest.raises(RolloutError, match="There is no rollout"):
        desk.ask(ORDER, OrderRequest(rollout=NEWEST, order="pause"))


def test_a_request_that_is_too_large_is_refused_before_anybody_is_asked_who_sends_it(fleet: ServedFleet) -> None:
    large = b'{"model": "' + b"x" * BODY_BYTES + b'"}'
    for body in (large, iter([large[:1000], large[1000:]])):
        answer = requests.post(f"{fleet.url}/v1/rollouts", data=body, timeout=30)
        assert (answer.status_code, answer.json()["detail"]) == (413, "The request is larger than 65536 bytes.")
