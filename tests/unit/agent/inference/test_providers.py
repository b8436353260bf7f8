from pathlib import Path

import pytest
from fer_agent.inference import providers
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from fer_wire.device.precisions import CPU, CUDA, TENSORRT

ALL = [TENSORRT, CUDA, CPU]


def test_only_what_the_runtime_was_built_with_is_asked_for_and_the_cpu_last() -> None:
    assert providers.to_ask_for(ALL, [CPU, CUDA]) == [CUDA, CPU]
    assert providers.to_ask_for([CPU, CUDA], ALL) == [CUDA, CPU]
    assert providers.to_ask_for([TENSORRT], [CPU]) == [CPU]


def test_running_on_the_cpu_beside_a_gpu_is_a_fallback(tmp_path: Path) -> None:
    assert not providers.is_fallback(ALL, CPU, tmp_path)
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/nvhost-gpu").touch()
    assert providers.is_fallback(ALL, CPU, tmp_path)
    assert not providers.is_fallback(ALL, CUDA, tmp_path)
    assert not providers.is_fallback([CPU], CPU, tmp_path)


@pytest.mark.parametrize(
    ("version", "known", "unknown"),
    [
        ("1.11.0", "trt_engine_cache_enable", "trt_timing_cache_enable"),
        ("1.13.1", "trt_max_workspace_size", "trt_profile_min_shapes"),
        ("1.15.0", "trt_timing_cache_enable", "trt_dump_ep_context_model"),
        ("1.23.2+cu126", "trt_profile_max_shapes", "trt_dump_ep_context_model"),
    ],
)
def test_tensorrt_gets_only_options_that_its_runtime_knows(version: str, known: str, unknown: str) -> None:
    name, options = providers.with_options(TENSORRT, "fp16", version, Path("/engines"), CLASSIFIER)
    assert name == TENSORRT
    assert known in options
    assert unknown not in options
    assert options["trt_fp16_enable"] == "1"
    assert "trt_int8_enable" not in options
    assert options["trt_engine_cache_path"] == "/engines"


def test_tensorrt_builds_an_engine_for_as_many_faces_as_a_frame_may_show_at_the_tasks_own_size() -> None:
    _, options = providers.with_options(TENSORRT, "fp16", "1.18.0", Path("/engines"), LANDMARKER)
    assert options["trt_profile_min_shapes"] == options["trt_profile_opt_shapes"] == "face:1x1x64x64"
    assert options["trt_profile_max_shapes"] == "face:16x1x64x64"
    _, options = providers.with_options(TENSORRT, "fp16", "1.18.0", Path("/engines"), CLASSIFIER)
    assert options["trt_profile_max_shapes"] == "face:16x1x48x48"


def test_a_finder_takes_frames_of_any_size_so_tensorrt_gets_no_profile() -> None:
    _, options = providers.with_options(TENSORRT, "fp16", "1.18.0", Path("/engines"), FINDER)
    assert not [name for name in options if name.startswith("trt_profile_")]


def test_other_providers_get_no_options() -> None:
    assert providers.with_options(CUDA, "fp16", "1.19.2", Path("/engines"), CLASSIFIER) == (CUDA, {})


def test_engines_of_other_versions_are_deleted_and_those_of_other_models_kept(tmp_path: Path) -> None:
    first = providers.engine_folder(tmp_path, "a" * 64, "1.16.0")
    second = providers.engine_folder(tmp_path, "b" * 64, "1.16.0")
    assert first != second
    assert first.is_dir()
    newer = providers.engine_folder(tmp_path, "a" * 64, "1.18.0")
    assert newer.is_dir()
    assert not first.exists()
    assert not second.exists()


def test_the_engines_of_a_model_that_is_deleted_go_and_others_stay(tmp_path: Path) -> None:
    gone, kept = (providers.engine_folder(tmp_path, letter * 64, "1.18.0") for letter in "ab")
    (gone / "TensorrtExecutionProvider.engine").write_bytes(b"engine")
    providers.forget_engines(tmp_path, "a" * 64)
    assert not gone.exists()
    assert kept.is_dir()


def test_engines_that_were_never_made_are_no_fault(tmp_path: Path) -> None:
    providers.forget_engines(tmp_path / "none", "a" * 64)
