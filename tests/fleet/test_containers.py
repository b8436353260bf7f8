"""Broker and controller in containers: built, run, killed, taken away and brought back; a real agent beside them."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from controller_process import eventually
from fleet.compose import BIN, NETWORK, Compose, image, missing

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

SERVICES = pytest.mark.parametrize("service", ["broker", "controller"])
PATIENCE_S = 240.0
AGENT = (str(BIN / "fer-agent"), "start", "--source=demo:", "--broker=mqtt://127.0.0.1:1883")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Compose]:
    """Both, built and running."""
    if os.geteuid() != 0 or missing():
        pytest.skip(f"Containers need root and these programs: {', '.join(missing()) or 'all there'}.")
    made = Compose(root, tmp_path_factory.mktemp("containers"))
    try:
        made.make_base()
        if (refused := made.refusal()) is not None:
            pytest.skip(f"This machine runs no containers: {refused}")
        made.build()
        made.compose("up", "--detach")
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def agent(stack: Compose, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An agent in their network, with the login that was made for it."""
    login = {"FER_AGENT_BROKER__USERNAME": stack.device, "FER_AGENT_BROKER__PASSWORD": stack.password}
    state = tmp_path_factory.mktemp("agent")
    process = subprocess.Popen(
        ["ip", "netns", "exec", NETWORK, *AGENT, f"--device={stack.device}", f"--state-dir={state}"],
        env={**os.environ, **login, "FER_AGENT_EVENTS__HEARTBEAT_S": "1"}, cwd=state, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.kill()
        process.wait(30)


def numbers(stack: Compose) -> list[int]:
    """Those of the stored events, of which all are one stream."""
    events = stack.events()
    assert len({event["epoch"] for event in events}) <= 1
    return sorted(event["seq"] for event in events)


def more(stack: Compose, than: int) -> None:
    """Wait until further events are stored; none is missing and none there twice."""
    eventually(lambda: len(numbers(stack)) > than, "events are stored", PATIENCE_S)
    found = numbers(stack)
    assert found == list(range(1, len(found) + 1))


@SERVICES
def test_it_is_well_and_is_not_root(stack: Compose, service: str) -> None:
    eventually(lambda: stack.healthy(service), f"the {service} says that it is well", PATIENCE_S)
    assert stack.inside(service, "id", "--user") != "0"


def test_whoever_has_no_login_stays_outside(stack: Compose) -> None:
    said = subprocess.run(
        ["ip", "netns", "exec", NETWORK, "mosquitto_pub", "-t", f"fer/v1/{stack.device}/status", "-n"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode != 0
    assert "not authorised" in said.stderr.lower()


@SERVICES
def test_no_secret_is_in_the_image(stack: Compose, service: str) -> None:
    assert stack.holds(image(service), "fer-controller")
    assert not [secret for secret in stack.secrets() if stack.holds(image(service), secret)]


def test_nothing_that_builds_is_in_the_controllers_image(stack: Compose) -> None:
    packages = stack.inside("controller", "ls", "/opt/fer-controller/lib/python3.11/site-packages").split()
    assert "fer_controller" in packages
    assert "hatchling" not in packages


@pytest.mark.usefixtures("agent")
def test_containers_that_are_removed_and_made_anew_keep_what_is_stored(stack: Compose) -> None:
    more(stack, 0)
    before = len(numbers(stack))
    stack.compose("down")
    stack.compose("up", "--detach")
    eventually(lambda: stack.healthy("controller"), "the controller is back", PATIENCE_S)
    more(stack, before)


@SERVICES
@pytest.mark.usefixtures("agent")
def test_one_that_dies_is_started_again_and_no_event_is_lost(stack: Compose, service: str) -> None:
    more(stack, 0)
    before = stack.pid(service)
    os.kill(before, signal.SIGKILL)
    eventually(lambda: stack.pid(service) not in {0, before}, f"the {service} runs again", PATIENCE_S)
    eventually(lambda: stack.healthy("controller"), "the controller is well", PATIENCE_S)
    more(stack, len(numbers(stack)))
