"""Made-up records of runs, as the commands of fer-models write them, for the tests of the report."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from fer_models.evaluation import score_probabilities
from fer_models.evaluation.document import as_text
from fer_wire import EMOTIONS

VIEWS = {"single": "the image as it is", "flip": "and its mirror image", "ten-crop": "ten crops"}
FIGURES = {
    "fps": 900.0,
    "p50_ms": 1.1,
    "p50_min_ms": 1.05,
    "p50_max_ms": 1.2,
    "p95_ms": 1.3,
    "cpu_percent": 99.0,
    "memory_peak_mb": 80.0,
    "gpu_memory_mb": None,
    "power_w": None,
    "provider": "CPUExecutionProvider",
}


def write_records(folder: Path) -> Path:
    """One record of every kind, and two evaluations; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for version in ("0.10.0", "0.9.0"):
        (folder / f"evaluate-light-{version}.json").write_text(as_text(evaluation(version)), encoding="utf-8")
    documents = {"bench-laptop": bench(), "prune-light": PRUNE, "quantize-light": QUANTIZE, "ablation-small": ABLATION}
    documents["average-light"] = AVERAGE
    documents["pace-vgg"] = PACE
    for name, said in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(said), encoding="utf-8")
    (folder / "teacher.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in LOG), encoding="utf-8")
    return folder


def evaluation(version: str = "0.1.0", **changes: Any) -> dict[str, Any]:
    """What evaluate writes of a model of two files."""
    files = {f"{precision}.onnx": _file(version, precision) for precision in ("fp32", "int8")}
    return {
        "command": f"fer-models evaluate light/{version}",
        "data": "fer2013.zip",
        "split": "PublicTest",
        "images": 70,
        "labels": list(EMOTIONS),
        "views": VIEWS,
        "deduplicated": {"images": 63, "removed": 7},
        "deduplicated_reason": None,
        "machine": "a processor",
        "files": files,
        **changes,
    }


def bench() -> dict[str, Any]:
    """What bench writes of four rows, one of which could not be measured."""
    measured = [_row("xception/keras-function/fp32", fps=60.0, p50_ms=16.5, memory_peak_mb=960.0, provider="")]
    measured += [_row("xception/ort-cpu/fp32", fps=120.0, p50_ms=8.0), _row("light/ort-cpu/fp32")]
    missing = {**_row("light/ort-tensorrt/fp16"), **dict.fromkeys(FIGURES), "reason": "there is no TensorRT here"}
    return {
        "machine": {"kind": "a laptop", "cores": 4, "memory_gib": 16.0, "load_before": 0.1, "meters": []},
        "versions": {"python": "3.11", "onnxruntime": "1.32.0"},
        "model": "light/0.10.0",
        "threads": 1,
        "runs": 300,
        "repeats": 3,
        "command": "fer-models bench light/0.10.0",
        "rows": [*measured, missing],
        "ratio": {
            "light": "light/ort-cpu/fp32",
            "full": "xception/keras-function/fp32",
            "speed": 15.3,
            "memory": 0.083,
            "speed_target": 15.0,
            "memory_target": 0.125,
        },
    }


def _ablated(name: str, seed: int, accuracy: float, against: str = "reference") -> dict[str, Any]:
    return {
        "question": "what",
        "name": name,
        "against": against,
        "seed": seed,
        "command": f"fer-models train --seed {seed}",
        "accuracy": accuracy,
        "live_accuracy": accuracy + 0.01 if against == "reference" else None,
        "parameters": 500_000,
        "nonzero_parameters": 400_000,
        "macs": 12_000_000,
        "size_bytes": 2_000_000,
        "p50_ms": 0.4,
    }


PRUNE = {
    "method": "structured",
    "budget": {"ratio": 2.0},
    "ratio": {"weights": 2.05, "filters": 1.4, "channels": 1.42},
    "parameters": {"before": 1_367_199, "after": 680_000},
    "held_out_accuracy": {"before": 0.671, "after": 0.668},
    "commands": ["fer-models train", "fer-models prune --ratio 2"],
}
QUANTIZE = {
    "command": "fer-models quantize",
    "method": "static",
    "machine": "a laptop",
    "files": {
        "fp32": {"accuracy": 0.668, "loss_points": 0.0, "size_bytes": 2_800_000, "p50_ms": 1.1, "packed_bytes": None},
        "int8": {"accuracy": 0.666, "loss_points": 0.2, "size_bytes": 800_000, "p50_ms": 0.9, "packed_bytes": None},
    },
    "experiments": {"int4": {"accuracy": 0.5, "loss_points": 16.8, "size_bytes": 2_800_000, "packed_bytes": 400_000}},
}
AVERAGE = {
    "command": "fer-models average",
    "averaged": [{"run": "one", "held_out_accuracy": 0.69, "held_out_loss": 0.85}, {"run": "whole"}],
    "held_out_accuracy": 0.7,
    "held_out_loss": 0.84,
    "commands": ["fer-models train", "fer-models average"],
}
PACE = {
    "command": "fer-models pace --network vgg",
    "network": "vgg",
    "machine": "a laptop",
    "threads": 1,
    "steps": 10,
    "seconds_a_step": 9.0,
    "processor_seconds_a_step": 2.5,
    "steps_an_epoch": 400,
    "load": [3.0, 4.0],
}
ABLATION: dict[str, Any] = {
    "command": "fer-models ablate models/ablation/small.toml",
    "about": "Everything small.",
    "machine": "a laptop",
    "runs": [
        _ablated("reference", seed=0, accuracy=0.60),
        _ablated("reference", seed=1, accuracy=0.62),
        _ablated("wider", seed=0, accuracy=0.63),
        _ablated("wider", seed=1, accuracy=0.64),
        _ablated("pruned", seed=0, accuracy=0.61, against="wider"),
    ],
}
SET: dict[str, Any] = {
    "set": "expw",
    "about": "its own labels",
    "images": 893,
    "accuracy": 0.45,
    "accuracy_interval": [0.418, 0.482],
    "macro_f1": 0.43,
    "macro_recall": 0.44,
    "macro_recall_interval": [0.409, 0.471],
    "recall": {"angry": 0.8, "disgust": 0.1},
    "labels": {"angry": 400, "disgust": 493},
    "ece": 0.04,
    "against": {"better": 90, "worse": 20, "p": 1e-11},
}
LOG: list[dict[str, Any]] = [
    {"command": "fer-models train --epochs 2"},
    {"epoch": 1, "train_loss": 1.8, "held_out_accuracy": 0.5, "learning_rate": 0.1, "px": 32, "seconds": 1800},
    {"epoch": 2, "train_loss": 1.5, "held_out_accuracy": 0.6, "learning_rate": 0.0, "px": 48, "seconds": 1800},
]


def _file(version: str, precision: str) -> dict[str, Any]:
    figures = {view: _figures(70) for view in VIEWS}
    return {
        "model": "light",
        "version": version,
        "precision": precision,
        "sha256": "0" * 64,
        "size_bytes": 2_800_000 if precision == "fp32" else 900_000,
        "parameters": 1_367_199,
        "nonzero_parameters": 1_350_000,
        "macs": 56_000_000,
        "compression": {"weights": 2.05, "filters": 1.4, "channels": 1.42},
        **figures["single"],
        "views": figures,
        "deduplicated": {view: _figures(63) for view in VIEWS},
    }


def _figures(images: int) -> dict[str, Any]:
    draw = np.random.default_rng(images)
    labels = np.arange(images) % len(EMOTIONS)
    logits = draw.normal(0, 1, (images, len(EMOTIONS))) + 2 * np.eye(len(EMOTIONS))[labels]
    return score_probabilities(labels, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)).as_dict()


def _row(name: str, **changes: Any) -> dict[str, Any]:
    model, runtime, precision = name.split("/")
    return {
        "name": name,
        "model": model,
        "runtime": runtime,
        "precision": precision,
        "reason": None,
        **FIGURES,
        **changes,
    }
