"""All rows, measured in rounds, so that a slow minute of the machine affects every row and not just one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fer_models.bench.job import Job, Measurement
from fer_models.bench.jobs import JobMaker
from fer_models.bench.meters import Meter, MeterSampler, Reading
from fer_models.bench.results import RowResult, summarise
from fer_models.bench.rows import BenchRow
from fer_models.errors import BenchError

OnStep = Callable[[str], None]
"""Is told the next step; a row has one step to make its files, and one for each process."""
RunJob = Callable[[Job], Measurement]
"""Runs a row once; raises BenchError with the reason why there are no figures."""


@dataclass
class _Progress:
    row: BenchRow
    job: Job | None = None
    reason: str | None = None
    measured: list[tuple[Measurement, Reading]] = field(default_factory=list)

    def result(self) -> RowResult:
        if self.reason is not None:
            return RowResult(self.row, reason=self.reason)
        return RowResult(self.row, summarise(self.measured))


@dataclass(frozen=True)
class Outcome:
    """Results in the order of the rows, and the version of every library that a row used."""

    results: tuple[RowResult, ...]
    versions: dict[str, str]


def run_rows(
    rows: Sequence[BenchRow],
    jobs: JobMaker,
    run: RunJob,
    repeats: int,
    meters: Sequence[Meter] = (),
    on_step: OnStep = lambda _: None,
) -> Outcome:
    """Measure every row; a row that cannot run keeps the reason, and does not stop the others."""
    all_rows = [_Progress(row) for row in rows]
    for each in all_rows:
        on_step(f"{each.row.name}: files")
        _prepare(each, jobs)
    for number in range(1, repeats + 1):
        for each in all_rows:
            on_step(f"{each.row.name}: {number} of {repeats}")
            _run_once(each, run, meters)
    return Outcome(tuple(each.result() for each in all_rows), _versions(all_rows))


def _versions(all_rows: Sequence[_Progress]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in all_rows:
        for measured, _ in each.measured:
            found.update(measured.versions)
    return dict(sorted(found.items()))


def _prepare(each: _Progress, jobs: JobMaker) -> None:
    try:
        each.job = jobs.job(each.row)
    except BenchError as error:
        each.reason = str(error)


def _run_once(each: _Progress, run: RunJob, meters: Sequence[Meter]) -> None:
    if each.job is None or each.reason is not None:
        return
    try:
        with MeterSampler(meters) as watch:
            measured = run(each.job)
    except BenchError as error:
        each.reason = str(error)
        return
    each.measured.append((measured, watch.during(measured.from_s, measured.to_s)))
