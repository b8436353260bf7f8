"""What lies on the device, read beside a running agent."""

from datetime import datetime, timezone
from typing import Any, Dict

from fer_wire.contracts import CLASSIFIER
from fer_wire.device.record import Record
from fer_wire.message import iso_utc
from fer_wire.reported import PROBATION

from fer_agent.errors import ModelError
from fer_agent.host.state_folder import MODELS_FOLDER, UPDATE_FILE
from fer_agent.inference.model import read_model
from fer_agent.inference.zoo import default_model
from fer_agent.settings import AUTO, Settings
from fer_agent.update.boot import configured_model
from fer_agent.update.record import RecordFile
from fer_agent.update.slots import Kept, Slots


def inventory(settings: Settings) -> Dict[str, Any]:
    """The models on disk, which of them serves at the next start, and the last update; nothing is changed."""
    folder = settings.state_dir / settings.device
    slots = Slots(folder / MODELS_FOLDER, settings.update.cache_max_mb)
    record = RecordFile(folder / UPDATE_FILE).load()
    update = record.update()
    return {
        "device": settings.device,
        "serves": _serves(settings, slots, record),
        "models": [_document(kept) for kept in slots.kept()],
        "update": update.model_dump() if update else None,
    }


def _serves(settings: Settings, slots: Slots, record: Record) -> str:
    now = slots.occupied
    if now.trial and record.state == PROBATION:
        return slots.reference(now.trial)
    if now.current and now.configured == configured_model(settings.emotion):
        return slots.reference(now.current)
    return _of_the_settings(settings)


def _of_the_settings(settings: Settings) -> str:
    try:
        manifest = read_model(settings.emotion.model or default_model(CLASSIFIER), CLASSIFIER).manifest
    except ModelError as error:
        return f"nothing ({error})"
    name = f"{manifest.name}@{manifest.version}"
    return name if settings.emotion.precision == AUTO else f"{name}/{settings.emotion.precision}"


def _document(kept: Kept) -> Dict[str, Any]:
    return {
        "slot": kept.slot,
        "model": kept.reference,
        "sha256": kept.sha256,
        "size_bytes": kept.size_bytes,
        "used": iso_utc(datetime.fromtimestamp(kept.used_at_s, timezone.utc)),
    }
