"""The fleet as it stands now, and today's emotions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from fer_wire.message import iso_utc

from fer_controller.desk.answers.rollouts import progress_of
from fer_controller.desk.answers.table import ANSWERS, Context
from fer_controller.desk.board import needs
from fer_controller.desk.board.lines import Line, figures, lines
from fer_controller.desk.board.needs import Need
from fer_controller.desk.board.spans import WEEK, Span, spans
from fer_controller.errors import RequestError
from fer_controller.ingest.devices import OFFLINE, ONLINE, STALE, UNKNOWN
from fer_controller.operations.overview import (
    EMOTIONS_TODAY,
    MOST_PLACES,
    OVERVIEW,
    CountAnswer,
    EmotionsTodayAnswer,
    EmotionsTodayQuery,
    NeedAnswer,
    OverviewAnswer,
    OverviewQuery,
    PlaceAnswer,
    TilesAnswer,
)
from fer_controller.rollout.transitions import AWAITING_APPROVAL, PAUSED, ROLLING_BACK
from fer_controller.store.rollouts.records import RolloutRow
from fer_controller.store.rollups.store import RollupStore

STOPPED_ROLLOUTS = {
    ROLLING_BACK: "The rollout of {model} is turned back",
    PAUSED: "The rollout of {model} is paused",
    AWAITING_APPROVAL: "The rollout of {model} awaits approval",
}
WORST_FIRST = {what: rank for rank, what in enumerate((*STOPPED_ROLLOUTS, *needs.LOOKS))}
Counted = dict[str, Counter[str]]
"""Events by place and emotion."""


@ANSWERS.carries_out(OVERVIEW)
def overview(context: Context, asked: OverviewQuery) -> OverviewAnswer:
    """As it stands at this moment."""
    known, place, now = context.stores.looking, context.stores.place, datetime.now(UTC)
    everyone = lines(known, now, place.stale_after_s)
    measured = figures(known, [line.device for line in everyone if line.state == ONLINE], now)
    needed = [need for line in everyone for need in needs.needs(line, measured.get(line.device), place.limits)]
    under_way = known.rollouts.under_way()
    all_needs = _worst_first([*_of_rollouts(under_way), *needed])
    return OverviewAnswer(
        devices=len(everyone),
        tiles=_tiles(everyone, needed),
        needs=tuple(map(_need, all_needs[: asked.limit])),
        needs_total=len(all_needs),
        rollouts=tuple(progress_of(known.rollouts, row) for row in under_way),
    )


@ANSWERS.carries_out(EMOTIONS_TODAY)
def emotions_today(context: Context, asked: EmotionsTodayQuery) -> EmotionsTodayAnswer:
    """By place, those with most events first; raises RequestError for a day that is none."""
    until = _minute(datetime.fromisoformat(asked.until) if asked.until else datetime.now(UTC))
    begun = _minute(datetime.fromisoformat(asked.since)) if asked.since else until.replace(hour=0, minute=0)
    if not begun <= until <= begun + WEEK:
        raise RequestError("A day begins before it ends, and a week at most; give --since and --until other times.")
    rollups = context.stores.looking.rollups
    today = _counted(rollups, asked.by, spans(begun, until))
    before = _counted(rollups, asked.by, spans(begun - WEEK, until - WEEK))
    places = [_place(value, today, before) for value in {**today, **before}]
    places.sort(key=lambda place: (-place.events - place.events_before, place.value or ""))
    return EmotionsTodayAnswer(
        by=asked.by,
        since=iso_utc(begun),
        until=iso_utc(until),
        since_before=iso_utc(begun - WEEK),
        until_before=iso_utc(until - WEEK),
        all=_place("", {"": _together(today)}, {"": _together(before)}),
        places=tuple(places[:MOST_PLACES]),
        places_total=len(places),
    )


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _tiles(everyone: Sequence[Line], needed: Iterable[Need]) -> TilesAnswer:
    states, kinds = Counter(line.state for line in everyone), Counter(need.what for need in needed)
    return TilesAnswer(
        online=states[ONLINE],
        stale=states[STALE],
        offline=states[OFFLINE],
        unknown=states[UNKNOWN],
        updating=sum(map(needs.is_updating, everyone)),
        failed=kinds[needs.UPDATE_FAILED],
        quarantined=kinds[needs.QUARANTINED],
        blind=kinds[needs.BLIND],
        low_disk=kinds[needs.LOW_DISK],
        hot=kinds[needs.HOT],
        revoked=sum(line.revoked for line in everyone),
    )


def _of_rollouts(under_way: Iterable[RolloutRow]) -> list[Need]:
    return [
        Need(
            "", row.state,
            f"{STOPPED_ROLLOUTS[row.state].format(model=row.model)}: {row.reason or 'an operator said so'}.",
            row.updated_at, row.id,
        )
        for row in under_way
        if row.state in STOPPED_ROLLOUTS
    ]  # fmt: skip


def _worst_first(found: list[Need]) -> list[Need]:
    """By kind; of each the newest first, and last those of which nobody knows since when."""
    newest_first = sorted(sorted(found, key=lambda need: need.device), key=lambda need: need.since, reverse=True)
    return sorted(newest_first, key=lambda need: WORST_FIRST[need.what])


def _need(need: Need) -> NeedAnswer:
    return NeedAnswer(
        what=need.what,
        device=need.device or None,
        rollout=need.rollout or None,
        since=need.since or None,
        why=need.why,
    )


def _counted(rollups: RollupStore, key: str, spans_: Iterable[Span]) -> Counted:
    found: Counted = {}
    for span in spans_:
        for each in rollups.emotions_by_label(span.per, key, span.since, span.until):
            found.setdefault(each.value, Counter())[each.emotion] += each.events
    return found


def _together(counted: Counted) -> Counter[str]:
    return sum(counted.values(), Counter[str]())


def _place(value: str, today: Counted, before: Counted) -> PlaceAnswer:
    now, then = today.get(value, Counter[str]()), before.get(value, Counter[str]())
    return PlaceAnswer(
        value=value or None,
        events=now.total(),
        events_before=then.total(),
        emotions={
            emotion: CountAnswer(events=now[emotion], events_before=then[emotion])
            for emotion in sorted({*now, *then})
        },
    )  # fmt: skip
