"""The streams of a batch, locked until it is stored: which of its events are new, and how far each is stored then."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from fer_controller.store.database import Row, named
from fer_controller.store.events.progress import Progress
from fer_controller.store.events.records import Gap, NewEvent, Stream
from fer_controller.store.postgresql.database import PostgresDatabase

Key = tuple[str, str]
Arrived = tuple[NewEvent, int]
"""An event, and the lowest seq that its device still had in its spool, which is at most the event's."""
NO_LIMIT = 2**31


class LockedStreams:
    """What the rows of these streams say, and then what they shall say; within one transaction."""

    def __init__(self, database: PostgresDatabase, arrived: Sequence[Arrived], at: str) -> None:
        """Lock the events' streams, and begin those that are new."""
        self._database, self._arrived, self._at = database, arrived, at
        self._began = {key_of(event): oldest_seq - 1 for event, oldest_seq in reversed(arrived)}
        self._progress = self._locked()
        self._stored = {key: (each.contiguous_seq, each.runs) for key, each in self._progress.items()}
        self._gaps: list[Gap] = []

    def take(self) -> tuple[list[NewEvent], list[NewEvent]]:
        """Note the events, and return which are new, and which have a number that is stored; write what changed."""
        new, known = list[NewEvent](), list[NewEvent]()
        for event, oldest_seq in self._arrived:
            (new if self._note(event, oldest_seq) else known).append(event)
        self._write()
        late, known = self._late(known) if known else ([], known)
        return [*new, *late], known

    def now(self) -> tuple[Stream, ...]:
        """How far they are stored."""
        return tuple(Stream(*key, each.contiguous_seq, each.began_after_seq) for key, each in self._progress.items())

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What their devices declared to have dropped."""
        return tuple(self._gaps)

    def _locked(self) -> dict[Key, Progress]:
        found = self._rows_by_key("lock_streams")
        if missing := [key for key in reversed(self._began) if key not in found]:
            self._begin(missing)
            found = self._rows_by_key("lock_streams")
        runs = self._rows_by_key("runs_ahead")
        return {
            key: Progress(
                row["contiguous_seq"], NO_LIMIT, lambda _: (), row["began_after_seq"],
                [(run["first_seq"], run["last_seq"]) for run in runs.get(key, ())],
            )
            for key, (row,) in found.items()
        }  # fmt: skip

    def _begin(self, keys: Collection[Key]) -> None:
        """In an order that all processes keep; their ids tell which came first."""
        ids = [row["id"] for row in self._database.rows("next_stream_ids", {"number": len(keys)})]
        rows = [
            {
                "id": id_, "device": key[0], "epoch": key[1], "contiguous_seq": self._began[key],
                "began_after_seq": self._began[key], "first_seen": self._at,
            }
            for id_, key in zip(ids, keys, strict=True)
        ]  # fmt: skip
        self._database.many("insert_stream", sorted(rows, key=lambda row: (row["device"], row["epoch"])))

    def _note(self, event: NewEvent, oldest_seq: int) -> bool:
        key = key_of(event)
        progress = self._progress[key]
        for first, last in progress.declare_dropped_below(oldest_seq):
            self._gaps.append(Gap(*key, first, last, self._at))
        return progress.add(event.seq)

    def _write(self) -> None:
        moved, emptied, runs = [], [], []
        for (device, epoch), progress in self._progress.items():
            contiguous_seq, before_runs = self._stored[device, epoch]
            row = {"device": device, "epoch": epoch}
            if progress.contiguous_seq != contiguous_seq:
                moved.append({**row, "contiguous_seq": progress.contiguous_seq})
            if progress.runs != before_runs:
                emptied.append(row)
                runs += [{**row, "first_seq": first, "last_seq": last} for first, last in progress.runs]
        self._database.many("move_stream", moved)
        self._database.many("forget_runs", emptied)
        self._database.many("insert_run", runs)
        self._database.many("insert_gap", map(named, self._gaps))

    def _late(self, known: Iterable[NewEvent]) -> tuple[list[NewEvent], list[NewEvent]]:
        """Which of them came after their device had declared them dropped, and which are stored."""
        gaps = defaultdict[Key, list[Gap]](list)
        for row in self._database.rows("gaps_of", self._keys()):
            gaps[row["device"], row["epoch"]].append(Gap(**row))
        late, stored = list[NewEvent](), list[NewEvent]()
        for event in known:
            around = next((g for g in gaps[key_of(event)] if g.first_seq <= event.seq <= g.last_seq), None)
            if around is None:
                stored.append(event)
                continue
            late.append(event)
            gaps[key_of(event)] = [g for g in gaps[key_of(event)] if g is not around] + self._split(around, event.seq)
        return late, stored

    def _split(self, gap: Gap, seq: int) -> list[Gap]:
        """What is left of a gap around a number that came."""
        left = [(gap.first_seq, seq - 1), (seq + 1, gap.last_seq)]
        parts = [Gap(gap.device, gap.epoch, first, last, gap.noted_at) for first, last in left if first <= last]
        self._database.run("delete_gap", named(gap))
        self._database.many("insert_gap", map(named, parts))
        return parts

    def _keys(self) -> dict[str, list[str]]:
        return {"devices": [key[0] for key in self._began], "epochs": [key[1] for key in self._began]}

    def _rows_by_key(self, query: str) -> dict[Key, list[Row]]:
        found = defaultdict[Key, list[Row]](list)
        for row in self._database.rows(query, self._keys()):
            found[row["device"], row["epoch"]].append(row)
        return dict(found)


def key_of(event: NewEvent) -> Key:
    """The stream of an event."""
    return event.device, event.epoch
