"""fer-agent bench."""

from typing import Any, Dict, List, Optional

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typing_extensions import Annotated

from fer_agent.cli.terminal import Config, Debug, Json, Model, StateDir, Variant, print_json, settings_from, shown


def bench(
    source: Annotated[
        Optional[str],
        typer.Option(help="Also run this video file or folder through the whole pipeline, as fast as it goes."),
    ] = None,
    model: Model = None,
    precision: Variant = None,
    state_dir: StateDir = None,
    config: Config = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Measure each variant of the model on this device, and with --source the whole pipeline from frame to event."""
    settings = settings_from(config, None, [source] if source else None, None, state_dir, model, precision)
    from fer_agent import bench as measuring
    from fer_agent.host.hardware import capabilities

    with Console(stderr=True).status("Measuring …") as status:
        whole = vars(measuring.pipeline(settings, settings.cameras[0], status.update)) if source else None
        speeds = [vars(each) for each in measuring.variants(settings, status.update)]
    if json:
        print_json({"device": capabilities("", ()).model_dump(), "variants": speeds, "pipeline": whole})
    else:
        _show(speeds, whole)
    if all(each["reason"] for each in speeds):
        raise typer.Exit(1)


def _show(speeds: List[Dict[str, Any]], whole: Optional[Dict[str, Any]]) -> None:
    console, table = shown(), Table(title="One face, and four in one run")
    for head in ("", "variant", "MB", "on", "p50, ms", "p95, ms", "4 faces, ms"):
        table.add_column(head, no_wrap=True)
    for each in speeds:
        provider = each["provider"].replace("ExecutionProvider", "")
        provider = f"[yellow]{provider}, not GPU[/]" if each["provider_fallback"] else provider
        figures = [_number(each[name]) for name in ("p50_ms", "p95_ms", "several_p50_ms")]
        table.add_row("→" if each["taken"] else "", escape(each["model"]), f"{each['size_mb']:.2f}", provider, *figures)
    console.print(table)
    for each in speeds:
        if each["reason"]:
            console.print(f"[red]{escape(each['model'])}[/]: {escape(each['reason'])}")
    taken = [each["model"] for each in speeds if each["taken"]]
    if taken:
        console.print(f"The settings choose {escape(taken[0])}; a model that was rolled out takes precedence.")
    if whole:
        console.print(
            f"{escape(whole['source'])}: {whole['frames']} frames with {whole['faces']} faces in "
            f"{whole['seconds']:.1f} s, [bold]{whole['fps']:.1f} frames/s[/]; from frame to event "
            f"{_number(whole['latency_p50_ms'])} ms (p50), {_number(whole['latency_p95_ms'])} ms (p95)."
        )


def _number(value: Optional[float]) -> str:
    return "–" if value is None else f"{value:.2f}"
