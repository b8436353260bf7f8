"""card.md of a finder or a landmarker: what a person should know before using it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fer_wire import ModelManifest
from fer_wire.manifest import INT8, Measurement, Variant

from fer_models.zoo.card import CARD, table, where
from fer_models.zoo.eyes.maker import EyesMaker

SHARE = "share"


def write_eyes_card(manifest: ModelManifest, maker: EyesMaker, calibrated: int, folder: Path) -> None:
    """Write card.md beside the manifest; calibrated: how many training pictures set the ranges of int8."""
    (folder / CARD).write_text("\n\n".join(_sections(manifest, maker, calibrated)) + "\n", encoding="utf-8")


def _sections(manifest: ModelManifest, maker: EyesMaker, calibrated: int) -> Iterable[str]:
    first = manifest.variants[0]
    height, width = maker.timed
    yield f"# {manifest.name} {manifest.version}"
    yield maker.about
    yield (
        f"{first.parameters:,} parameters, {(first.macs or 0) / 1e6:.1f} million multiply-accumulates a picture of "
        f"{width}×{height}. Nothing was pruned."
    )
    yield "## Variants"
    yield table(("precision", "MB", "latency, ms (p50)"), [_variant_row(variant) for variant in manifest.variants])
    yield (
        f"Latency of one picture of {width}×{height} on {where(first)}. `{INT8}` holds the integers of the paper's "
        "Eqs. 2–4, a scale for each output channel, without fine-tuning; its ranges come from "
        f"{calibrated} training samples. The layers that make the outputs stay in float32 in every variant."
    )
    yield "## Figures"
    yield table(
        ("measured", "pictures", *(variant.precision for variant in manifest.variants)),
        [_figure_row(row) for row in zip(*(variant.measured for variant in manifest.variants), strict=True)],
    )
    yield f"On {first.measured[0].dataset}. {maker.figures}"
    yield "## Limits and intended use"
    yield maker.limits
    yield "## Data and licence"
    yield f"{manifest.dataset}.\n\n{manifest.licence}"
    yield "## Made by"
    yield f"Commit `{manifest.commit}`:\n\n```sh\n{manifest.command}\n```"


def _variant_row(variant: Variant) -> tuple[str, ...]:
    return variant.precision, f"{variant.size_bytes / 1e6:.2f}", f"{variant.latency[0].p50_ms:.2f}"


def _figure_row(row: tuple[Measurement, ...]) -> tuple[str, ...]:
    first = row[0]
    if first.unit == SHARE:
        return f"{first.name}, %", str(first.pictures), *(f"{100 * each.value:.1f}" for each in row)
    return f"{first.name}, {first.unit}", str(first.pictures), *(f"{each.value:.2f}" for each in row)
