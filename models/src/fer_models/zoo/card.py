"""card.md: what a person should know before using a model."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fer_wire import EMOTIONS, ModelManifest
from fer_wire.manifest import FP16, FP32, INT8, Compression, Variant

from fer_models.evaluation import Evaluation
from fer_models.network.config import CNN, RESNET50, VGG
from fer_models.quantization.record import FINE_TUNED, QuantizationFigures, QuantizationRecord

CARD = "card.md"
BYTES_OF_A_FLOAT = 4
KINDS = {VGG: "A VGG-16", RESNET50: "A ResNet-50", CNN: "A simple CNN"}
SMALL_XCEPTION = "A small Xception"

LIMITS = """\
- It names the expression that a face shows, as labellers named it; it does not know what the person feels. It is no
  medical device, and no ground for decisions about a person: hiring, schooling, policing, insurance.
- Its training images are faces found by web search, many of them posed, with labels that people themselves
  agree on in only about two of three cases. Nobody recorded age, sex or skin tone, so how the figures differ between
  groups is not known, and no group can be assumed to be served well. Expect worse figures on other cameras, in poor
  light, behind masks and from the side. Measure on your own images, group by group, before you rely on it.
- The emotions are unevenly represented; see the images column above. `disgust` is rare, so its figures are loose.
- It expects the framing of FER2013: an upright face that fills the 48×48 picture.
- `int8` is made for CPUs with int8 instructions. TensorRT 8.2 refuses weights stored in int8: give it `fp16`.
- Intended use: research and installations whose visitors know of it and consent. Emotion recognition at the workplace
  and in education is prohibited in the European Union (Regulation 2024/1689, article 5)."""


def write_card(manifest: ModelManifest, evaluation: Evaluation, record: QuantizationRecord, folder: Path) -> None:
    """Write card.md beside the manifest; the evaluation is the float32 variant's on the PublicTest images."""
    (folder / CARD).write_text("\n\n".join(_sections(manifest, evaluation, record)) + "\n", encoding="utf-8")


def _sections(manifest: ModelManifest, evaluation: Evaluation, record: QuantizationRecord) -> Iterable[str]:
    first = manifest.variants[0]
    yield f"# {manifest.name} {manifest.version}"
    yield (
        f"{KINDS.get(manifest.network, SMALL_XCEPTION)} that reads one of seven expressions from a grey face of "
        f"{manifest.face_px}×{manifest.face_px} pixels: {', '.join(manifest.labels)}. {first.parameters:,} parameters, "
        f"{(first.macs or 0) / 1e6:.1f} million multiply-accumulates a face. "
        f"{_pruned(first)}"
    )
    yield "## Variants"
    yield table(
        ("precision", "MB", "accuracy %", "macro F1 %", "unseen faces %", "latency, ms (p50)"),
        [_variant_row(variant) for variant in manifest.variants],
    )
    yield (
        f"Accuracy on the {evaluation.images:,} PublicTest images of FER2013, one view each, original labels; unseen: "
        "without those that are, pixel for pixel, among the training images. "
        f"{_timing(first)} {_storage(first)}"
    )
    yield _quantized(record)
    yield f"## By emotion ({FP32})"
    yield table(
        ("emotion", "images", "precision %", "recall %", "F1 %"),
        [(e.emotion, str(e.images), *map(_percent, (e.precision, e.recall, e.f1))) for e in evaluation.emotions],
    )
    yield f"## Confusion ({FP32}; rows are labels, columns predictions)"
    yield table(
        ("", *EMOTIONS),
        [(name, *map(str, row)) for name, row in zip(EMOTIONS, evaluation.confusion, strict=True)],
    )
    yield "## Limits and intended use"
    yield LIMITS
    yield "## Data and licence"
    yield f"{manifest.dataset}.\n\n{manifest.licence}"
    yield "## Made by"
    yield f"Commit `{manifest.commit}`:\n\n```sh\n{manifest.command}\n```"


def _variant_row(variant: Variant) -> tuple[str, ...]:
    whole, unseen = variant.accuracy
    return (
        variant.precision,
        f"{variant.size_bytes / 1e6:.2f}",
        _percent(whole.accuracy),
        _percent(whole.macro_f1 or 0.0),
        _percent(unseen.accuracy),
        f"{variant.latency[0].p50_ms:.2f}" if variant.latency else "–",
    )


def _timing(variant: Variant) -> str:
    return f"Latency of one face on {where(variant)}." if variant.latency else "Latency was not measured."


def where(variant: Variant) -> str:
    """The machine on which its latency was measured, and how."""
    latency = variant.latency[0]
    return f"{latency.machine}, {latency.provider}, {latency.threads} thread{'s' if latency.threads > 1 else ''}"


def _pruned(variant: Variant) -> str:
    ratio = variant.compression
    if ratio == Compression():
        return "Nothing was pruned."
    return (
        f"Pruned to a compression ratio R (Pascual et al. 2022, Eq. 1) of {ratio.weights:.2f} by weights, "
        f"{ratio.filters:.2f} by filters and {ratio.channels:.2f} by channels; {variant.nonzero_parameters:,} of its "
        "parameters are not zero."
    )


def _quantized(record: QuantizationRecord) -> str:
    method = "after fine-tuning with rounded numbers" if record.method == FINE_TUNED else "without fine-tuning"
    held_out = "are among those it learned from" if record.learned else "were held out"
    return (
        f"`{INT8}` holds the integers of the paper's Eqs. 2–4, a scale for each output channel, {method}. Its ranges "
        f"come from {record.calibration_faces} training images. On {record.held_out_images:,} training images that "
        f"{held_out} its accuracy is {_beside(record.files[INT8])} that of `{FP32}`, and `{FP16}`'s is "
        f"{_beside(record.files[FP16])} it."
    )


def _beside(figures: QuantizationFigures) -> str:
    return f"{abs(figures.loss_points):.2f} points {'above' if figures.loss_points < 0 else 'below'}"


def _storage(variant: Variant) -> str:
    if variant.precision != FP32 or variant.size_bytes >= BYTES_OF_A_FLOAT * variant.parameters:
        return ""
    return f"{FP32} computes in float32; its weights are stored in float16 and widened when it is loaded."


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))
