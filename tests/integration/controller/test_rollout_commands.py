"""deploy, rollouts and label as an operator types them, without a controller that runs."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from controller_process import json_lines, run
from fakes_rollout import START
from fer_controller.store.ingest.records import Batch
from fer_wire import ModelManifest, parse
from fer_wire.message import iso_utc
from opened_stores import ingest_store
from stepped_device import SteppedDevice


@pytest.fixture(scope="module")
def model(root: Path) -> ModelManifest:
    return parse(ModelManifest, max((root / "models/zoo/light").iterdir()).joinpath("manifest.json").read_bytes())


class Terminal(StringIO):
    """A standard input at which somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    path = tmp_path_factory.mktemp("commands") / "fleet.db"
    devices = [SteppedDevice(f"nano-{number:02}").row(START) for number in range(10)]
    with ingest_store(path) as store:
        store.write(Batch(iso_utc(START), devices=devices))
    assert run("models", "keygen", "--db", str(path)).returncode == 0
    added = run("models", "add", str(max((root / "models/zoo/light").iterdir())), "--db", str(path))
    assert added.returncode == 0, added.stderr
    return path


def test_a_dry_run_shows_the_plan_and_does_nothing(db: Path, model: ModelManifest) -> None:
    (fp16,) = (variant for variant in model.variants if variant.precision == "fp16")
    done = run("deploy", "--precision", "fp16", "--dry-run", "--db", str(db))
    assert done.returncode == 0, done.stderr
    assert f"10 devices in waves of 1, 4, 5; {10 * fp16.size_bytes / 1e6:.1f} MB to move at most." in done.stdout
    assert "Gates: fps>=0.8x, latency_p95_ms<=1.5x" in done.stdout
    assert run("rollouts", "list", "--db", str(db), "--json").stdout == ""


def test_labels_are_set_shown_removed_and_select_devices(db: Path) -> None:
    assert run("label", "nano-01", "nano-02", "site=lab", "room=2", "--db", str(db)).returncode == 0
    assert run("label", "nano-02", "--remove", "room", "--db", str(db)).returncode == 0
    shown = json_lines(run("label", "--db", str(db), "--json").stdout)
    assert {each["device"]: each["labels"] for each in shown} == {
        "nano-01": {"site": "lab", "room": "2"},
        "nano-02": {"site": "lab"},
    }
    words = ("deploy", "--precision", "fp16", "--selector", "site=lab", "--dry-run", "--json", "--db", str(db))
    (plan,) = json_lines(run(*words).stdout)
    assert sorted(each["device"] for each in plan["plan"]["devices"]) == ["nano-01", "nano-02"]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("deploy", "--soak", "soon"), 2, "--soak 'soon' is not a duration"),
        (("deploy", "--selector", "site=moon"), 1, "The plan reaches no device. The selector matches none."),
        (("deploy", "--model", "heavy"), 1, "The registry has no model heavy"),
        (("rollouts", "show", "r-none"), 1, "There is no rollout r-none; `fer-controller rollouts list` shows them."),
        (("label", "nano-01", "class=orin"), 2, "class is a built-in key and cannot be a label"),
        (("label", "site=lab"), 2, "name the devices before the labels"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(db: Path, words: tuple[str, ...], status: int, sentence: str) -> None:
    done = run(*words, "--db", str(db))
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)
    assert sentence in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_program_that_would_touch_several_devices_has_to_say_yes(db: Path, words: tuple[str, ...]) -> None:
    done = run("deploy", "--precision", "fp16", *words, "--db", str(db))
    assert done.returncode == 2
    assert "This would touch 10 devices; give --yes to begin" in " ".join(done.stderr.replace("│", " ").split())
    assert "nano-07" in done.stdout
    assert run("rollouts", "list", "--db", str(db), "--json").stdout == ""


@pytest.mark.parametrize(("answer", "begins"), [("y", True), ("n", False), ("", False)])
def test_whoever_sees_the_plan_is_asked(
    tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch, answer: str, *, begins: bool
) -> None:
    own = shutil.copytree(db.parent, tmp_path / "own") / db.name
    monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))
    done = run("deploy", "--precision", "fp16", "--db", str(own))
    assert "Beware of nano-03: it has no certificate or token to fetch models with" in done.stdout
    assert "Begin this rollout on 10 devices? [y/N]" in done.stdout + done.stderr
    assert done.returncode == (0 if begins else 1)
    assert len(json_lines(run("rollouts", "list", "--db", str(own), "--json").stdout)) == begins


def test_one_device_is_touched_without_asking(tmp_path: Path, db: Path) -> None:
    own = shutil.copytree(db.parent, tmp_path / "own") / db.name
    done = run("deploy", "--precision", "fp16", "--device", "nano-03", "--db", str(own))
    assert done.returncode == 0, done.stderr


def test_an_order_without_an_id_is_for_the_one_rollout_under_way_and_says_which(tmp_path: Path, db: Path) -> None:
    own = str(shutil.copytree(db.parent, tmp_path / "own") / db.name)
    none = run("rollouts", "promote", "--db", own)
    assert none.returncode == 2
    assert "no rollout can take promote now" in " ".join(none.stderr.replace("│", " ").split())
    words = ("deploy", "--precision", "fp16", "--device", "nano-03", "--json", "--db", own)
    rollout = json_lines(run(*words).stdout)[-1]["rollout"]
    done = run("rollouts", "abort", "--db", own)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{rollout}: ")


def test_a_rollout_waits_for_a_controller_and_so_does_an_order(db: Path, model: ModelManifest) -> None:
    rollout = json_lines(run("deploy", "--yes", "--precision", "int8", "--json", "--db", str(db)).stdout)[-1]["rollout"]
    ordered = run("rollouts", "abort", rollout, "--db", str(db))
    assert ordered.stdout == f"{rollout}: No controller has taken the order up yet; it is carried out when one runs.\n"
    shown = json_lines(run("rollouts", "show", rollout[:6], "--json", "--db", str(db)).stdout)[0]
    assert (shown["state"], len(shown["devices"]), shown["audit"][0]["action"]) == ("planned", 10, "planned")
    listed = run("rollouts", "list", "--db", str(db)).stdout
    assert rollout in listed
    assert "planned" in listed
    table = run("rollouts", "show", "--db", str(db)).stdout
    assert model.reference("int8") in table
