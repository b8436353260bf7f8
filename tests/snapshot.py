"""A fleet in which everything happened once, and what each command printed of it with --json.

`snapshots/fleet.sql` is the dump of a database that release 0.1.0 wrote; `snapshots/printed` holds what its commands
printed, and `snapshots/answered` what its API answered. Programs read these documents, so they stay as they are.
After a deliberate change, `python tests/snapshot.py` records them anew; look at every difference before you commit it.
"""

import contextlib
import io
import json
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests
from fer_agent import cli as agent
from fer_controller import cli as controller
from fer_controller.http.process import HttpProcess
from fer_controller.settings import load
from fer_models import cli as models
from fer_models.data.faces import LabelledFaces
from made_models import made_faces, write_images
from snapshot_cases import DEEDS, LOOKS, LOOKS_HERE, OTHER_PROGRAMS, QUESTIONS
from tiny_onnx import network, write_model

FOLDER = Path(__file__).with_name("snapshots")
PRINTED, ANSWERED = FOLDER / "printed", FOLDER / "answered"
DUMP = FOLDER / "fleet.sql"
PUBLIC_KEY = FOLDER / "signing.pub"
OPERATOR_TOKEN = "the-token-of-alice"  # noqa: S105 - its hash is in the dump, of a fleet that never was

MODELS = {"light-1.0.0": ("fp32", "fp16", "int8"), "light-2.0.0": ("fp32", "fp16", "int8"), "bad-1.0.0": ("fp32",)}
TAKEN_UP = """
CREATE TRIGGER taken_up AFTER INSERT ON rollout_orders BEGIN
  UPDATE rollout_orders SET done_at = '2026-01-31T13:00:00.000Z', outcome = 'It is ' || NEW.action || '.'
  WHERE id = NEW.id;
END;
"""
"""Stands for a controller that runs and takes up every order at once."""
AGENTS_STATE = FOLDER / "state"
LAST_USED_S = 1_769_860_800
PROGRAMS = {"fer-agent": agent.run, "fer-models": models.run}
"""Besides fer-controller, whose commands are named without it."""
NEVER_THE_SAME = {
    r"(finder|landmarker)@\d+\.\d+\.\d+": r"\1@VERSION",
    r'"seconds": [\d.]+': '"seconds": "…"',
    r'"machine": "[^"]+"': '"machine": "…"',
    r'"token": "[^"]+"': '"token": "…"',
    r'"rollout": "r-(?!51ee700)[0-9a-f]{8}"': '"rollout": "r-…"',
    r'("file": "events.parquet".*"size_bytes": )\d+': r"\1…",
}
"""By expression: what is drawn by lot or depends on machine and packages, and what stands for it here."""
MANY_DIGITS = re.compile(r"\d+\.\d{4,}")
"""Of figures that a network made: the last of them depend on the processor."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it printed."""

    status: int
    text: str


def restore(folder: Path) -> Path:
    """The fleet's database in a folder, with its registry beside it, opened once by the present code."""
    db = folder / "fleet.db"
    connection = sqlite3.connect(db)
    connection.executescript(DUMP.read_text(encoding="utf-8") + TAKEN_UP)
    connection.close()
    _write_registry(folder / "fleet.models")
    opened = printed(folder, "operators list")
    assert opened.status == 0
    return db


def write_inputs(folder: Path) -> None:
    """What the other programs are asked about: an agent's state, a model, some faces."""
    shutil.copytree(AGENTS_STATE, folder / "state")
    for number, file in enumerate(sorted((folder / "state").rglob("*.onnx"))):
        os.utime(file, (LAST_USED_S - number, LAST_USED_S - number))
    write_model(folder / "entry", {"fp32": network()})
    faces = made_faces(21)
    write_images(folder / "data", "PublicTest", faces)
    write_images(folder / "data", "Training", LabelledFaces(faces.images[:7], faces.labels[:7], faces.names[:7]))


