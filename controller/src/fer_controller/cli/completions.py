"""What a shell completes with: devices, rollouts and models, from the database or the controller that was named."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer
from fer_terminal.completion import completing

from fer_controller.cli import options

if TYPE_CHECKING:
    from fer_controller.desk.desk import Desk

NEWEST_ROLLOUTS = 50


def _desk(ctx: typer.Context) -> "Desk":
    """Of the options that stand on the line so far."""
    typed = ctx.params
    return options.desk(typed.get("db"), typed.get("url"), typed.get("config"))


def _devices(ctx: typer.Context) -> Iterator[str]:
    from fer_controller.desk.pages import every
    from fer_controller.operations.fleet import DEVICES

    with _desk(ctx) as desk:
        yield from (each.device for each in every(desk, DEVICES))


def _rollouts(ctx: typer.Context) -> Iterator[str]:
    from fer_controller.operations.rollouts import ROLLOUTS, RolloutsQuery

    with _desk(ctx) as desk:
        yield from (each.rollout for each in desk.ask(ROLLOUTS, RolloutsQuery(limit=NEWEST_ROLLOUTS)))


def _models(ctx: typer.Context) -> Iterator[str]:
    from fer_controller.operations.models import MODELS
    from fer_controller.operations.operation import Nothing

    with _desk(ctx) as desk:
        yield from (each.model for each in desk.ask(MODELS, Nothing()))


DEVICES, ROLLOUTS, MODELS = completing(_devices), completing(_rollouts), completing(_models)
OF_FIELDS = {"device": DEVICES, "devices": DEVICES, "model": MODELS, "rollout": ROLLOUTS}
"""By the name of a field that becomes an option."""
