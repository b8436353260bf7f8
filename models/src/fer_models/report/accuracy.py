"""Tables 1 and 2: confusion by emotion, and accuracy by model and compression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fer_wire import EMOTIONS

from fer_models.evaluation.document import slug
from fer_models.evaluation.views import FLIP, SINGLE, TEN_CROP
from fer_models.report import paper
from fer_models.report.beside import table_2_of_the_paper
from fer_models.report.evaluations import EvaluatedFile, current, evaluations, files
from fer_models.report.markdown import NOTHING, by, interval, number, percent, picture, table
from fer_models.report.records import Record, Records

MAKE = (
    "No evaluation is recorded yet. "
    "`fer-models evaluate models/zoo/NAME/VERSION --data fer2013.zip --views all --out docs/results` makes one.\n"
)
TABLE_1 = """\
Ours, {title}, single view, on the {images:,} {split} images of {data}: rows are labels, columns predictions, in % of a
label's images; n is how many have the label.
"""
CALIBRATION = """\
Calibration: probabilities can be trusted as far as they equal the share of right answers. Expected calibration
error (Guo et al. 2017, Eq. 3, {bins} bins of equal width): {ece} points; Brier score over all classes {brier}; log loss
{nll} nats.
"""
TABLE_2 = """\
R is the compression ratio of the paper's Eq. 1: weights, filters and channels, unpruned over pruned. Accuracy is of a
single view, with its 95 % interval (Wilson) in brackets. Unseen: without the images that equal a training image, pixel
for pixel. The first table is the paper's Table 2 and, beside it, ours: its test images are {theirs}, ours are of the
split that each row names, so they can only be compared roughly.
"""
PAPERS_TABLE_1 = """\
{paper}, Table 1, in % of a label's images. With labels as frequent as among the PublicTest images this is an accuracy
of 78 %, not the {accuracy} % that the paper states, so the table may be of other images.
"""
VIEWS = """\
What more views of each face bring, in % (unseen images in brackets), and the calibration error. A device uses two
views, as in flip, if its setting `emotion.mirrored` says so.
"""


def table_1(records: Records, folder: str) -> Iterator[str]:
    """The section on confusion, model by model."""
    yield "## Table 1: confusion by emotion\n"
    found = current(records)
    yield from _papers_confusion()
    if not found:
        yield MAKE
    for file in found:
        yield from _confusion_and_calibration(file, folder)


def _papers_confusion() -> Iterator[str]:
    yield PAPERS_TABLE_1.format(paper=paper.PAPER, accuracy=percent(paper.ACCURACY))
    rows = zip(EMOTIONS, paper.CONFUSION, strict=True)
    yield table(("label", *EMOTIONS), [(label, *_bold_where_right(label, EMOTIONS, row)) for label, row in rows])


def _bold_where_right(label: str, predicted: Sequence[str], shares: Sequence[float]) -> Iterator[str]:
    """Cells of one row, in percent."""
    for name, share in zip(predicted, shares, strict=True):
        yield f"**{percent(share, 1)}**" if name == label else percent(share, 1)


def _confusion_and_calibration(file: EvaluatedFile, folder: str) -> Iterator[str]:
    data, split = file.images
    yield f"### {file.model}\n"
    yield TABLE_1.format(title=file.title, images=file.figures["images"], split=split, data=data)
    yield _confusion(file)
    yield by(file.run["command"]) + "\n"
    yield picture(f"Confusion of {file.title}", f"confusion-{slug(file.title)}.png", folder)
    found = file.figures["calibration"]
    yield CALIBRATION.format(
        bins=len(found["bins"]), ece=percent(found["ece"]), brier=number(found["brier"], 3), nll=number(found["nll"], 3)
    )
    yield picture(f"Reliability of {file.title}", f"reliability-{slug(file.title)}.png", folder)


def table_2(records: Records, folder: str) -> Iterator[str]:
    """The section on accuracy and size."""
    yield "## Table 2: accuracy by model and compression\n"
    yield TABLE_2.format(theirs=paper.ACCURACY_SPLIT)
    yield from table_2_of_the_paper(records)
    found = evaluations(records)
    yield table(
        (
            "model",
            "MB",
            "parameters",
            "not zero",
            "R",
            "million MACs",
            "images",
            "accuracy %",
            "unseen %",
            "macro F1 %",
        ),
        [_row(file) for record in found for file in files(record)],
    )
    if not found:
        yield MAKE
        return
    yield VIEWS
    yield table(
        ("model", "single", "flip", "ten-crop", "error, single", "error, flip", "error, ten-crop"),
        [_views(file) for record in found for file in files(record)],
    )
    yield from _origins(found)
    yield picture("Accuracy by size", "accuracy-by-size.png", folder)


def _confusion(file: EvaluatedFile) -> str:
    labels = file.run["labels"]
    heads = ("label", "n", *labels, "precision", "recall", "F1")
    rows = zip(file.figures["emotions"], file.figures["confusion_percent"], strict=True)
    return table(
        heads,
        [
            (
                each["emotion"],
                str(each["images"]),
                *_bold_where_right(each["emotion"], labels, [share / 100 for share in row]),
                *(percent(each[key], 1) for key in ("precision", "recall", "f1")),
            )
            for each, row in rows
        ],
    )


def _row(file: EvaluatedFile) -> tuple[str, ...]:
    figures = file.figures
    ratios = figures["compression"]
    unseen = (figures["deduplicated"] or {}).get(SINGLE)
    return (
        file.title,
        number(figures["size_bytes"] / 1e6),
        f"{figures['parameters']:,}",
        f"{figures['nonzero_parameters']:,}",
        " / ".join(number(ratios[kind]) for kind in ("weights", "filters", "channels")) if ratios else NOTHING,
        number(figures["macs"] / 1e6, 1),
        f"{figures['images']:,} {file.run['split']}",
        interval(figures["accuracy"], figures["accuracy_interval"]),
        interval(unseen["accuracy"], unseen["accuracy_interval"]) if unseen else NOTHING,
        percent(figures["macro_f1"]),
    )


def _views(file: EvaluatedFile) -> tuple[str, ...]:
    views, unseen = file.figures["views"], file.figures["deduplicated"] or {}
    shown = (SINGLE, FLIP, TEN_CROP)
    return (
        file.title,
        *(_accuracy(views.get(view), unseen.get(view)) for view in shown),
        *(percent(views[view]["calibration"]["ece"]) if view in views else NOTHING for view in shown),
    )


def _accuracy(whole: dict[str, float] | None, unseen: dict[str, float] | None) -> str:
    if whole is None:
        return NOTHING
    return percent(whole["accuracy"]) + (f" ({percent(unseen['accuracy'])})" if unseen else "")


def _origins(found: list[Record]) -> Iterator[str]:
    for record in found:
        said = record.said
        looks = "; ".join(f"{view}: {words}" for view, words in said["views"].items())
        yield f"{files(record)[0].model} on {said['data']}, {said['split']}. {by(said['command'])} Views: {looks}."
        removed = said["deduplicated"]
        yield (
            f"{removed['removed']:,} of the {said['images']:,} images equal a training image.\n"
            if removed
            else f"Unseen images are not told apart: {said['deduplicated_reason']}\n"
        )
