"""How well finders and landmarkers do on held-out pictures, beside dlib and YuNet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fer_models.report.markdown import by, table
from fer_models.report.records import Record, Records

FINDERS = """\
Faces found, in %, and in brackets how many boxes showed no face; on pictures that no training of ours saw, all finders
on the same ones in one run. By yaw, rolled, masked, dark and half hidden: one face of 120 pixels on 640×480. dlib is
measured as the agent begins a track with it, its second look included. A face counts as found where its box and a
seen one share 0.3 of their union. "With" a landmarker is what a device begins a track with: the finder is asked at a
low score, and a face counts where both are sure together.
"""
MARKERS = """\
Mean error of the landmarks in % of the face's size, of all that count / of the 51 inside the face; then the error of
the yaw. On faces that no training of ours saw, given their true boxes; dlib's file learned from the photographs of
HELEN, AFW and LFPW. The profiles' landmarks are fitted by a model, not marked by people.
"""


def eyes(records: Records) -> Iterator[str]:
    """The section, where something is recorded."""
    if records.finder or records.landmarker:
        yield "## Eyes: faces and landmarks\n"
    for record in records.finder:
        yield FINDERS
        yield table(*_finders(record.said["results"]))
        yield _made(record)
    for record in records.landmarker:
        yield MARKERS
        yield table(*_markers(record.said["results"]))
        yield _made(record)


def _made(record: Record) -> str:
    return f"On {record.said['machine']}. {by(record.said['command'])}\n"


def _finders(results: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = []
    for part, title in (("tallies", "{}"), ("clips", "frames of {}")):
        for name, first in results[0][part].items():
            cells = (_tally(each[part][name]) for each in results)
            rows.append((title.format(name), str(first["pictures"]), str(first["faces"]), *cells))
    return ("pictures", "n", "faces", *(str(each["finder"]) for each in results)), rows


def _tally(tally: Mapping[str, Any]) -> str:
    share = f"{100 * tally['found'] / tally['faces']:.1f} " if tally["faces"] else ""
    return f"{share}({tally['false']})"


def _markers(results: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    kinds = next(iter(results.values()))
    rows = [
        (kind, str(first["faces"]), *(_errors(each[kind]) for each in results.values()))
        for kind, first in kinds.items()
    ]
    return ("faces", "n", *results), rows


def _errors(means: Mapping[str, float]) -> str:
    yaw = f"; {means['yaw_degrees']:.1f}°" if "yaw_degrees" in means else ""
    return f"{means['percent']:.2f} / {means['inner_percent']:.2f}{yaw}"
