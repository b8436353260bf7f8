"""What holds beyond FER2013's labels: other data sets, FER+'s taggers, poor pictures; each model beside another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fer_wire import EMOTIONS

from fer_models.report.evaluations import EvaluatedFile, current
from fer_models.report.markdown import by, interval, percent, table
from fer_models.report.records import Records

MAKE = (
    "No evaluation on several sets is recorded yet. `fer-models evaluate models/zoo/NAME/VERSION --data fer2013.zip "
    "--data crops/expw --poor-pictures --against models/zoo/NAME/VERSION --out docs/results` makes one.\n"
)
INTRODUCTION = """\
The first file of each model, one view of each face, its contrast as a device stretches it. Sets without a name of
their own are the PublicTest images by FER2013's labels, as they are or as poor pictures. Macro recall is the mean of
the seven emotions' recalls, with its 95 % interval; least is the lowest of them; error is that of calibration, as in
Table 1, in points. Better and worse: the faces that only the new or only the old model reads right, and how likely so
uneven numbers are by chance (McNemar's exact test). How the models do by tone of skin, age or sex is not known: the
pictures are grey, and nobody recorded these.
"""
HEADS = ("set", "faces", "accuracy %", "macro recall %", "least %", "macro F1 %", "error")


def generality(records: Records) -> Iterator[str]:
    """The section that comes first."""
    yield "## Beyond FER2013's labels\n"
    found = [file for file in current(records) if file.figures.get("sets")]
    if not found:
        yield MAKE
        return
    yield INTRODUCTION
    for file in found:
        yield from _model(file)


def _model(file: EvaluatedFile) -> Iterator[str]:
    sets, against = file.figures["sets"], file.figures.get("against")
    yield f"**{file.title}**{f', against {against}' if against else ''}\n"
    paired = ("better", "worse", "p") if against else ()
    yield table((*HEADS, *paired), [(*_row(each), *(_paired(each) if against else ())) for each in sets])
    named = "".join(f"- {each['set']}: {each['about']}\n" for each in sets)
    yield f"Recall by emotion, in %; what the sets are stands below.\n\n{_recalls(sets)}\n{named}"
    yield by(file.run["command"]) + "\n"


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        each["set"],
        f"{each['images']:,}",
        interval(each["accuracy"], each["accuracy_interval"]),
        interval(each["macro_recall"], each["macro_recall_interval"]),
        percent(min(each["recall"].values()), 1),
        percent(each["macro_f1"], 1),
        percent(each["ece"], 1),
    )


def _paired(each: Mapping[str, Any]) -> tuple[str, ...]:
    test = each["against"]
    return str(test["better"]), str(test["worse"]), f"{test['p']:.2g}"


def _recalls(sets: Sequence[Mapping[str, Any]]) -> str:
    rows = [(each["set"], *(percent(each["recall"].get(name), 1) for name in EMOTIONS)) for each in sets]
    return table(("set", *EMOTIONS), rows)
