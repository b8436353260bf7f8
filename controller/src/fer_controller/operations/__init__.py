"""Everything that an operator can ask of the controller: of each operation its name, path, role, request and answer.

From this list come the API's routes, the remote desk and docs/api.md; the local desk carries each operation out.
"""

from typing import Any

from fer_controller.operations import (
    alerts,
    audit,
    board,
    commands,
    device,
    events,
    fleet,
    labels,
    models,
    operators,
    overview,
    plans,
    rollouts,
    settings,
    telemetry,
)
from fer_controller.operations.operation import Operation

OPERATIONS: tuple[Operation[Any, Any], ...] = (
    *overview.OPERATIONS,
    *board.OPERATIONS,
    *fleet.OPERATIONS,
    *device.OPERATIONS,
    *commands.OPERATIONS,
    *events.OPERATIONS,
    *telemetry.OPERATIONS,
    *labels.OPERATIONS,
    *models.OPERATIONS,
    *plans.OPERATIONS,
    *rollouts.OPERATIONS,
    *settings.OPERATIONS,
    *alerts.OPERATIONS,
    *audit.OPERATIONS,
    *operators.OPERATIONS,
)

__all__ = ["OPERATIONS", "Operation"]
