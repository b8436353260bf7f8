"""What a command is doing, on standard error: a bar with its percentage, on a terminal alone and gone when it ends."""

from contextlib import contextmanager
from typing import Any, Dict, Iterable, Iterator, Optional, TypeVar

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from fer_terminal import console as consoles

MB = 1e6
Item = TypeVar("Item")


class Bar:
    """One thing that goes on."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def call(self, title: str) -> None:
        """What is done now."""
        self._progress.update(self._task, description=title)

    def reach(self, done: float, total: Optional[float] = None) -> None:
        """So much is done, of so much in all where that has become known."""
        self._progress.update(self._task, completed=done, **_known(total))

    def advance(self, more: float = 1, total: Optional[float] = None) -> None:
        """So much more is done."""
        self._progress.update(self._task, advance=more, **_known(total))

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items, counted as they pass."""
        for item in items:
            yield item
            self.advance()

    def say(self, line: str) -> None:
        """A line above the bar, which stays; on a terminal or not."""
        self._progress.console.print(line, markup=False, highlight=False)


class Bars:
    """What goes on at once, a line each."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def begin(self, title: str, total: Optional[float] = None, *, megabytes: bool = False) -> Bar:
        """One more; without a total it is told that something goes on, and for how long."""
        return Bar(self._progress, self._progress.add_task(title, total=total, megabytes=megabytes))


def is_shown(*, quiet: bool = False) -> bool:
    """Whether anybody sees a bar: counting beforehand what it counts is worth it then alone."""
    return not quiet and consoles.err().is_terminal


@contextmanager
def bars(*, quiet: bool = False) -> Iterator[Bars]:
    """Bars for as long as the block lasts; quiet is what --json asks for."""
    columns = (
        SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), _Amount(),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    shown = is_shown(quiet=quiet)
    with Progress(*columns, console=consoles.err(), transient=True, disable=not shown) as progress:
        yield Bars(progress)


@contextmanager
def bar(title: str, total: Optional[float] = None, *, megabytes: bool = False, quiet: bool = False) -> Iterator[Bar]:
    """The same for one thing alone."""
    with bars(quiet=quiet) as several:
        yield several.begin(title, total, megabytes=megabytes)


class _Amount(ProgressColumn):
    """How much of how much."""

    def render(self, task: Task) -> Text:
        if task.total is None and not task.completed:
            return Text("")
        per, unit = (MB, " MB") if task.fields.get("megabytes") else (1.0, "")
        digits = 1 if unit else 0
        of = "" if task.total is None else f"/{task.total / per:,.{digits}f}"
        return Text(f"{task.completed / per:,.{digits}f}{of}{unit}")


def _known(total: Optional[float]) -> Dict[str, Any]:
    return {} if total is None else {"total": total}
