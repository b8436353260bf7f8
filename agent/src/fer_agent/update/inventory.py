"""What lies on the device, read beside a running agent."""

from datetime import datetime, timezone
from typing import Any, Dict

from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from fer_wire.device.record import Record
from fer_wire.message import iso_utc
from fer_wire.reported import PROBATION

from fer_agent.errors import ModelError
from fer_agent.host.state_folder import MODELS_FOLDER, UPDATE_FILE
from fer_agent.inference.choice import installed, tasks_of
from fer_agent.settings import AUTO, DLIB, Settings
from fer_agent.update.member import configured
from fer_agent.update.record import RecordFile
from fer_agent.update.slots import Kept, Slots


def inventory(settings: Settings) -> Dict[str, Any]:
    """The models on disk, which of them serve at the next start, and the last update; nothing is changed."""
    folder = settings.state_dir / settings.device
    slots = Slots(folder / MODELS_FOLDER, settings.update.cache_max_mb)
    record = RecordFile(folder / UPDATE_FILE).load()
    update, tasks = record.update(), tasks_of(settings)
    eyes = {task: _serves(task, settings, slots, record) if task in tasks else DLIB for task in (FINDER, LANDMARKER)}
    return {
        "device": settings.device,
        "serves": _serves(CLASSIFIER, settings, slots, record),
        "eyes": eyes,
        "models": [_document(kept) for kept in slots.kept()],
        "update": update.model_dump() if update else None,
    }


def _serves(task: str, settings: Settings, slots: Slots, record: Record) -> str:
    now = slots.occupied(task)
    if now.trial and record.state == PROBATION and record.task == task:
        return slots.reference(now.trial)
    if now.current and now.configured == configured(task, settings):
        return slots.reference(now.current)
    return _of_the_settings(task, settings)


def _of_the_settings(task: str, settings: Settings) -> str:
    try:
        manifest = installed(task, settings).manifest
    except ModelError as error:
        return f"nothing ({error})"
    name, precision = f"{manifest.name}@{manifest.version}", settings.emotion.precision
    return f"{name}/{precision}" if task == CLASSIFIER and precision != AUTO else name


def _document(kept: Kept) -> Dict[str, Any]:
    return {
        "slot": kept.slot,
        "task": kept.task,
        "model": kept.reference,
        "sha256": kept.sha256,
        "size_bytes": kept.size_bytes,
        "used": iso_utc(datetime.fromtimestamp(kept.used_at_s, timezone.utc)),
    }
