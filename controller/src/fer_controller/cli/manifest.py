"""A model's manifest as people read it."""

from fer_wire import ModelManifest

from fer_controller.cli import options
from fer_controller.operations.models import WholeModelAnswer

SHA256_SHOWN = 12


def print_whole(model: WholeModelAnswer) -> None:
    """Where the model came from, its variants, and what was measured of them."""
    manifest = ModelManifest.model_validate(model.manifest)
    print(f"{model.model}, a {model.task}, made {manifest.created:%Y-%m-%d}, added {model.added_at}")
    for heading, text in (("Data", manifest.dataset), ("Licence", manifest.licence)):
        print(f"{heading}: {text or '–'}")
    _print_variants(manifest)
    _print_measured(manifest)


def _print_variants(manifest: ModelManifest) -> None:
    table = options.table("precision", "megabytes", "parameters", "not zero", "R", "accuracy", "tolerance", "sha256")
    for each in manifest.variants:
        accuracy = "; ".join(f"{a.accuracy:.1%} {a.dataset} {a.split}" for a in each.accuracy) or "–"
        numbers = (f"{each.size_bytes / 1e6:.2f}", f"{each.parameters:,}", f"{each.nonzero_parameters:,}")
        rest = (f"{each.compression.weights:.2f}", accuracy, f"{each.tolerance:g}", f"{each.sha256[:SHA256_SHOWN]}…")
        table.add_row(*map(options.plain, (each.precision, *numbers, *rest)))
    options.print_table(table, empty="")


def _print_measured(manifest: ModelManifest) -> None:
    """What was measured of a finder or a landmarker, where its manifest says it."""
    table = options.table("precision", "measured", "figure", "unit", "pictures", "data")
    for variant in manifest.variants:
        for each in variant.measured:
            cells = (variant.precision, each.name, f"{each.value:g}", each.unit, str(each.pictures), each.dataset)
            table.add_row(*map(options.plain, cells))
    if table.row_count:
        options.print_table(table, empty="")
