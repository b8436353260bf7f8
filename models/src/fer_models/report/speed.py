"""Tables 3 and 4: speed, processor and memory by framework and precision, on each machine that was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from fer_models.report import paper
from fer_models.report.beside import table_3, table_4
from fer_models.report.markdown import by, number, picture, table
from fer_models.report.records import Record, Records

MAKE = "No benchmark is recorded yet. `fer-models bench --out docs/results/bench-MACHINE.json` makes one.\n"
PAPERS = """\
The first two tables are those of {paper}: the whole system, from camera to emotion. The paper's text gives other
figures in places (3.1 % of memory, 12 % for the simple CNN, TensorRT FP32 as the fastest); these are the tables'.
Beside each row stands what we measured on each machine: the network alone, in the same framework, one face at a time on
one thread, CPU in % of one core; a dash where it could not be measured there. Beside Light-FER stands the version of
light that the machine's own section names. Our whole system is in [Benchmarks](benchmarks.md). The tables after them
are of the network alone, too, each row in its own process.
"""
HEADS = ("runtime", "FPS", "p50, ms", "p50, least–most", "p95, ms", "CPU % of one core", "memory, MB")
KERAS = ("keras-function", "fp32")


def tables_3_and_4(records: Records, folder: str) -> Iterator[str]:
    """The section on speed."""
    yield "## Tables 3 and 4: speed, processor and memory by framework and precision\n"
    yield PAPERS.format(paper=paper.PAPER)
    yield table_3(records)
    yield table_4(records)
    if not records.bench:
        yield MAKE
    for record in records.bench:
        yield from _machine(record, folder)


def measured_rows(record: Record) -> list[Mapping[str, Any]]:
    """The rows that have figures."""
    return [row for row in record.said["rows"] if row["reason"] is None]


def _machine(record: Record, folder: str) -> Iterator[str]:
    said = record.said
    machine = said["machine"]
    yield f"### {record.name or 'Measured'}: {machine['kind']}\n"
    yield (
        f"{machine['cores']} cores, {machine['memory_gib']:g} GiB, load before {machine['load_before']:g}; power "
        f"{_power(machine['meters'])}. {_settings(said)} {by(said['command'])}\n"
    )
    for model, rows in groupby(measured_rows(record), lambda row: row["model"]):
        yield f"**{_model(str(model), said)}**\n"
        yield _table(list(rows))
    yield _ratio(said["ratio"])
    yield from _reasons(said["rows"])
    yield picture(f"Latency on {machine['kind']}", latency_name(record), folder)
    yield "Versions: " + ", ".join(f"{name} {version}" for name, version in sorted(said["versions"].items())) + ".\n"


def latency_name(record: Record) -> str:
    """The file name of a benchmark's picture."""
    return f"latency-{record.name}.png" if record.name else "latency.png"


def _power(meters: Sequence[str]) -> str:
    return f"is read from {', '.join(meters)}" if meters else "cannot be read here"


def _settings(said: Mapping[str, Any]) -> str:
    return (
        f"{said['threads']} thread{'s' if said['threads'] > 1 else ''}, {said['repeats']} processes per row, "
        f"{said['runs']} faces each; figures are medians over the processes, memory is the maximum."
    )


def _model(name: str, said: Mapping[str, Any]) -> str:
    return f"{said['model']}" if name == "light" and said.get("model") else name


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    reference = next((row["fps"] for row in rows if (row["runtime"], row["precision"]) == KERAS), None)
    extra = {head: key for head, key in (("GPU, MB", "gpu_memory_mb"), ("power, W", "power_w")) if _any(rows, key)}
    gain = ("times Keras",) if reference else ()
    cells = []
    for row in rows:
        times = (number(row["fps"] / reference),) if reference else ()
        cells.append((*_cells(row), *(number(row[key], 1) for key in extra.values()), *times))
    return table((*HEADS, *extra, *gain), cells)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    provider = f" ({row['provider']})" if row.get("provider") else ""
    return (
        f"{row['runtime']} {row['precision']}{provider}",
        number(row["fps"], 1),
        number(row["p50_ms"]),
        f"{number(row['p50_min_ms'])}–{number(row['p50_max_ms'])}",
        number(row["p95_ms"]),
        number(row["cpu_percent"], 0),
        number(row["memory_peak_mb"], 0),
    )


def _any(rows: Sequence[Mapping[str, Any]], key: str) -> bool:
    return any(row.get(key) is not None for row in rows)


def _ratio(ratio: Mapping[str, Any] | None) -> str:
    if ratio is None:
        return "No ratio of the light model to the full Xception in Keras: one of the two was not measured here.\n"
    return (
        f"`{ratio['light']}` is **{ratio['speed']:.1f} times** as fast as `{ratio['full']}` (asked for: "
        f"{ratio['speed_target']:g}; the paper's best gain: {paper.BEST_GAIN:g}) and takes "
        f"**{ratio['memory']:.3f}** of its memory (asked for: at most {ratio['memory_target']:g}).\n"
    )


def _reasons(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    missing: dict[str, list[str]] = {}
    for row in rows:
        if row["reason"] is not None:
            missing.setdefault(" ".join(row["reason"].split()), []).append(row["name"])
    if missing:
        yield "Not measured here:\n"
        yield "".join(f"- {', '.join(f'`{name}`' for name in names)}: {reason}\n" for reason, names in missing.items())