def printed(folder: Path, command: str, *options: str) -> Outcome:
    """Run a command with --json in a folder with a restored fleet, or with the inputs of another program."""
    program, _, words = command.partition(" ")
    run = PROGRAMS.get(program, controller.run)
    arguments = [*(words if program in PROGRAMS else command).split(), *options, "--json"]
    out, said = io.StringIO(), sys.argv
    sys.argv = [program, *arguments]
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(out):
            status = run(arguments)
    finally:
        sys.argv = said
    text = out.getvalue()
    if program == "fer-models":
        text = MANY_DIGITS.sub(lambda number: f"{float(number[0]):.3f}", text)
    for expression, instead in NEVER_THE_SAME.items():
        text = re.sub(expression, instead, text)
    return Outcome(status, text)


@contextlib.contextmanager
def served(db: Path) -> Iterator[str]:
    """The URL of the API over a restored fleet."""
    with HttpProcess(load(db=db, http={"listen": "127.0.0.1:0"})) as process:
        yield f"http://127.0.0.1:{process.port}"


def answered(url: str, question: str) -> str:
    """The body of the API's answer."""
    answer = requests.get(f"{url}/v1/{question}", headers={"Authorization": f"Bearer {OPERATOR_TOKEN}"}, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.text


def recorded(folder: Path, asked: str) -> str:
    """What was printed or answered when it was recorded."""
    return _file(folder, asked).read_text(encoding="utf-8")


def still_says(found: Any, once: Any) -> bool:
    """Whether a document says what it once did, in the same order; an object may have got further fields."""
    if isinstance(once, dict) and isinstance(found, dict):
        kept = [name for name in found if name in once]
        return kept == list(once) and all(still_says(found[name], once[name]) for name in once)
    if isinstance(once, list) and isinstance(found, list):
        return len(found) == len(once) and all(map(still_says, found, once))
    return type(found) is type(once) and found == once


def record() -> None:
    """Write the documents anew."""
    for command in (*LOOKS, *LOOKS_HERE, *DEEDS):
        with TemporaryDirectory() as folder:
            restore(Path(folder))
            _keep(PRINTED, command, printed(Path(folder), command).text)
    with TemporaryDirectory() as folder:
        write_inputs(Path(folder))
        for command in OTHER_PROGRAMS:
            _keep(PRINTED, command, printed(Path(folder), command).text)
    with TemporaryDirectory() as folder, served(restore(Path(folder))) as url:
        for question in QUESTIONS:
            answer = json.dumps(json.loads(answered(url, question)), ensure_ascii=False, indent=1)
            _keep(ANSWERED, question, answer + "\n")


def _network(model: str, precision: str) -> bytes:
    """A network unlike every other: its graph's name is made of the model's and the precision's letters."""
    name, _, version = model.partition("-")
    return network().replace(b"tiny", f"{name[0]}{version[0]}{precision[-2:]}".encode())


def _keep(folder: Path, asked: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    _file(folder, asked).write_text(text, encoding="utf-8")


def _file(folder: Path, asked: str) -> Path:
    name = re.sub(r"[^\w.@=%-]+", "_", asked.replace("--", ""))
    return folder / f"{name}.{'jsonl' if folder == PRINTED else 'json'}"


def _write_registry(folder: Path) -> None:
    artifacts = folder / "artifacts"
    artifacts.mkdir(parents=True)
    (folder / PUBLIC_KEY.name).write_bytes(PUBLIC_KEY.read_bytes())
    with TemporaryDirectory() as made:
        for model, precisions in MODELS.items():
            entry = write_model(Path(made) / model, {each: _network(model, each) for each in precisions})
            for variant in json.loads((entry / "manifest.json").read_bytes())["variants"]:
                (artifacts / variant["sha256"]).write_bytes((entry / variant["file"]).read_bytes())


if __name__ == "__main__":
    record()
