"""fer-agent bench."""

from typing import Any, Dict, Iterator, List, Optional

import typer
from fer_terminal import tones
from fer_terminal.choosing import Choice, chosen_rows
from fer_terminal.columns import FIGURE, Column, Row
from fer_terminal.options import for_programs, with_choice
from fer_wire.device.precisions import spoken
from fer_wire.printable import printable
from typing_extensions import Annotated

from fer_agent.cli.terminal import Config, Debug, Json, Model, StateDir, Variant, print_json, settings_from

TAKEN = "→"
COLUMNS = (
    Column("taken", 2), Column("variant"), Column("MB", 5, FIGURE, digits=2), Column("on", 3),
    Column("p50, ms", 1, FIGURE, 2), Column("p95, ms", 4, FIGURE, 2), Column("4 faces, ms", 6, FIGURE, 2),
)  # fmt: skip


@with_choice(COLUMNS)
def bench(
    choice: Choice,
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
    from fer_terminal.progress import bar

    from fer_agent import bench as measuring
    from fer_agent.host.hardware import capabilities

    with bar("Measuring …", quiet=json) as shown:

        def on_step(title: str, done: int, steps: int) -> None:
            shown.call(title)
            shown.reach(done, steps)

        whole = vars(measuring.pipeline(settings, settings.cameras[0], on_step)) if source else None
        speeds = [vars(each) for each in measuring.variants(settings, on_step)]
    rows = [_cells(each) for each in speeds]
    if json:
        chosen = [speeds[place] for place in chosen_rows(for_programs(choice), COLUMNS, rows)]
        print_json({"device": capabilities("", ()).model_dump(), "variants": chosen, "pipeline": whole})
    else:
        from fer_terminal.listing import print_list

        print_list(COLUMNS, rows, "", choice, title="One face, and four in one run")
        for sentence in _sentences(speeds, whole):
            print(printable(sentence))
    if all(each["reason"] for each in speeds):
        raise typer.Exit(1)


def _cells(speed: Dict[str, Any]) -> Row:
    provider = spoken(speed["provider"])
    on = (f"{provider}, not GPU", tones.BEWARE) if speed["provider_fallback"] else (provider, tones.PLAIN)
    figures = (speed[name] for name in ("p50_ms", "p95_ms", "several_p50_ms"))
    return (TAKEN if speed["taken"] else "", speed["model"], speed["size_mb"], on, *figures)


def _sentences(speeds: List[Dict[str, Any]], whole: Optional[Dict[str, Any]]) -> Iterator[str]:
    yield from (f"{each['model']}: {each['reason']}" for each in speeds if each["reason"])
    taken = [each["model"] for each in speeds if each["taken"]]
    if taken:
        yield f"The settings choose {taken[0]}; a model that was rolled out takes precedence."
    if whole:
        yield (
            f"{whole['source']}: {whole['frames']} frames with {whole['faces']} faces in "
            f"{whole['seconds']:.1f} s, {whole['fps']:.1f} frames/s; from frame to event "
            f"{_number(whole['latency_p50_ms'])} ms (p50), {_number(whole['latency_p95_ms'])} ms (p95)."
        )


def _number(value: Optional[float]) -> str:
    return "–" if value is None else f"{value:.2f}"
