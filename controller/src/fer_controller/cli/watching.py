"""Rollouts on a terminal: a bar for each wave, the gates against their baseline, and what was decided."""

import time
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import typer
from fer_terminal import tones
from fer_terminal.choosing import Choice
from fer_terminal.columns import FIGURE, TIME, WORDS, Column, Row
from fer_wire.printable import one_line, printable

from fer_controller.cli import options
from fer_controller.cli.deploy import has_new
from fer_controller.cli.states import TONES, toned
from fer_controller.desk.retrying import retried
from fer_controller.operations.rollouts import (
    DECISIONS,
    PROGRESS,
    DecisionsQuery,
    RolloutAnswer,
    RolloutDeviceAnswer,
    RolloutQuery,
    WaveAnswer,
    WholeRolloutAnswer,
)
from fer_controller.rollout import transitions as moves

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from fer_controller.desk.desk import Desk

LOOK_EVERY_S = 0.5
BAR_CHARACTERS = 20
FULL, EMPTY = "█", "░"
FAILED = 1
WAVES = (
    Column("wave", kind=FIGURE), Column("progress", 4), Column("devices", 2, FIGURE), Column("state"),
    Column("devices by state", 3, WORDS),
)  # fmt: skip
GATES = (
    Column("gate"), Column("before", 2), Column("after", 2), Column("figure", 3), Column("devices", 5, FIGURE),
    Column("evidence", 6, WORDS), Column("p", 4), Column("power", 7), Column("verdict"),
)  # fmt: skip
DEVICES = (
    Column("wave", 3, FIGURE), Column("device"), Column("state"), Column("attempt", 6, FIGURE), Column("before", 5),
    Column("model", 4), Column("reason", 2, WORDS),
)  # fmt: skip
DECISIONS_LOG = (Column("time", kind=TIME), Column("who", 2), Column("what", 3), Column("why", kind=WORDS))


def watch(desk: "Desk", rollout: str, *, as_json: bool) -> None:
    """Show how a rollout goes until it ends; leaves with 1 unless it is completed."""
    from fer_terminal.console import out

    console = out()
    if as_json:
        state = _lines(desk, rollout)
    elif console.is_terminal:
        state = _live(desk, rollout, console)
    else:
        state = _sentences(desk, rollout)
    if state != moves.COMPLETED:
        raise typer.Exit(FAILED)


def print_whole(rollout: WholeRolloutAnswer, choice: Choice) -> None:
    """All of a rollout, as `show` has it."""
    from fer_terminal.console import out
    from fer_terminal.listing import print_list

    console = out()
    console.print(_picture(rollout, console))
    print_list(DEVICES, [_device(each) for each in rollout.devices], empty="")
    log = [(each.time, each.actor, each.action, each.sentence) for each in rollout.audit]
    print_list(DECISIONS_LOG, log, empty="", choice=choice)


def _progress(desk: "Desk", rollout: str) -> RolloutAnswer:
    return retried(partial(desk.ask, PROGRESS, RolloutQuery(rollout=rollout)))


def _lines(desk: "Desk", rollout: str) -> str:
    last: dict[str, Any] = {}
    while True:
        found = _progress(desk, rollout)
        now = found.document()
        if now != last:
            options.print_line(now)
        last = now
        if found.ended_at:
            return found.state
        time.sleep(LOOK_EVERY_S)


def _sentences(desk: "Desk", rollout: str) -> str:
    last_id = 0
    while True:
        found = _progress(desk, rollout)
        for entry in retried(partial(desk.ask, DECISIONS, DecisionsQuery(rollout=rollout, after_id=last_id))):
            last_id = entry.id
            print(one_line(f"{entry.time}  {entry.sentence}"), flush=True)
        if found.ended_at:
            return found.state
        time.sleep(LOOK_EVERY_S)


def _live(desk: "Desk", rollout: str, console: "Console") -> str:
    from rich.live import Live

    with Live(console=console, refresh_per_second=4) as live:
        while True:
            found = _progress(desk, rollout)
            live.update(_picture(found, console))
            if found.ended_at:
                return found.state
            time.sleep(LOOK_EVERY_S)


def _picture(rollout: RolloutAnswer, console: "Console") -> "RenderableType":
    from fer_terminal.listing import arranged
    from rich.console import Group
    from rich.text import Text

    state = Text(rollout.state, TONES.get(rollout.state, ""))
    title = Text.assemble(f"Rollout {rollout.rollout} · {rollout.model} ({rollout.precision}) · ", state)
    parts: list[RenderableType] = [title]
    if rollout.reason:
        parts.append(Text(printable(rollout.reason)))
    parts.append(arranged(console, WAVES, [_wave(each) for each in rollout.waves])[0])
    judged = [wave for wave in rollout.waves if wave.gates]
    if judged:
        parts.append(Text(f"Gates of wave {judged[-1].wave}", "bold"))
        parts.append(arranged(console, GATES, [_gate(each) for each in judged[-1].gates])[0])
    return Group(*parts)


def _wave(wave: WaveAnswer) -> Row:
    states = ", ".join(f"{count} {name}" for name, count in wave.states.items())
    full = round(BAR_CHARACTERS * wave.settled / max(1, wave.devices))
    bar = FULL * full + EMPTY * (BAR_CHARACTERS - full)
    return wave.wave, (bar, tones.BUSY), f"{wave.settled}/{wave.devices}", toned(wave.state), states


def _gate(gate: Mapping[str, Any]) -> Row:
    before, after, value, p, power = (_number(gate, name) for name in ("before", "after", "value", "p", "power"))
    devices = f"{gate['devices']}/{gate['of_devices']}"
    return gate["gate"], before, after, value, devices, _evidence(gate), p, power, toned(gate["outcome"])


def _number(gate: Mapping[str, Any], name: str) -> str | None:
    value = gate.get(name)
    return None if value is None else f"{value:.3g}"


def _evidence(gate: Mapping[str, Any]) -> str:
    """How many faces or minutes after the change, and before; an older controller stored none."""
    if not gate.get("evidence_after"):
        return ""
    return f"{gate['evidence_after']} {gate['evidence']}, {gate['evidence_before']} before"


def _device(device: RolloutDeviceAnswer) -> Row:
    return (
        device.wave, device.device, toned(device.state), device.attempt, device.previous, has_new(device),
        device.reason,
    )  # fmt: skip
