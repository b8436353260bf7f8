"""A model as people read it: what its manifest says, who runs it, and whether it has a card."""

from collections.abc import Mapping

from fer_terminal.columns import FIGURE, ID, WORDS, Column, Row
from fer_terminal.listing import print_list
from fer_wire import ModelManifest
from fer_wire.manifest import Variant
from fer_wire.printable import printable

from fer_controller.operations.models import WholeModelAnswer

VARIANTS = (
    Column("precision"), Column("megabytes", 2, FIGURE), Column("parameters", 4, FIGURE),
    Column("not zero", 5, FIGURE), Column("R", 3, FIGURE), Column("accuracy", kind=WORDS),
    Column("calibration error", 7, FIGURE), Column("p50 ms", 8, FIGURE), Column("run by", 6, FIGURE),
    Column("tolerance", 9, FIGURE), Column("sha256", 10, ID),
)  # fmt: skip
EMOTIONS = (
    Column("variant"), Column("emotion"), Column("images", 2, FIGURE), Column("precision", kind=FIGURE),
    Column("recall", kind=FIGURE),
)  # fmt: skip
MEASURED = (
    Column("precision"), Column("measured", kind=WORDS), Column("figure", kind=FIGURE), Column("unit", 2),
    Column("pictures", 4, FIGURE), Column("data", 3, WORDS),
)  # fmt: skip


def print_whole(model: WholeModelAnswer, run_by: Mapping[str, int]) -> None:
    """Where the model came from, its variants, by how many devices each is run, and what was measured of them."""
    manifest = ModelManifest.model_validate(model.manifest)
    print(f"{model.model}, a {model.task}, made {manifest.created:%Y-%m-%d}, added {model.added_at}")
    for heading, text in (("Data", manifest.dataset), ("Licence", manifest.licence), ("Card", _card(model))):
        print(f"{heading}: {text or '–'}")
    print_list(VARIANTS, [_variant(each, run_by.get(each.precision)) for each in manifest.variants], empty="")
    _print_emotions(manifest)
    _print_measured(manifest)


def print_card(model: WholeModelAnswer) -> None:
    """The card alone; somebody else wrote it, so a terminal gets nothing of it but text."""
    print(printable(model.card) or _card(model))


def _card(model: WholeModelAnswer) -> str:
    if model.card:
        return f"`fer-controller models show {model.model} --card`"
    return "none; put card.md into its folder, and `models add` that once more"


def _variant(variant: Variant, run_by: int | None) -> Row:
    accuracy = "; ".join(f"{each.accuracy:.1%} {each.dataset} {each.split}" for each in variant.accuracy)
    errors = [each.calibration_error for each in variant.accuracy if each.calibration_error is not None]
    return (
        variant.precision, f"{variant.size_bytes / 1e6:.2f}", f"{variant.parameters:,}",
        f"{variant.nonzero_parameters:,}", f"{variant.compression.weights:.2f}", accuracy,
        f"{errors[0]:.1%}" if errors else None, f"{variant.latency[0].p50_ms:.2f}" if variant.latency else None,
        run_by, f"{variant.tolerance:g}", variant.sha256,
    )  # fmt: skip


def _print_emotions(manifest: ModelManifest) -> None:
    """How well each emotion is told on the first set, where the manifest says it."""
    rows = [
        (variant.precision, each.emotion, each.images, f"{each.precision:.1%}", f"{each.recall:.1%}")
        for variant in manifest.variants
        for accuracy in variant.accuracy[:1]
        for each in accuracy.emotions
    ]
    print_list(EMOTIONS, rows, empty="")


def _print_measured(manifest: ModelManifest) -> None:
    """What was measured of a finder or a landmarker, where its manifest says it."""
    rows = [
        (variant.precision, each.name, f"{each.value:g}", each.unit, each.pictures, each.dataset)
        for variant in manifest.variants
        for each in variant.measured
    ]
    print_list(MEASURED, rows, empty="")
