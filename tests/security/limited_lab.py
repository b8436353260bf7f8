"""A fleet in two rooms, and an operator who is given one of them."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from controller_messages import DEVICE
from fer_controller.desk.local import LocalDesk
from fer_controller.errors import ControllerError
from fer_controller.operations.commands import COMMANDS
from fer_controller.operations.events import (
    EVENTS_AS_STORED,
    EVENTS_BY_TIME,
    EVENTS_OF_DAY,
    NEWEST_EVENTS,
)
from fer_controller.operations.operation import Operation
from fer_controller.operations.rollouts import DECISIONS, PROGRESS, ROLLOUT
from fer_controller.operations.telemetry import NEWEST_TELEMETRY, TELEMETRY_AS_STORED
from fer_controller.store.credentials.records import OPERATOR
from served_fleet import ServedFleet

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SELECTOR = "site=lab"
GIVEN = ("orin-03", "orin-04")
FOREIGN = (DEVICE, "nano-02", *(f"orin-{number:02}" for number in range(10) if f"orin-{number:02}" not in GIVEN))
VICTIM = "orin-05"


@dataclass
class Lab:
    """A fleet in which anna is given the lab, with rollouts of hers and of others, and traces of everybody."""

    fleet: ServedFleet
    token: str
    foreign_rollout: str
    own_rollout: str

    def ask(self, operation: Operation[Any, Any], **asked: Any) -> Any:
        """What the operation answers to anna, carried out as the HTTP server does."""
        with LocalDesk(self.fleet.place, "anna", OPERATOR, "10.0.0.1", SELECTOR) as desk:
            return desk.ask(operation, operation.parameters(**asked))

    def ask_over_http(self, operation: Operation[Any, Any], **asked: Any) -> Any:
        """What the operation answers to anna's token."""
        with self.fleet.far(self.token) as desk:
            return desk.ask(operation, operation.parameters(**asked))


OF_A_DEVICE = (
    COMMANDS,
    NEWEST_EVENTS,
    EVENTS_BY_TIME,
    EVENTS_AS_STORED,
    EVENTS_OF_DAY,
    NEWEST_TELEMETRY,
    TELEMETRY_AS_STORED,
)
OF_A_ROLLOUT = (ROLLOUT, PROGRESS, DECISIONS)
ROWS = {
    "devices": "device", "labels": "device", "tokens": "holder", "desired_states": "device", "events": "device",
    "alerts": "device",
    "device_failures": "device", "revoked_devices": "device", "rollout_targets": "device", "telemetry": "device",
    "commands": "device",
}  # fmt: skip


def rows_of(db: Path, names: "tuple[str, ...]") -> "list[Any]":
    """What the database says of devices; not when their tokens were used."""
    with sqlite3.connect(db) as raw:
        found = [
            row
            for table, column in ROWS.items()
            for name in names
            for row in raw.execute(f"SELECT * FROM {table} WHERE {column} = ?", (name,))  # noqa: S608
        ]
    raw.close()
    return found


def said(lab: Lab, operation: Operation[Any, Any], asked: "dict[str, Any]") -> "list[str]":
    """The devices that an answer or a refusal names and anna neither is given nor named herself."""
    try:
        return named(lab.ask(operation, **asked), operation)
    except ControllerError as error:
        return [name for name in FOREIGN if name in str(error) and name not in str(asked)]


def named(answer: Any, operation: Operation[Any, Any]) -> "list[str]":
    """The devices that an answer names and anna is not given."""
    said = json.dumps(operation.dumped(answer))
    return [name for name in FOREIGN if name in said]
