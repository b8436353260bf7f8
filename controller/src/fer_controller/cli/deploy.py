"""fer-controller deploy."""

from typing import Annotated

import typer

from fer_controller.cli import options
from fer_controller.desk.contract import Desk, Document
from fer_controller.errors import RequestError
from fer_controller.rollout import request as asked

MOST_ROWS = 40


def deploy(
    model: Annotated[str | None, typer.Option(help="NAME or NAME@VERSION; by default the newest of the one.")] = None,
    precision: Annotated[str, typer.Option(help="auto, fp32, fp16 or int8.")] = asked.AUTO,
    selector: Annotated[
        str, typer.Option(help="'class=nano,site=lab': labels, or class, device, model, version; by default all.")
    ] = "",
    device: Annotated[list[str] | None, typer.Option(help="Only this device; repeatable.")] = None,
    waves: Annotated[str, typer.Option(help="Devices or shares up to the end of each wave.")] = asked.WAVES,
    soak: Annotated[str, typer.Option(help="How long a wave is watched before the next one.")] = asked.SOAK,
    gate: Annotated[
        list[str] | None,
        typer.Option(help="fps>=0.8x, temperature<=+8, latency_p95_ms<=40 or METRIC=off; repeatable."),
    ] = None,
    max_failures: Annotated[str, typer.Option(help="More of a wave failing turns back.")] = asked.MAX_FAILURES,
    min_committed: Annotated[str, typer.Option(help="Fewer of a wave committing pauses.")] = asked.MIN_COMMITTED,
    deadline: Annotated[str, typer.Option(help="How long a wave waits for stragglers.")] = asked.DEADLINE,
    attempts: Annotated[int, typer.Option(help="Tries of a device.")] = asked.ATTEMPTS,
    concurrency: Annotated[int, typer.Option(help="Devices that update at once, at most.")] = asked.CONCURRENCY,
    probation: Annotated[str, typer.Option(help="How long a model must serve well on a device.")] = asked.PROBATION,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, and do nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Stay until it has ended; fails unless completed.")] = False,
    db: options.Db = None,
    url: options.Url = None,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Roll a model out in waves; a controller that runs takes it up at once."""
    words = asked.Words(
        model=model, precision=precision, selector=selector, devices=tuple(device or ()), waves=waves, soak=soak,
        gates=tuple(gate or ()), max_failures=max_failures, min_committed=min_committed, deadline=deadline,
        attempts=attempts, concurrency=concurrency, probation=probation,
    )  # fmt: skip
    with options.desk(db, url, config) as desk:
        try:
            done: Document = {"plan": desk.plan(words)} if dry_run else desk.deploy(words)
        except RequestError as error:
            raise typer.BadParameter(str(error)) from error
        _show(done["plan"], as_json=json_)
        if not dry_run:
            _stay(desk, done["rollout"], watch=watch, as_json=json_)


def _stay(desk: Desk, rollout: str, *, watch: bool, as_json: bool) -> None:
    from fer_controller.cli.watching import watch as stay

    if as_json:
        options.print_line({"rollout": rollout})
    else:
        print(f"Rollout {rollout} is planned; `fer-controller rollouts watch {rollout}` shows how it goes.")
    if watch:
        stay(desk, rollout, as_json=as_json)


def _show(plan: Document, *, as_json: bool) -> None:
    if as_json:
        options.print_line({"plan": plan})
        return
    table = options.table("wave", "device", "class", "runs now", "is to run", "why", "MB", "supersedes")
    for each in plan["devices"][:MOST_ROWS]:
        name = each["device"] if each["online"] else f"{each['device']} (away)"
        cells = (
            str(each["wave"]), name, each["class"] or "–", each["running"] or "–", each["model"], each["why"],
            f"{each['bytes'] / 1e6:.1f}", each["supersedes"] or "–",
        )  # fmt: skip
        table.add_row(*map(options.plain, cells))
    options.print_table(table, empty="No device is to be updated.")
    _say_more(len(plan["devices"]), "more; --json shows all")
    sizes = ", ".join(map(str, plan["waves"])) or "none"
    print(
        f"{plan['model']}: {len(plan['devices'])} devices in waves of {sizes}; {plan['bytes'] / 1e6:.1f} MB to move at "
        "most."
    )
    print(f"Gates: {', '.join(plan['gates']) or 'none'}.")
    for left in plan["left_out"][:MOST_ROWS]:
        print(f"Left out: {left['device']}, for {left['reason']}.")
    _say_more(len(plan["left_out"]), "more are left out")


def _say_more(rows: int, what: str) -> None:
    if rows > MOST_ROWS:
        print(f"… and {rows - MOST_ROWS} {what}.")
