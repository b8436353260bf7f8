"""One device: how it stands, and the rollouts that it was in."""

from datetime import UTC, datetime

from fer_wire.message import iso_utc

from fer_controller.desk.answers.fleet import described
from fer_controller.desk.answers.rollouts import device_answer
from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.desk.credentials import Credentials
from fer_controller.ingest.devices import presence
from fer_controller.operations.device import (
    DEVICE,
    DEVICE_ROLLOUTS,
    DeviceQuery,
    DeviceRolloutAnswer,
    DeviceRolloutsQuery,
)
from fer_controller.operations.fleet import DeviceAnswer
from fer_controller.store.devices.records import Device


@ANSWERS.carries_out(DEVICE)
def device(context: Context, asked: DeviceQuery) -> DeviceAnswer:
    """One that is known by any means; raises RequestError."""
    context.expect([asked.device])
    name, known, now = asked.device, context.stores.looking, datetime.now(UTC)
    found = known.devices.of(name) or Device(name)
    state = presence(found, now, context.stores.place.stale_after_s)
    answer = described(found, state, known.events.dropped().get(name, 0), known.devices.taken_out().get(name))
    return answer.model_copy(update=Credentials(known, iso_utc(now), [name]).of(name))


@ANSWERS.carries_out(DEVICE_ROLLOUTS)
def device_rollouts(context: Context, asked: DeviceRolloutsQuery) -> list[DeviceRolloutAnswer]:
    """Those that it was in, the newest first; raises RequestError."""
    context.expect([asked.device])
    found = context.stores.upgraded.rollouts.of_device(asked.device, asked.limit)
    return [
        DeviceRolloutAnswer(
            **dict(device_answer(target, row.model)),
            rollout=row.id,
            change=row.model,
            rollout_state=row.state,
            created_at=row.created_at,
            created_by=row.created_by,
        )
        for row, target in found
    ]
