"""The fleet as a whole."""

import json
from datetime import UTC, datetime

from fer_wire.message import iso_utc

from fer_controller.desk import forgetting, revoking
from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.desk.credentials import Credentials
from fer_controller.ingest.devices import presence
from fer_controller.operations.fleet import (
    DEAD_LETTERS,
    DEVICES,
    FORGET,
    ME,
    REVOKE,
    TOTALS,
    DeadLetterAnswer,
    DeadLettersQuery,
    DeviceAnswer,
    ForgetRequest,
    ForgottenAnswer,
    MeAnswer,
    RevokedAnswer,
    RevokeRequest,
    TotalsAnswer,
)
from fer_controller.operations.operation import DevicesQuery, Nothing
from fer_controller.store.dead_letters import records as counted
from fer_controller.store.devices.records import Device, TakenOut


@ANSWERS.carries_out(ME)
def me(context: Context, _asked: Nothing) -> MeAnswer:
    """Who asks."""
    return MeAnswer(name=context.actor, role=context.role, selector=context.selector)


@ANSWERS.carries_out(DEVICES)
def devices(context: Context, asked: DevicesQuery) -> list[DeviceAnswer]:
    """The next by name."""
    known, now = context.stores.looking, datetime.now(UTC)
    found = known.devices.after(asked.after, asked.most)
    stale_after_s, dropped = context.stores.place.stale_after_s, known.events.dropped()
    revoked, credentials = known.devices.taken_out(), Credentials(known, iso_utc(now), [each.device for each in found])
    return [
        described(each, presence(each, now, stale_after_s), dropped.get(each.device, 0), revoked.get(each.device))
        .model_copy(update=credentials.of(each.device))
        for each in found
    ]  # fmt: skip


@ANSWERS.carries_out(FORGET)
def forget(context: Context, asked: ForgetRequest) -> ForgottenAnswer:
    """Take it out of the fleet; raises RequestError."""
    context.expect([asked.device])
    events = forgetting.forget(
        context.stores.changing, asked.device, context.actor, datetime.now(UTC),
        delete_events=asked.delete_events, stale_after_s=context.stores.place.stale_after_s,
    )  # fmt: skip
    return ForgottenAnswer(device=asked.device, events=events, deleted=asked.delete_events)


@ANSWERS.carries_out(REVOKE)
def revoke(context: Context, asked: RevokeRequest) -> RevokedAnswer:
    """Take it out at once; raises RequestError."""
    context.expect([asked.device])
    now = datetime.now(UTC)
    taken = revoking.revoke(context.stores.changing, asked.device, context.actor, now, asked.reason)
    return RevokedAnswer(device=asked.device, had_token=taken.had_token, certificates=taken.certificates)


@ANSWERS.carries_out(TOTALS)
def totals(context: Context, _asked: Nothing) -> TotalsAnswer:
    """Sums over all devices."""
    known = context.stores.looking
    counters = known.dead_letters.counters()
    return TotalsAnswer(
        events=sum(known.events.stored().values()),
        dropped_events=sum(known.events.dropped().values()),
        redelivered_events=counters.get(counted.REDELIVERED, 0),
        dead_letters=counters.get(counted.DEAD_LETTERS, 0),
    )


@ANSWERS.carries_out(DEAD_LETTERS)
def dead_letters(context: Context, asked: DeadLettersQuery) -> list[DeadLetterAnswer]:
    """The newest dead letters, ascending by time."""
    return [
        DeadLetterAnswer(
            time=each.time,
            topic=each.topic,
            reason=each.reason,
            size_bytes=each.size_bytes,
            payload=each.payload.decode("utf-8", "backslashreplace"),
        )
        for each in context.stores.looking.dead_letters.newest(asked.limit)
    ]


def described(device: Device, state: str, dropped_events: int, taken_out: TakenOut | None = None) -> DeviceAnswer:
    """A device in this state, as operators see it."""
    reported = json.loads(device.reported) if device.reported else {}
    running = reported.get("running") or {}
    return DeviceAnswer(
        device=device.device,
        state=state,
        since=device.since or None,
        last_seen=device.last_seen or None,
        run=device.run or None,
        agent_version=device.agent_version or None,
        reason=device.reason or None,
        model=running.get("model") or None,
        eyes={task: each["model"] for task, each in (reported.get("eyes") or {}).items() if each.get("model")},
        provider=running.get("provider") or None,
        clock_offset_s=device.clock_offset_s,
        revoked_at=taken_out.revoked_at if taken_out else None,
        revoked_by=taken_out.revoked_by if taken_out else None,
        blind=device.blind or None,
        dropped_events=dropped_events,
        reported=reported or None,
    )
