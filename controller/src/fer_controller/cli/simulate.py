"""fer-controller simulate: the one command that starts another program of ours, fer-simulator."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import BaseModel, ConfigDict, Field

from fer_controller.cli import options
from fer_controller.cli.ending import leave, stop_on_signals
from fer_controller.cli.fields import with_options
from fer_controller.errors import SettingsError, SimulationError

if TYPE_CHECKING:
    from fer_simulator.scenario import Scenario
    from fer_simulator.view import View

    from fer_controller.settings import Settings

FAILED = 1
LONGEST_NAME = 59


class SimulatedFleet(BaseModel):
    """What devices there are, what is wrong with them, and how long they run."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    agents: int = Field(default=100, ge=1, description="How many devices.")
    broker: str | None = Field(default=None, description="mqtt://HOST:PORT or mqtts://HOST:PORT.")
    controller: str | None = Field(
        default=None, description="Where artifacts are fetched whose URL is a path: http://HOST:PORT."
    )
    prefix: str | None = Field(default=None, description="First levels of every topic.")
    name: str = Field(default="sim", description="Devices are called NAME-0001, NAME-0002 and so on.")
    seconds: float | None = Field(default=None, ge=1, description="End after so long; by default on Ctrl-C.")
    events_per_s: float = Field(default=1.0, ge=0, description="Events a second of each device.")
    telemetry_s: float = Field(default=10.0, ge=0.1, description="Seconds between two telemetry messages.")
    fps: float = Field(default=15.0, ge=0, description="Frames a second that a good model reads.")
    class_: str = Field(
        default="mix", validation_alias="class", description="nano, tx2, xavier, orin, x86, arm, or mix."
    )
    faults: tuple[str, ...] = Field(
        default=(),
        description="KIND:SHARE, as offline:2%; kinds are offline, slow, crashing, lying. Or bad-model:NAME@VERSION*.",
    )
    effects: tuple[str, ...] = Field(
        default=(),
        description="What a model does to devices, as 'NAME@VERSION*:fps=0.5,happy=1.0'; the first match counts.",
    )
    first_model: Path | None = Field(
        default=None,
        description="manifest.json of the model that devices run at first for its task; others are invented.",
    )
    tokens_file: Path | None = Field(
        default=None, description="A token for each device: lines of DEVICE TOKEN, or JSON from `enroll --json`."
    )
    certificates: Path | None = Field(
        default=None,
        description="A folder with NAME.crt and NAME.key of each device, as `enroll --out` makes them, for the broker "
        "and for downloads.",
    )
    logins_file: Path | None = Field(
        default=None, description="A file with each device's password at the broker: lines of DEVICE PASSWORD."
    )
    downloads: int = Field(default=8, ge=1, le=512, description="Downloads at once, of all devices.")
    seed: int = Field(default=0, description="The same seed, the same classes, faults and measurements.")
    flush_s: float = Field(default=30.0, ge=0, description="At the end, how long to wait for the last acks.")


@with_options
def simulate(
    fleet: SimulatedFleet,
    token: Annotated[str, typer.Option(envvar="FER_SIMULATE_TOKEN", help="For downloads, the same for all.")] = "",
    config: options.Config = None,
    json_: options.Json = False,
) -> None:
    """Run many devices that speak the protocol as agents do; fails if an event or a report was not delivered."""
    from fer_controller.settings import load

    options.log_warnings()
    with _simulator():
        settings = load(config, broker={"url": fleet.broker, "prefix": fleet.prefix})
        _run(_scenario(fleet, settings, token), as_json=json_)


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


def _scenario(fleet: SimulatedFleet, settings: "Settings", token: str) -> "Scenario":
    from fer_simulator import scenario
    from fer_simulator.traits import effects, faults, logins

    wanted = [faults.parsed(text) for text in fleet.faults]
    return scenario.Scenario(
        broker=settings.broker,
        agents=fleet.agents,
        name=_name(fleet.name),
        seconds=fleet.seconds,
        controller_url=fleet.controller,
        controller_files=settings.api.files,
        tokens=scenario.tokens(fleet.tokens_file) if fleet.tokens_file else {},
        token=token,
        logins=logins.Logins(
            fleet.certificates,
            scenario.tokens(fleet.logins_file, "--logins-file", scenario.PASSWORD) if fleet.logins_file else {},
        ),
        events_per_s=fleet.events_per_s,
        telemetry_s=fleet.telemetry_s,
        fps=fleet.fps,
        device_class=fleet.class_,
        faults=[each for each in wanted if isinstance(each, faults.Fault)],
        effects=[
            *map(effects.parsed, fleet.effects),
            *(each for each in wanted if not isinstance(each, faults.Fault)),
        ],
        first_model=scenario.manifest(fleet.first_model) if fleet.first_model else None,
        seed=fleet.seed,
        downloads=fleet.downloads,
        flush_s=fleet.flush_s,
    )


def _run(asked: "Scenario", *, as_json: bool) -> None:
    from fer_simulator.fleet import Simulation

    hurry = Event()
    with _view(as_json=as_json) as view:
        result = Simulation(asked).run(view.show, stop_on_signals(asked_again=hurry.set), hurry)
        view.close_with(result)
    if hurry.is_set():
        sys.stdout.flush()
        leave(FAILED)  # threads may still be dialling
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
    from fer_terminal.console import out

    console = out()
    if as_json:
        return JsonLines(options.print_line)
    return LiveTable(console) if console.is_terminal else PlainLines(console)
