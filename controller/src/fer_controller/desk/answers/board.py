"""The fleet's table."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from fer_wire.message import iso_utc

from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.desk.board import needs, sieve
from fer_controller.desk.board.describing import in_full, kinds
from fer_controller.desk.board.lines import Line, figures, lines
from fer_controller.desk.board.sieve import Sieve
from fer_controller.desk.credentials import certificate
from fer_controller.operations.board import (
    FLEET,
    MOST_VALUES,
    FacetsAnswer,
    FleetAnswer,
    FleetLineAnswer,
    FleetQuery,
)
from fer_controller.rollout.devices import selector
from fer_controller.settings import DeviceLimits
from fer_controller.store.telemetry.records import Figures

OF_A_LINE: Mapping[str, Callable[[Line], str]] = {
    "device": lambda line: line.device,
    "since": lambda line: line.since,
    "last_seen": lambda line: line.last_seen,
    "update": lambda line: line.update,
    **sieve.VALUE_OF,
}
"""What a column is sorted by."""
MEASURED: Mapping[str, Callable[[Figures], float | None]] = {
    "fps": lambda measured: measured.fps,
    "temperature_c": lambda measured: measured.temperature_c,
    "disk_free_mb": lambda measured: measured.disk_free_mb,
}
"""Likewise, where the figures of every device must be read for it."""


@ANSWERS.carries_out(FLEET)
def fleet(context: Context, asked: FleetQuery) -> FleetAnswer:
    """A page; what is not sorted or filtered by is read of the devices on it alone."""
    known, place, now = context.stores.looking, context.stores.place, datetime.now(UTC)
    everyone = lines(known, now, place.stale_after_s)
    by_figures = asked.sort in MEASURED or set(asked.kinds) & set(needs.MEASURED_KINDS)
    measured = figures(known, [line.device for line in everyone], now) if by_figures else {}
    found, counted, labels = _sieve(asked, measured, place.limits).passed(everyone)
    page = _sorted(found, asked, measured)[asked.offset : asked.offset + asked.limit]
    if not by_figures:
        measured = figures(known, [line.device for line in page], now)
    ends, at = known.certificates.ends_of([line.device for line in page]), iso_utc(now)
    certificates = {device: certificate(its_end, at) for device, its_end in ends.items()}
    shown = _shown(page, measured, place.limits, certificates)
    return FleetAnswer(total=len(found), devices=len(everyone), lines=shown, facets=_facets(counted, labels))


def _shown(
    page: list[Line], measured: Mapping[str, Figures], limits: DeviceLimits, certificates: Mapping[str, str | None]
) -> tuple[FleetLineAnswer, ...]:
    found = ((line, measured.get(line.device), certificates.get(line.device)) for line in page)
    return tuple(in_full(line, figures_, kinds(line, figures_, limits), its) for line, figures_, its in found)


def _sieve(asked: FleetQuery, measured: Mapping[str, Figures], limits: DeviceLimits) -> Sieve:
    wanted = {
        sieve.STATE: asked.states, sieve.CLASS: asked.classes, sieve.MODEL: asked.models, sieve.VERSION: asked.versions
    }  # fmt: skip
    of_a_kind = [lambda line: not set(asked.kinds).isdisjoint(kinds(line, measured.get(line.device), limits))]
    return Sieve(asked.where, selector.parse(asked.selector), wanted, *(of_a_kind if asked.kinds else ()))


def _sorted(found: list[Line], asked: FleetQuery, measured: Mapping[str, Figures]) -> list[Line]:
    of_figures = MEASURED.get(asked.sort)
    if of_figures is None:
        return sieve.ordered(found, OF_A_LINE[asked.sort], descending=asked.descending)
    values = {name: of_figures(each) for name, each in measured.items()}
    return sieve.ordered(found, lambda line: values.get(line.device), descending=asked.descending)


def _facets(counted: Mapping[str, Counter[str]], labels: Mapping[str, Counter[str]]) -> FacetsAnswer:
    by_label = sorted(labels, key=lambda key: (-labels[key].total(), key))
    cut = [name for name, counter in (*counted.items(), *labels.items()) if len(counter) > MOST_VALUES]
    return FacetsAnswer(
        state=sieve.most(counted[sieve.STATE], MOST_VALUES),
        device_class=sieve.most(counted[sieve.CLASS], MOST_VALUES),
        model=sieve.most(counted[sieve.MODEL], MOST_VALUES),
        version=sieve.most(counted[sieve.VERSION], MOST_VALUES),
        labels={key: sieve.most(labels[key], MOST_VALUES) for key in by_label[:MOST_VALUES]},
        cut=tuple(sorted(cut)) + (("labels",) if len(labels) > MOST_VALUES else ()),
    )
