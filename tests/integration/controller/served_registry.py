"""A registry whose models are served over HTTP, by a process of its own."""

import hashlib
import random
from pathlib import Path
from typing import Any

import psutil
import requests
from assigned_files import assign
from fer_controller.http.process import HttpProcess
from fer_controller.registry import tokens
from fer_controller.registry.catalogue import Catalogue
from fer_controller.registry.model import RegisteredModel
from fer_controller.registry.signing import make_keys
from fer_controller.settings import Settings, load
from fer_controller.store import opening
from fer_controller.store.credentials.store import TokenStore
from fer_controller.store.registry.records import StoredModel
from fer_controller.store.registry.store import ModelStore
from tiny_onnx import network, write_model

TIMEOUT_S = 120
MB = 1_000_000


class Registry:
    """A registry with a tiny model, and a process that serves it."""

    def __init__(self, folder: Path, **http: Any) -> None:
        self.settings = settings_in(folder, **http)
        self.database = opening.writer(self.settings.db, create=True)
        self.store = ModelStore(self.database)
        make_keys(self.settings.registry_folder)
        self.catalogue = Catalogue(self.store, self.settings.registry_folder)
        self.token = tokens.make(TokenStore(self.database), "nano-01")
        self.process = HttpProcess(self.settings)

    def add(self, folder: Path) -> RegisteredModel:
        model = self.catalogue.add(write_model(folder, {"fp32": network()}))[0]
        self.assign(model.variant("fp32").sha256)
        return model

    def assign(self, sha256: str, device: str = "nano-01") -> None:
        """Tell a device to run a file; the last one counts."""
        assign(self.database, device, sha256)

    def add_bytes(self, source: Path, name: str = "large") -> str:
        """A file of any bytes, which the process takes for a model's, and nano-01 is told to run."""
        sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
        with self.catalogue.artifacts.held():
            self.catalogue.artifacts.take(source, sha256)
            self.store.add_model(StoredModel(name, "1", b"{}", ""), [("fp32", sha256)])
        self.assign(sha256)
        return sha256

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.process.port}{path}"

    def ask(self, path: str, token: str | None = "", method: str = "GET", **headers: str) -> requests.Response:
        """With our token, unless another is given; None is without one."""
        given = {} if token is None else {"Authorization": f"Bearer {token or self.token}"}
        return requests.request(
            method, self.url(path), headers={**given, **headers}, timeout=TIMEOUT_S, stream=method == "GET"
        )

    def child(self) -> psutil.Process:
        """The process itself."""
        child = self.process._child
        assert child is not None
        return psutil.Process(child.pid)

    def __enter__(self) -> "Registry":
        self.process.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.__exit__(None, None, None)
        self.database.close()


def settings_in(folder: Path, **http: Any) -> Settings:
    return load(db=folder / "fleet.db", http={"listen": "127.0.0.1:0", **http})


def large_file(folder: Path) -> Path:
    """3 MB that no compression makes smaller."""
    path = folder / "large"
    path.write_bytes(random.Random(0).randbytes(3 * MB))
    return path
