"""A model's manifest as people read it."""

from fer_terminal.columns import FIGURE, ID, WORDS, Column, Row
from fer_terminal.listing import print_list
from fer_wire import ModelManifest

from fer_controller.operations.models import WholeModelAnswer

VARIANTS = (
    Column("precision"), Column("megabytes", 2, FIGURE), Column("parameters", 4, FIGURE),
    Column("not zero", 5, FIGURE), Column("R", 3, FIGURE), Column("accuracy", kind=WORDS),
    Column("tolerance", 6, FIGURE), Column("sha256", 7, ID),
)  # fmt: skip
MEASURED = (
    Column("precision"), Column("measured", kind=WORDS), Column("figure", kind=FIGURE), Column("unit", 2),
    Column("pictures", 4, FIGURE), Column("data", 3, WORDS),
)  # fmt: skip


def print_whole(model: WholeModelAnswer) -> None:
    """Where the model came from, its variants, and what was measured of them."""
    manifest = ModelManifest.model_validate(model.manifest)
    print(f"{model.model}, a {model.task}, made {manifest.created:%Y-%m-%d}, added {model.added_at}")
    for heading, text in (("Data", manifest.dataset), ("Licence", manifest.licence)):
        print(f"{heading}: {text or '–'}")
    _print_variants(manifest)
    _print_measured(manifest)


def _print_variants(manifest: ModelManifest) -> None:
    rows: list[Row] = []
    for each in manifest.variants:
        accuracy = "; ".join(f"{a.accuracy:.1%} {a.dataset} {a.split}" for a in each.accuracy)
        numbers = (f"{each.size_bytes / 1e6:.2f}", f"{each.parameters:,}", f"{each.nonzero_parameters:,}")
        rest = (f"{each.compression.weights:.2f}", accuracy, f"{each.tolerance:g}", each.sha256)
        rows.append((each.precision, *numbers, *rest))
    print_list(VARIANTS, rows, empty="")


def _print_measured(manifest: ModelManifest) -> None:
    """What was measured of a finder or a landmarker, where its manifest says it."""
    rows = [
        (variant.precision, each.name, f"{each.value:g}", each.unit, each.pictures, each.dataset)
        for variant in manifest.variants
        for each in variant.measured
    ]
    print_list(MEASURED, rows, empty="")
