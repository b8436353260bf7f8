"""Signed models, orders for them, and stand-ins for what an update needs."""

import base64
import hashlib
import json
import threading
from datetime import datetime, timezone
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence

import fer_agent.update.verify  # noqa: F401  # before cryptography: on Python 3.8 it says at its import how old that is
import numpy as np
from fer_agent.errors import ModelError, UpdateError
from fer_agent.inference.arrays import Batch
from fer_agent.inference.model import Model
from fer_agent.inference.network import shapes
from fer_agent.update.download import Goal
from fer_wire import Artifact, Desired, ModelManifest, parse
from fer_wire.contracts import CLASSIFIER, CONTRACTS, FINDER
from fer_wire.desired import settings_alone
from fer_wire.manifest import Variant
from fer_wire.signed import MANIFEST, SignedForm
from fer_wire.tuning import SettingValues
from tiny_eyes import finder, landmarker, write_eyes
from tiny_onnx import message, network, write_model

DOC_STRING = 6
"""A field of ONNX's ModelProto that changes the file and not the network."""

WHEN = datetime(2026, 11, 24, tzinfo=timezone.utc)


class Signer:
    """An Ed25519 key made for one test."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.generate()
        folder.mkdir(parents=True, exist_ok=True)
        raw = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.text = base64.b64encode(raw).decode()
        self.public = folder / "signing.pub"
        self.public.write_bytes(
            self._key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    def signature(self, message: bytes) -> str:
        return base64.b64encode(self._key.sign(message)).decode()

    def signed(self, payload: bytes, form: SignedForm = MANIFEST) -> bytes:
        return form.with_signature(payload, self.signature(form.signed_bytes(payload)))


def made(task: str) -> bytes:
    """A tiny network of a task."""
    if task == CLASSIFIER:
        return network()
    return finder() if task == FINDER else landmarker()


class Release:
    """A model as a registry serves it: its signed manifest, and its files by path."""

    def __init__(
        self,
        signer: Signer,
        folder: Path,
        version: str = "2.0.0",
        precisions: Sequence[str] = ("fp32",),
        padding_bytes: int = 0,
        base: Optional[bytes] = None,
        task: str = CLASSIFIER,
    ) -> None:
        base = base or made(task)
        files = {
            precision: base + message((DOC_STRING, f"{version} {precision}" + "." * padding_bytes))
            for precision in precisions
        }
        self.folder = (
            write_model(folder / version, files) if task == CLASSIFIER else write_eyes(folder / version, task, files)
        )
        path = self.folder / "manifest.json"
        path.write_bytes(signer.signed(json.dumps({**json.loads(path.read_text()), "version": version}).encode()))
        self.payload = path.read_bytes()
        self.manifest = parse(ModelManifest, self.payload)
        self.files = {hashlib.sha256(data).hexdigest(): data for data in files.values()}
        self.manifest_url = f"/v1/models/{self.manifest.name}/{version}/manifest.json"

    @property
    def routes(self) -> Dict[str, bytes]:
        artifacts = {f"/v1/artifacts/{sha}": data for sha, data in self.files.items()}
        return {self.manifest_url: self.payload, **artifacts}

    def artifact(self, index: int = 0) -> Artifact:
        variant = self.manifest.variants[index]
        return Artifact(
            model=self.manifest.reference(variant.precision),
            sha256=variant.sha256,
            size_bytes=variant.size_bytes,
            url=f"/v1/artifacts/{variant.sha256}",
        )

    def desired(self, **changes: object) -> Desired:
        first, *others = (self.artifact(index) for index in range(len(self.manifest.variants)))
        values: Dict[str, object] = {
            "device": "nano-01",
            "rollout": "r1",
            "attempt": 1,
            "sequence": 1,
            "task": self.manifest.task,
            "time": WHEN,
            "manifest_url": self.manifest_url,
            "alternatives": tuple(others),
            "probation_s": 0.0,
            **first.model_dump(),
        }
        return Desired.model_validate({**values, **changes})


def settings_order(values: SettingValues, **changes: object) -> Desired:
    """An order that brings settings alone."""
    fields: Dict[str, object] = {"device": "nano-01", "rollout": "s1", "sequence": 1, "time": WHEN, "probation_s": 0.0}
    return Desired.model_validate({**fields, **settings_alone(values), **changes})


class Shelf:
    """A source of files that are simply there; a fault per address is raised once."""

    def __init__(self, *releases: Release) -> None:
        self.files: Dict[str, bytes] = {}
        self.faults: Dict[str, List[Exception]] = {}
        self.asked: List[str] = []
        for release in releases:
            self.files.update(release.routes)

    def file(self, goal: Goal, cancel: threading.Event, progress: Callable[[int], None]) -> None:
        self._fail(goal.url)
        goal.path.write_bytes(self.files[goal.url])
        progress(goal.here_bytes)

    def manifest(self, url: str, cancel: threading.Event) -> bytes:
        self._fail(url)
        return self.files[url]

    def _fail(self, url: str) -> None:
        self.asked.append(url)
        if self.faults.get(url):
            raise self.faults[url].pop(0)
        if url not in self.files:
            raise UpdateError(f"{url}: the server answered 404.")


class FakeServant:
    """A model that needs no runtime; it can be slow, or fail on frames."""

    provider = "CPUExecutionProvider"
    provider_fallback = False
    runtime = "1.0"
    available_providers = ("CPUExecutionProvider",)

    def __init__(self, model: Model, variant: Variant, takes_ms: float = 1.0) -> None:
        self.reference = model.manifest.reference(variant.precision)
        self.sha256, self.task = variant.sha256, model.manifest.task
        self.model, self.variant = model, variant
        self.takes_ms = takes_ms
        self.broken = False

    def run(self, batch: Batch) -> List[Batch]:
        if self.broken:
            raise RuntimeError("no kernel image is available")
        return [np.full(shape, 1 / shape[-1], np.float32) for shape in shapes(CONTRACTS[self.task], batch)]

    def latency_ms(self) -> float:
        return self.takes_ms


class Loader:
    """Loads FakeServants of files that are whole; some it refuses, some are slow."""

    def __init__(self) -> None:
        self.refused: Dict[str, str] = {}
        self.takes_ms: Dict[str, float] = {}
        self.loaded: List[str] = []

    def __call__(self, model: Model, variant: Variant) -> FakeServant:
        model.file(variant)
        reference = model.manifest.reference(variant.precision)
        self.loaded.append(reference)
        if reference in self.refused:
            raise ModelError(self.refused[reference])
        return FakeServant(model, variant, self.takes_ms.get(reference, 1.0))
