"""fer-models pace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fer_models.cli.command_line import spoken
from fer_models.cli.shared_options import DEFAULT_PRESET, Data, Device, Network, Networks, Precision, Preset, Threads

HOUR_S = 3600


def pace(
    data: Data,
    preset_: Preset = DEFAULT_PRESET,
    network: Network = Networks.XCEPTION,
    steps: Annotated[int, typer.Option(min=1, help="How many steps are timed.")] = 10,
    out: Annotated[Path | None, typer.Option(help="A file to write the figures to, as JSON.")] = None,
    *,
    device: Device = "auto",
    precision: Precision = "auto",
    threads: Threads = 0,
    json_: Annotated[bool, typer.Option("--json", help="JSON instead of a sentence.")] = False,
) -> None:
    """Measure how long a step of training takes on this machine; nothing is trained to an end or kept."""
    from fer_models.model_files.runtime import machine
    from fer_models.staging import write_whole
    from fer_models.training.datasets import DataSources
    from fer_models.training.machine import MachineOptions
    from fer_models.training.pace import pace
    from fer_models.training.presets import preset
    from fer_models.training.recipe import with_network

    options = MachineOptions(device, precision, threads=threads)
    recipe = with_network(preset(preset_), network.value)
    figures = pace(recipe, DataSources(tuple(data)), options, steps)
    found = {"command": spoken(), "machine": machine(), **figures}
    if out is not None:
        write_whole(out, json.dumps(found) + "\n")
    hours = found["seconds_a_step"] * found["steps_an_epoch"] / HOUR_S
    sentence = (
        f"A step of {found['network']} takes {found['seconds_a_step']:g} s ({found['processor_seconds_a_step']:g} s of "
        f"the processor), so an epoch of {found['steps_an_epoch']} steps takes {hours:.1f} hours under this load, "
        f"{found['load'][0]:g} to {found['load'][1]:g}."
    )
    typer.echo(json.dumps(found) if json_ else sentence)
