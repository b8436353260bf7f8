"""fer-models bench."""

from __future__ import annotations

import json
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fer_models.bench.benchmark import BenchRequest
    from fer_models.bench.run import OnStep

ZOO = Path("models/zoo/light")


Model = Annotated[
    Path | None, typer.Argument(help=f"NAME/VERSION of the light model in a zoo; by default the newest in {ZOO}.")
]
Rows = Annotated[
    list[str] | None,
    typer.Option(help="MODEL, MODEL/RUNTIME or MODEL/RUNTIME/PRECISION; repeat it for more. By default all rows."),
]
Runs = Annotated[int, typer.Option(min=1, help="Timed classifications in each process.")]
WarmUp = Annotated[int, typer.Option(min=0, help="Classifications before the timed ones.")]
Repeats = Annotated[int, typer.Option(min=1, help="Processes for each row.")]
RuntimeThreads = Annotated[int, typer.Option(min=1, help="Threads of each runtime.")]
ComparePython = Annotated[
    Path | None,
    typer.Option(
        help="A Python with fer-models[compare], for Keras and TFLite; by default this one if it has TensorFlow, "
        "else that of .venv-compare beside this environment."
    ),
]
Out = Annotated[Path | None, typer.Option(help="A file to write the JSON document to as well.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")]


def bench(
    model: Model = None,
    row: Rows = None,
    runs: Runs = 300,
    warm_up: WarmUp = 30,
    repeats: Repeats = 3,
    threads: RuntimeThreads = 1,
    compare_python: ComparePython = None,
    out: Out = None,
    json_: Json = False,
) -> None:
    """Measure speed, CPU use, memory and power of the full and the light model, in every runtime of this machine."""
    from fer_terminal.listing import print_list

    from fer_models.bench.benchmark import Benchmark, BenchRequest, newest, readable_meters
    from fer_models.bench.document import bench_document, busy, surroundings
    from fer_models.bench.results import ratio
    from fer_models.bench.rows import select
    from fer_models.bench.settings import Settings
    from fer_models.bench.tables import reasons, sentence, tables

    settings = Settings(threads, runs, warm_up, repeats)
    request = BenchRequest(select(row or ()), model or newest(ZOO), settings, compare_python)
    with tempfile.TemporaryDirectory() as folder, readable_meters() as meters:
        benchmark, where = Benchmark(request, Path(folder)), surroundings(meters)
        with _steps(request.steps, quiet=json_) as on_step:
            outcome = benchmark.run(meters, on_step)
    if busy(where):
        typer.echo(busy(where), err=True)
    text = json.dumps(bench_document(outcome, where, settings, _name(request.entry), _command(request, row or [])))
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")
    if json_:
        typer.echo(text)
        return
    for title, columns, rows in tables(outcome.results):
        print_list(columns, rows, empty="", title=title)
    for line in (*reasons(outcome.results), sentence(ratio(outcome.results))):
        typer.echo(line)


@contextmanager
def _steps(total: int, *, quiet: bool) -> Iterator[OnStep]:
    """A progress bar on standard error."""
    from fer_terminal.progress import bar

    begun = iter(range(total))
    with bar("", total, quiet=quiet) as shown:

        def on_step(step: str) -> None:
            shown.call(step)
            shown.reach(next(begun))

        yield on_step


def _name(entry: Path) -> str:
    return "/".join(entry.parts[-2:])


def _command(request: BenchRequest, names: list[str]) -> str:
    """The command that repeats the benchmark; an absolute path is shortened to its last parts."""
    settings = request.settings
    options = {"runs": settings.runs, "warm-up": settings.warm_up, "repeats": settings.repeats}
    entry = _name(request.entry) if request.entry.is_absolute() else str(request.entry)
    words = ["fer-models", "bench", entry, *(word for name in names for word in ("--row", name))]
    for name, value in {**options, "threads": settings.threads}.items():
        words += [f"--{name}", str(value)]
    return shlex.join(words)
