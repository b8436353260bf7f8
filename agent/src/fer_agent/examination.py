"""What the doctor says of an agent that runs: no camera is opened, no model is loaded, and no broker is asked."""

from typing import Callable, Iterator, List, Mapping, NamedTuple, Sequence, Tuple

from fer_wire.commands import FAULT, OK, WARNING, Finding
from fer_wire.telemetry import CameraTelemetry

from fer_agent.doctor import FOR_A_GPU, Check, Outcome, beside, checked, identity_of
from fer_agent.settings import Settings
from fer_agent.update.serving import Serving

RUNNING = "running"


class Running(NamedTuple):
    """What an agent knows of itself while it runs."""

    cameras: Callable[[], Sequence[CameraTelemetry]]
    serving: Mapping[str, Serving]
    """By task."""
    broker: Callable[[], str]
    """The URL of the one that it is at."""


def examine_running(settings: Settings, running: Running) -> List[Finding]:
    """One finding for each camera, each model, the broker, and what can be looked at beside them."""
    return [checked(name, check) for name, check in _checks(settings, running)]


def _checks(settings: Settings, running: Running) -> Iterator[Tuple[str, Check]]:
    for camera in running.cameras():
        yield f"camera {camera.camera}", lambda camera=camera: _camera(camera)  # type: ignore[misc]
    for task, serving in running.serving.items():
        yield f"model {task}", lambda serving=serving: _model(serving)  # type: ignore[misc]
    yield "broker", lambda: (OK, f"{running.broker()} brought this command", "")
    yield from beside(settings, identity_of(settings))


def _camera(camera: CameraTelemetry) -> Outcome:
    if camera.state != RUNNING:
        why = camera.error or "It has ended, or is being opened."
        return FAULT, f"{camera.state or 'not opened yet'}, and was reopened {camera.reopened} times", why
    found = f"delivers {camera.fps or 0:.1f} frames a second, and was reopened {camera.reopened} times"
    blind = [word for word, seen in (("frozen", camera.frozen), ("dark", camera.dark)) if seen]
    if blind:
        return WARNING, f"{found}; its picture is {' and '.join(blind)}", "See whether it is covered or hangs."
    return OK, found, ""


def _model(serving: Serving) -> Outcome:
    servant = serving.servant
    found = f"{servant.reference} serves on {servant.provider}"
    if servant.provider_fallback:
        return WARNING, found, f"There is a GPU, yet the CPU runs the model: {FOR_A_GPU}"
    return OK, found, ""
