"""What `make dist` builds is installed into an empty environment, without an index, and runs there."""

import json
import os
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
import requests
from controller_process import eventually
from real_broker import free_port

pytestmark = [pytest.mark.dist, pytest.mark.usefixtures("elsewhere")]

PROGRAMS = {"fer-agent[cpu]", "fer-controller[embedded-broker,parquet,registry,simulator]", "fer-models", "fer-client"}
OURS = ("fer_wire", "fer_agent", "fer_simulator", "fer_controller", "fer_models", "fer_client")
PATIENCE_S = 240


@pytest.fixture(scope="module")
def dist() -> Path:
    return Path(os.environ["FER_DIST"])


@pytest.fixture(scope="module")
def bin_folder(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds what pip took from the wheels for the three names, and nothing else."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    offline = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{dist} {os.environ['FER_WHEELHOUSE']}"}
    subprocess.run(
        [place / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *sorted(PROGRAMS)],
        check=True, env=offline, timeout=PATIENCE_S,
    )  # fmt: skip
    return place / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without our sources, where the programs begin with settings of nobody."""
    monkeypatch.chdir(tmp_path)
    for name in (name for name in os.environ if name.startswith(("FER_", "PYTHON"))):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def ran(program: Path, *arguments: str) -> str:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_there_is_a_wheel_of_each_program_that_says_what_it_is(dist: Path) -> None:
    wheels = {each.name.partition("-")[0]: each for each in dist.glob("*.whl")}
    assert sorted(wheels) == sorted(OURS)
    for name, wheel in wheels.items():
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            (metadata,) = (each for each in names if each.endswith(".dist-info/METADATA"))
            said = HeaderParser().parsestr(archive.read(metadata).decode())
        assert said["License-Expression"] == "Apache-2.0"
        assert said["Summary"], name
        assert said["Requires-Python"], name
        assert str(said.get_payload()).strip().startswith("# fer-"), f"the README of {name} is its description"
        assert "Programming Language :: Python :: 3.11" in (said.get_all("Classifier") or [])
        assert f"{name}/py.typed" in names
        assert not [each for each in names if each.startswith("tests") or each.endswith(".pyc")]


def test_nothing_of_the_checkout_is_used(bin_folder: Path) -> None:
    code = f"import json, {', '.join(OURS)}; print(json.dumps([m.__file__ for m in ({', '.join(OURS)})]))"
    found = json.loads(ran(bin_folder / "python", "-c", code))
    assert all(each.startswith(str(bin_folder.parent)) for each in found)
    ran(bin_folder / "pip", "check", "--disable-pip-version-check")


def test_each_program_says_its_version_and_helps(bin_folder: Path) -> None:
    for program in ("fer-agent", "fer-controller", "fer-models"):
        assert "0.1.0" in ran(bin_folder / program, "--version")
        assert "Usage" in ran(bin_folder / program, "--help")


def test_the_demo_finds_agent_and_models(bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    told = json.loads(ran(bin_folder / "fer-controller", "demo", "--seconds", "8", "--json").splitlines()[-1])
    assert told["stored"] > 0
    assert told["lost"] == 0


def test_the_shipped_models_are_whole(bin_folder: Path) -> None:
    code = "import fer_agent, pathlib; print(pathlib.Path(fer_agent.__file__).parent / 'zoo')"
    zoo = Path(ran(bin_folder / "python", "-c", code).strip())
    models = sorted(each.parent for each in zoo.glob("*/*/manifest.json"))
    assert {each.parent.name for each in models} >= {"light", "nano"}
    for model in models:
        ran(bin_folder / "fer-models", "verify", str(model))


def test_the_page_and_the_api_are_served(bin_folder: Path) -> None:
    place = f"127.0.0.1:{free_port()}"
    broker = f"mqtt://127.0.0.1:{free_port()}"
    served = subprocess.Popen(
        [bin_folder / "fer-controller", "serve", "--embedded-broker", "--broker", broker, "--http", place],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        eventually(lambda: _answers(f"http://{place}/v1/health"), "the controller answers")
        page = requests.get(f"http://{place}/", timeout=10)
        assert page.status_code == 200
        assert "<html" in page.text
        assert requests.get(f"http://{place}/v1/openapi.json", timeout=10).json()["paths"]
    finally:
        served.terminate()
        assert served.wait(60) == 0


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False
