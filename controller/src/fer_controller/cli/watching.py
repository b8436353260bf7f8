"""Rollouts on a terminal: a bar for each wave, the gates against their baseline, and what was decided."""

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import typer
from fer_wire.printable import one_line

from fer_controller.cli import options
from fer_controller.desk.retrying import retried
from fer_controller.operations.rollouts import (
    DECISIONS,
    PROGRESS,
    DecisionsQuery,
    RolloutAnswer,
    RolloutQuery,
    WaveAnswer,
    WholeRolloutAnswer,
)
from fer_controller.rollout import transitions as moves

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fer_controller.desk.desk import Desk

LOOK_EVERY_S = 0.5
BAR_CHARACTERS = 30
FAILED = 1
COLORS = {
    moves.COMPLETED: "green", moves.PASSED: "green", moves.RUNNING: "cyan", moves.UPDATING: "cyan",
    moves.SOAKING: "cyan", moves.PAUSED: "yellow", "inconclusive": "yellow",
    moves.FAILED: "red", moves.ROLLING_BACK: "red", moves.ROLLED_BACK: "red", moves.ABORTED: "red",
}  # fmt: skip


def watch(desk: "Desk", rollout: str, *, as_json: bool) -> None:
    """Show how a rollout goes until it ends; leaves with 1 unless it is completed."""
    from rich.console import Console

    console = Console()
    if as_json:
        state = _lines(desk, rollout)
    elif console.is_terminal:
        state = _live(desk, rollout, console)
    else:
        state = _sentences(desk, rollout)
    if state != moves.COMPLETED:
        raise typer.Exit(FAILED)


def print_whole(rollout: WholeRolloutAnswer) -> None:
    """All of a rollout, as `show` has it."""
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        console = Console(width=options.WIDTH_WITHOUT_TERMINAL)
    console.print(_picture(rollout))
    console.print(_devices(rollout))
    table = options.table("time", "who", "what", "why")
    for each in rollout.audit:
        table.add_row(*map(options.plain, (each.time, each.actor, each.action, each.sentence)))
    console.print(table)


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


def _live(desk: "Desk", rollout: str, console: Any) -> str:
    from rich.live import Live

    with Live(console=console, refresh_per_second=4) as live:
        while True:
            found = _progress(desk, rollout)
            live.update(_picture(found))
            if found.ended_at:
                return found.state
            time.sleep(LOOK_EVERY_S)


def _picture(rollout: RolloutAnswer) -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    state = Text(rollout.state, COLORS.get(rollout.state, ""))
    title = Text.assemble(f"Rollout {rollout.rollout} · {rollout.model} ({rollout.precision}) · ", state)
    parts: list[RenderableType] = [title]
    if rollout.reason:
        parts.append(options.plain(rollout.reason))
    judged = [wave for wave in rollout.waves if wave.gates]
    return Group(*parts, _waves(rollout), *([_gates(judged[-1])] if judged else []))


def _waves(rollout: RolloutAnswer) -> "RenderableType":
    from rich.progress_bar import ProgressBar
    from rich.text import Text

    table = options.table("wave", "", "devices", "state", "devices by state")
    for wave in rollout.waves:
        bar = ProgressBar(total=max(1, wave.devices), completed=wave.settled, width=BAR_CHARACTERS)
        state = Text(wave.state, COLORS.get(wave.state, "dim"))
        states = ", ".join(f"{count} {name}" for name, count in wave.states.items())
        table.add_row(str(wave.wave), bar, f"{wave.settled}/{wave.devices}", state, Text(states))
    return table


def _gates(wave: WaveAnswer) -> "RenderableType":
    from rich.text import Text

    columns = ("before", "after", "figure", "devices", "evidence", "p", "power", "verdict")
    table = options.table(f"gate (wave {wave.wave})", *columns)
    for gate in wave.gates:
        numbers = map(partial(_number, gate), ("before", "after", "value"))
        verdict = Text(gate["outcome"], COLORS.get(gate["outcome"], "dim"))
        certainty = _number(gate, "p"), _number(gate, "power")
        devices = f"{gate['devices']}/{gate['of_devices']}"
        table.add_row(Text(gate["gate"]), *numbers, devices, _evidence(gate), *certainty, verdict)
    return table


def _number(gate: dict[str, Any], name: str) -> str:
    value = gate.get(name)
    return "–" if value is None else f"{value:.3g}"


def _evidence(gate: dict[str, Any]) -> str:
    """How many faces or minutes after the change, and before; an older controller stored none."""
    if not gate.get("evidence_after"):
        return "–"
    return f"{gate['evidence_after']} {gate['evidence']}, {gate['evidence_before']} before"


def _devices(rollout: WholeRolloutAnswer) -> "RenderableType":
    table = options.table("wave", "device", "state", "attempt", "before", "model", "reason")
    for each in rollout.devices:
        cells = (
            str(each.wave), each.device, each.state, str(each.attempt), each.previous or "–", each.model,
            each.reason or "–",
        )  # fmt: skip
        table.add_row(*map(options.plain, cells))
    return table
