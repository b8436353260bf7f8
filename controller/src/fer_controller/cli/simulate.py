"""fer-controller simulate: the one command that starts another program of ours, fer-simulator."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fer_controller.cli import options
from fer_controller.cli.serve import stop_on_signals
from fer_controller.errors import SettingsError, SimulationError

if TYPE_CHECKING:
    from fer_simulator.scenario import Scenario
    from fer_simulator.view import View

FAILED = 1
LONGEST_NAME = 59


def simulate(
    agents: Annotated[int, typer.Option(min=1, help="How many devices.")] = 100,
    broker: Annotated[str | None, typer.Option(help="mqtt://HOST:PORT or mqtts://HOST:PORT.")] = None,
    controller: Annotated[
        str | None, typer.Option(help="Where artifacts are fetched whose URL is a path: http://HOST:PORT.")
    ] = None,
    prefix: Annotated[str | None, typer.Option(help="First levels of every topic.")] = None,
    name: Annotated[str, typer.Option(help="Devices are called NAME-0001, NAME-0002 and so on.")] = "sim",
    seconds: Annotated[float | None, typer.Option(min=1, help="End after so long; by default on Ctrl-C.")] = None,
    events_per_s: Annotated[float, typer.Option(min=0, help="Events a second of each device.")] = 1.0,
    telemetry_s: Annotated[float, typer.Option(min=0.1, help="Seconds between two telemetry messages.")] = 10.0,
    fps: Annotated[float, typer.Option(min=0, help="Frames a second that a good model reads.")] = 15.0,
    class_: Annotated[str, typer.Option("--class", help="nano, tx2, xavier, orin, x86, arm, or mix.")] = "mix",
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="KIND:SHARE, as offline:2%; kinds are offline, slow, crashing, lying. Or bad-model:NAME@VERSION*."
        ),
    ] = None,
    effect: Annotated[
        list[str] | None,
        typer.Option(
            help="What a model does to devices, as 'NAME@VERSION*:fps=0.5,happy=1.0'; the first match counts."
        ),
    ] = None,
    first_model: Annotated[
        Path | None,
        typer.Option(help="manifest.json of the model that devices run at first for its task; others are invented."),
    ] = None,
    token: Annotated[str, typer.Option(envvar="FER_SIMULATE_TOKEN", help="For downloads, the same for all.")] = "",
    tokens_file: Annotated[
        Path | None, typer.Option(help="A token for each device: lines of DEVICE TOKEN, or JSON from `enroll --json`.")
    ] = None,
    downloads: Annotated[int, typer.Option(min=1, max=512, help="Downloads at once, of all devices.")] = 8,
    seed: Annotated[int, typer.Option(help="The same seed, the same classes, faults and measurements.")] = 0,
    flush_s: Annotated[float, typer.Option(min=0, help="At the end, how long to wait for the last acks.")] = 30.0,
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Run many devices that speak the protocol as agents do; fails if an event or a report was not delivered."""
    from fer_controller.settings import load

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    with _simulator():
        from fer_simulator import scenario
        from fer_simulator.traits import effects, faults

        wanted = [faults.parsed(text) for text in fault or ()]
        asked = scenario.Scenario(
            broker=load(config, broker={"url": broker, "prefix": prefix}).broker,
            agents=agents,
            name=_name(name),
            seconds=seconds,
            controller_url=controller,
            tokens=scenario.tokens(tokens_file) if tokens_file else {},
            token=token,
            events_per_s=events_per_s,
            telemetry_s=telemetry_s,
            fps=fps,
            device_class=class_,
            faults=[each for each in wanted if isinstance(each, faults.Fault)],
            effects=[
                *map(effects.parsed, effect or ()),
                *(each for each in wanted if not isinstance(each, faults.Fault)),
            ],
            first_model=scenario.manifest(first_model) if first_model else None,
            seed=seed,
            downloads=downloads,
            flush_s=flush_s,
        )
        _run(asked, as_json=json_)


@contextmanager
def _simulator() -> Iterator[None]:
    """Raises the simulator's errors as the controller's, and SimulationError where it is not installed."""
    try:
        from fer_simulator.errors import ScenarioError, SimulatorError
    except ImportError as error:
        raise SimulationError(
            "Simulated devices need fer-simulator, which is not installed; "
            "run `pip install 'fer-controller[simulator]'`."
        ) from error
    try:
        yield
    except ScenarioError as error:
        raise SettingsError(str(error)) from error
    except SimulatorError as error:
        raise SimulationError(str(error)) from error


def _run(asked: "Scenario", *, as_json: bool) -> None:
    from fer_simulator.fleet import Simulation

    with _view(as_json=as_json) as view:
        result = Simulation(asked).run(view.show, stop_on_signals())
        view.close_with(result)
    if not result.sound:
        raise typer.Exit(FAILED)


def _name(name: str) -> str:
    from fer_wire import TopicError, checked_name

    try:
        return checked_name(name[:LONGEST_NAME])
    except TopicError as error:
        raise typer.BadParameter(str(error)) from error


def _view(*, as_json: bool) -> "View":
    from fer_simulator.view import JsonLines, LiveTable, PlainLines
    from rich.console import Console

    console = Console()
    if as_json:
        return JsonLines(options.print_line)
    return LiveTable(console) if console.is_terminal else PlainLines(console)
