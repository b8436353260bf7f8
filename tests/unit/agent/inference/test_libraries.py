"""Stand-ins for ONNX Runtime and NVIDIA's wheels: modules, and a shared library that may need what is not there."""

import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, List

import psutil
import pytest
from fer_agent import doctor
from fer_agent.inference import libraries
from fer_agent.settings.loading import load_settings
from fer_wire.commands import OK, WARNING
from fer_wire.device.precisions import CPU, TENSORRT

SHARED, PROVIDER = libraries.PROVIDER


class StandIn:
    """A module onnxruntime with its folder of libraries; what is loaded of NVIDIA's is noted, in its order."""

    __version__ = "1.31.1"

    def __init__(self, folder: Path, providers: List[str]) -> None:
        self.__file__ = str(folder / "onnxruntime" / "__init__.py")
        self.capi, self.loaded, self._providers = folder / "onnxruntime" / "capi", [], providers
        self.capi.mkdir(parents=True)
        for name in libraries.PROVIDER:
            shutil.copy(psutil._psutil_linux.__file__, str(self.capi / name))

    loaded: List[str]

    def get_available_providers(self) -> List[str]:
        return self._providers

    def preload_dlls(self) -> None:
        print("Failed to load libcudnn.so.9")
        self.loaded.append("cuda")

    def needs(self, library: bytes) -> None:
        """Its provider is linked with another library instead of libc.so.6."""
        path = self.capi / PROVIDER
        path.write_bytes(path.read_bytes().replace(b"libc.so.6", library))


@pytest.fixture
def ort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn(tmp_path, [TENSORRT, CPU])
    monkeypatch.setattr(doctor, "runtime", lambda: made)
    return made


def finding(**emotion: Any) -> doctor.Outcome:
    return doctor._tensorrt(load_settings(None, {"device": "nano-01", "emotion": emotion}))


def test_the_wheels_libraries_are_loaded_cuda_first_and_nothing_is_printed(
    ort: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tensorrt_libs.py").write_text("import noted\nnoted.loaded.append('tensorrt')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(sys.modules, "noted", SimpleNamespace(loaded=ort.loaded))
    libraries.load(ort)
    monkeypatch.delitem(sys.modules, "tensorrt_libs")
    assert ort.loaded == ["cuda", "tensorrt"]
    assert capsys.readouterr().out == ""


def test_a_wheel_whose_libraries_do_not_load_is_left_to_the_system(
    ort: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tensorrt_libs.py").write_text("raise OSError('libnvinfer.so.10: cannot open shared object file')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    libraries.load(ort)


def test_an_onnx_runtime_that_preloads_nothing_is_taken_as_it_is() -> None:
    libraries.load(ModuleType("onnxruntime"))


def test_doctor_names_the_library_that_tensorrt_lacks(ort: StandIn) -> None:
    ort.needs(b"libX.so.6")
    state, found, remedy = finding()
    assert state == WARNING
    assert "cannot load it: libX.so.6: cannot open shared object file" in found
    assert "fer-agent[tensorrt]" in remedy


@pytest.mark.usefixtures("ort")
def test_doctor_is_content_when_the_provider_loads() -> None:
    assert finding() == (OK, "ONNX Runtime 1.31.1 loads it", "")


def test_a_gpu_without_tensorrt_is_worth_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "runtime", lambda: StandIn(tmp_path, [CPU]))
    monkeypatch.setattr(doctor, "has_gpu", lambda: True)
    assert finding()[:2] == (WARNING, "there is a GPU, and ONNX Runtime 1.31.1 was built without it")


def test_a_machine_without_a_gpu_lacks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "runtime", lambda: StandIn(tmp_path, [CPU]))
    monkeypatch.setattr(doctor, "has_gpu", lambda: False)
    assert finding()[0] == OK


def test_who_does_not_ask_for_tensorrt_is_not_asked_about_it(ort: StandIn) -> None:
    ort.needs(b"libX.so.6")
    assert finding(providers=[CPU])[0] == OK
