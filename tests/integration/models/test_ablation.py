"""An ablation of three rows, really trained, pruned and quantized."""

import json
from pathlib import Path

import pytest
from fer_models.cli import run
from made_models import made_faces, write_images

pytestmark = pytest.mark.training

PLAN = """
about = "Tiny."
common = ["--preset", "tiny", "--epochs", "1", "--threads", "1", "--px", "32"]
[[rows]]
question = "all"
name = "reference"
[[rows]]
question = "pruning"
name = "half the channels"
step = "prune"
of = "reference"
options = ["--ratio", "1.2", "--sparse-epochs", "0", "--epochs", "1", "--threads", "1"]
[[rows]]
question = "int8"
name = "static"
step = "quantize"
of = "reference"
options = ["--qat", "never", "--calibration-faces", "50"]
"""


@pytest.mark.timeout(1200)
def test_every_row_is_measured_on_what_its_command_made(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", exc_type=ImportError)
    write_images(tmp_path / "faces", "Training", made_faces(210))
    plan, record, runs = tmp_path / "plan.toml", tmp_path / "ablation-tiny.json", tmp_path / "runs"
    plan.write_text(PLAN, encoding="utf-8")
    faces = str(tmp_path / "faces")
    words = ["ablate", str(plan), "--data", faces, "--also-on", faces, "--out", str(record), "--runs", str(runs)]
    assert run(words) == 0
    reference, pruned, rounded = json.loads(record.read_text(encoding="utf-8"))["runs"]
    assert pruned["parameters"] < reference["parameters"]
    assert pruned["size_bytes"] < reference["size_bytes"]
    assert rounded["parameters"] == reference["parameters"]
    assert rounded["macs"] > 2 * reference["macs"]  # 48 px against 32
    assert all(0 <= each["accuracy"] <= 1 and each["p50_ms"] > 0 for each in (reference, pruned, rounded))
    assert [each["held_out"][0]["set"] for each in (reference, pruned, rounded)] == ["faces"] * 3
    assert rounded["held_out"][0]["accuracy"] == pytest.approx(rounded["accuracy"], abs=1e-4)
    capfd.readouterr()
    assert run(words) == 0
    assert "seed 0" not in capfd.readouterr().err
