"""How the models were made: training, pruning and quantization."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fer_models.report.markdown import by, number, percent, picture, table
from fer_models.report.records import Log, Record, Records

MAKE_LOG = "No training is recorded yet. Copy the log.jsonl of `fer-models train` to docs/results/NAME.jsonl.\n"
MAKE_PRUNE = "No pruning is recorded yet. Copy the prune.json of `fer-models prune` to docs/results/prune-NAME.json.\n"
MAKE_QUANTIZE = (
    "No quantization is recorded yet. "
    "Copy the quantize.json of `fer-models quantize` to docs/results/quantize-NAME.json.\n"
)
NO_COMMAND = "Its command is in the card of the model that was made from it."


def training(records: Records, folder: str) -> Iterator[str]:
    """The section on training runs."""
    yield "## Training\n"
    if not records.logs:
        yield MAKE_LOG
        return
    yield "Accuracy is that of held-out training images; no test image was used.\n"
    for log in records.logs:
        yield _sentence(log)
        yield picture(f"Training of {log.name}", f"curves-{log.name}.png", folder)


def averaging(records: Records) -> Iterator[str]:
    """The section on averages of networks, where there are any."""
    if not records.average:
        return
    yield "## Averages of networks\n"
    yield "Accuracy in %, log loss in nats, of held-out training images; none where they were also learned.\n"
    for record in records.average:
        said = record.said
        yield table(
            ("network", "accuracy %", "log loss"),
            [_averaged(each["run"], each) for each in said["averaged"]] + [_averaged("their average", said)],
        )
        yield f"{record.name or 'The model'}: {by(said['command'])}\n"


def _averaged(name: str, figures: Mapping[str, Any]) -> tuple[str, ...]:
    return name, percent(figures.get("held_out_accuracy")), number(figures.get("held_out_loss"), 3)


def pruning(records: Records) -> Iterator[str]:
    """The section on pruning."""
    yield "## Pruning\n"
    if not records.prune:
        yield MAKE_PRUNE
        return
    yield "R by the paper's Eq. 1; accuracy in %, of held-out training images.\n"
    yield table(
        ("run", "method", "budget", "R weights", "R filters", "R channels", "parameters", "held-out accuracy"),
        [_pruned(record) for record in records.prune],
    )
    yield from _commands(records.prune)


def quantization(records: Records) -> Iterator[str]:
    """The section on quantization."""
    yield "## Quantization\n"
    if not records.quantize:
        yield MAKE_QUANTIZE
        return
    yield "Accuracy in %, of held-out training images; loss in points against fp32; p50 of one face, one CPU thread.\n"
    for record in records.quantize:
        yield _quantized(record)
        said = record.said
        learned = " The network had also learned these images." if said.get("learned") else ""
        yield f"{record.name or 'The model'}: {said['method']}, on {said['machine']}.{learned} {by(said['command'])}\n"


def _sentence(log: Log) -> str:
    best = max((entry for entry in log.history if "held_out_accuracy" in entry), key=_held_out, default=None)
    hours = sum(entry.get("seconds", 0) for entry in log.history) / 3600
    reached = f", best {percent(_held_out(best))} % after epoch {best['epoch']}" if best else ""
    temperature = log.history[-1].get("temperature")
    origin = "fitted on the same images" if best else "as given; it also learned the held-out images"
    tempered = f", then its logits divided by {temperature:g} ({origin})" if temperature else ""
    made = by(log.command) if log.command else NO_COMMAND
    return f"**{log.name}**: {len(log.history)} epochs in {hours:.1f} h{reached}{tempered}. {made}\n"


def _held_out(entry: object) -> float:
    return float(entry["held_out_accuracy"])  # type: ignore[index]


def _pruned(record: Record) -> tuple[str, ...]:
    said = record.said
    ratio, parameters, accuracy = said["ratio"], said["parameters"], said["held_out_accuracy"]
    return (
        record.name or "–",
        said["method"],
        ", ".join(f"{kind.replace('_', ' ')} {value:g}" for kind, value in said["budget"].items()),
        *(number(ratio[kind]) for kind in ("weights", "filters", "channels")),
        f"{parameters['before']:,} → {parameters['after']:,}",
        f"{percent(accuracy['before'])} → {percent(accuracy['after'])}",
    )


def _commands(records: tuple[Record, ...]) -> Iterator[str]:
    for record in records:
        steps = " && ".join(record.said["commands"])
        yield f"{record.name or 'The model'}: {by(steps)}\n"


def _quantized(record: Record) -> str:
    said = record.said
    rows = [*said["files"].items(), *((f"{name} (experiment)", each) for name, each in said["experiments"].items())]
    return table(
        ("file", "accuracy %", "loss, points", "MB", "packed MB", "p50, ms"),
        [
            (
                name,
                percent(each["accuracy"]),
                number(each["loss_points"]),
                number(each["size_bytes"] / 1e6),
                number(None if each.get("packed_bytes") is None else each["packed_bytes"] / 1e6),
                number(each.get("p50_ms")),
            )
            for name, each in rows
        ],
    )
