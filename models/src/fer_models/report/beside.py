"""The paper's tables 2, 3 and 4, row by row, beside what we measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fer_models.report import paper
from fer_models.report.evaluations import newest
from fer_models.report.markdown import NOTHING, by, interval, number, table
from fer_models.report.records import Record, Records

HOUR_S = 3600
NOT_BUILT, NOT_MEASURED = "not built here", "not measured yet"
PEERS = """\
VGG-Net, ResNet-50 and the simple CNN are what `fer-models train --network` trains by the recipe of our own network, on
the same faces of 48 pixels. The other networks are cited by the paper from their authors.
"""
PACE = """\
{network}, not trained: {seconds:g} s a step on {machine}, {computing:g} s of them computing, under a load of {before:g}
to {after:g}; {steps} steps an epoch. {by}
"""


def table_2_of_the_paper(records: Records) -> Iterator[str]:
    """Accuracy, and how long an epoch would take of the networks that were not trained."""
    yield table(
        (f"Table 2, {paper.PAPER}", "training images, %", "test images, %", "ours, %", "of"),
        [
            (name, NOTHING if known is None else number(known), number(test), *_ours(name, records))
            for name, known, test in paper.ACCURACIES
        ],
    )
    yield PEERS
    yield from (_pace(record) for record in records.pace)


def table_3(records: Records) -> str:
    """The paper's figures of each network, and ours on each machine."""
    heads = (f"Table 3, {paper.PAPER}, laptop", "CPU %", f"memory, % of {paper.LAPTOP_MEMORY_GB} GB", "FPS")
    keys = {"CPU %": "cpu_percent", "MB": "memory_peak_mb", "FPS": "fps"}
    return _beside(heads, paper.HARDWARE, paper.BENCH_OF_HARDWARE, records.bench, keys)


def table_4(records: Records) -> str:
    """The paper's figures of each framework, and ours on each machine."""
    heads = (f"Table 4, {paper.PAPER}, Jetson Nano", "FPS", "mW", "CPU, GB", "GPU, GB", "together, GB")
    keys = {"FPS": "fps", "W": "power_w", "MB": "memory_peak_mb"}
    return _beside(heads, paper.FRAMEWORKS, paper.BENCH_OF_FRAMEWORKS, records.bench, keys)


def _ours(name: str, records: Records) -> tuple[str, str]:
    model = {**paper.PEERS, **paper.OWN}.get(name)
    if model is None:
        return NOTHING, NOT_BUILT
    file = newest(records).get(model)
    if file is not None:
        share = interval(file.figures["accuracy"], file.figures["accuracy_interval"])
        return share, f"{file.run['split']}, {file.title}"
    paces = [record.said for record in records.pace if record.said["network"] == model]
    if not paces:
        return NOTHING, NOT_MEASURED
    return (
        NOTHING,
        f"not trained: {paces[0]['seconds_a_step'] * paces[0]['steps_an_epoch'] / HOUR_S:.1f} hours an epoch",
    )


def _pace(record: Record) -> str:
    said = record.said
    return PACE.format(
        network=said["network"],
        seconds=said["seconds_a_step"],
        machine=said["machine"],
        computing=said["processor_seconds_a_step"],
        before=said["load"][0],
        after=said["load"][1],
        steps=said["steps_an_epoch"],
        by=by(said["command"]),
    )


def _beside(
    heads: tuple[str, ...],
    theirs: tuple[tuple[Any, ...], ...],
    of_bench: Mapping[str, str],
    machines: tuple[Record, ...],
    keys: Mapping[str, str],
) -> str:
    ours = [f"{machine.name or 'ours'}: {head}" for machine in machines for head in keys]
    return table(
        (*heads, *ours),
        [
            (
                name,
                *(f"{figure:g}" for figure in figures),
                *(cell for machine in machines for cell in _cells(machine, of_bench[name], keys)),
            )
            for name, *figures in theirs
        ],
    )


def _cells(machine: Record, name: str, keys: Mapping[str, str]) -> list[str]:
    row: Mapping[str, Any] = next((row for row in machine.said["rows"] if row["name"] == name), {})
    return [number(row.get(key), 1 if key in ("fps", "power_w") else 0) for key in keys.values()]
