"""What devices publish of faces in motion: calibration, the event policy, uncertainty, and the faces' conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fer_wire import EMOTIONS
from fer_wire.tuning import EmotionTuning, EventTuning

from fer_models.report.markdown import NOTHING, by, interval, number, percent, table
from fer_models.report.records import Records

INTRODUCTION = """\
## Faces in motion

ExpW's photographs as a camera pans over them, and the clip portrait_sad_to_happy.mp4 in stretches of four seconds, seen
by the agent's own eyes and smoothed, tempered and told by its own code. Train and test are ExpW's photographs, drawn by
their names; the clip shows one person, who posed, so its figures say little about others.
"""
CALIBRATION = """\
Calibration of what is published, looked at four times a second: the temperatures are fitted by log loss, one for each
emotion that leads and never below 1, on the sources named, which weigh alike. A row says what its temperatures do to
ExpW's test photographs, on which nothing was fitted, and to the clip. What was fitted on ExpW alone has not seen the
clip, and the other way round. Error in points; confidence and accuracy in %.
"""
POLICY = """\
The event policy on faces that change: 200 pairs of ExpW's photographs that the model reads right, three seconds
each, and the clip. Told: changes that an event names; delay: how long after them, at the median. Wrong and needless:
events of a visit that name another emotion, and changes that were not due. Shown are the quickest that miss no more
changes, and tell no more that is wrong or needless, on train and on the clip, than 0.5 s, 0.1 and 0.3 s, in the last
row; before it stands the default, which was chosen by train and the clip of both models. Test had no part in it.
"""
UNCERTAIN = """\
Events below a confidence, or with the head turned to a side by more than 45°, are marked as uncertain: their share, and
how often they and the others are right, in %.
"""
CONDITIONS = """\
ExpW's test faces by what can be measured of them, in % read right. Light is the mean level of the crop; detail, which
blur takes away, the spread of its Laplacian over its own; yaw is the landmarker's. The tone of skin cannot be known:
ExpW does not record it, and the level of a grey crop mixes it with the light.
"""
SOURCES = ("train", "test", "clip")
SHOWN = 6
OLD = (0.5, 0.1, 0.3)
"""Smoothing, margin and hold before they were measured."""
NOW = (EmotionTuning().smoothing_s, EventTuning().change_margin, EventTuning().change_hold_s)


def tracks(records: Records) -> Iterator[str]:
    """The section, where something is recorded."""
    if not records.tracks:
        return
    yield INTRODUCTION
    for explained, drawn in (
        (CALIBRATION, _calibration), (POLICY, _policy), (UNCERTAIN, _uncertain), (CONDITIONS, _conditions),
    ):  # fmt: skip
        yield explained
        for record in records.tracks:
            yield f"**{record.said['model']}**\n"
            yield drawn(record.said)
    for record in records.tracks:
        yield by(record.said["command"]) + "\n"


def _calibration(said: Mapping[str, Any]) -> str:
    heads = ("fitted on", *EMOTIONS, "ExpW error", "accuracy", "confidence", "clip error", "accuracy", "confidence")
    return table(heads, [_fitted(each) for each in said["calibration"]])


def _fitted(each: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("error", "accuracy", "confidence")
    judged = (percent(each[where][what], 1) for where in ("test", "clip") for what in names)
    return (each["fitted"], *(number(temperature) for temperature in each["temperatures"]), *judged)


def _policy(said: Mapping[str, Any]) -> str:
    choices = said["policy"]
    (old,) = (each for each in choices if _choice(each) == OLD)
    now = [each for each in choices if _choice(each) == NOW]
    others = [each for each in choices if _choice(each) not in {OLD, NOW}]
    no_worse = [each for each in others if all(_no_worse(each[where], old[where]) for where in ("train", "clip"))]
    quickest = sorted(no_worse, key=lambda each: each["train"]["delay_s"])[:SHOWN]
    figures = (f"{where}: {what}" for where in SOURCES for what in ("told %", "delay, s", "wrong", "needless"))
    return table(("smoothing, s", "margin", "hold, s", *figures), [_told(each) for each in [*quickest, *now, old]])


def _choice(each: Mapping[str, Any]) -> tuple[float, ...]:
    return tuple(each["train"][name] for name in ("smoothing_s", "change_margin", "change_hold_s"))


def _no_worse(each: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    return each["told"] >= old["told"] and each["wrong"] <= old["wrong"] and each["needless"] <= old["needless"]


def _told(each: Mapping[str, Any]) -> tuple[str, ...]:
    return (*map(str, _choice(each)), *(cell for where in SOURCES for cell in _figures(each[where])))


def _figures(said: Mapping[str, Any]) -> Sequence[str]:
    return percent(said["told"], 1), number(said["delay_s"]), number(said["wrong"]), number(said["needless"])


def _uncertain(said: Mapping[str, Any]) -> str:
    heads = (f"{where}: {what}" for where in SOURCES for what in ("uncertain", "those right", "others right"))
    return table(("below", *heads), [_marked(each) for each in said["uncertain"]])


def _marked(each: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("uncertain", "uncertain_right", "certain_right")
    return (f"{each['below']:g}", *(percent(each[where][what], 1) for where in SOURCES for what in names))


def _conditions(said: Mapping[str, Any]) -> str:
    rows = [
        (each["condition"], f"{each['from']:g}–{each['below']:g}", str(each["faces"]), _read_right(each))
        for each in said["conditions"]
    ]
    return table(("condition", "from–below", "faces", "right %"), rows)


def _read_right(each: Mapping[str, Any]) -> str:
    return interval(each["accuracy"], each["interval"]) if each["faces"] else NOTHING
