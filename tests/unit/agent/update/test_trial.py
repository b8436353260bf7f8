import threading
from pathlib import Path
from typing import Tuple

import pytest
from fer_agent.errors import CanceledError, RejectedError
from fer_agent.update.slots import Slots
from fer_agent.update.trial import choose
from unit.agent.update.making import Loader, Release, Signer

INT8, FP16, FP32 = "tiny@2.0.0/int8", "tiny@2.0.0/fp16", "tiny@2.0.0/fp32"


@pytest.fixture
def parts(tmp_path: Path) -> Tuple[Slots, Release, Loader]:
    release = Release(Signer(tmp_path), tmp_path, precisions=("int8", "fp16", "fp32"))
    slots = Slots(tmp_path / "models", 64.0)
    slots.prepare()
    for sha, data in release.files.items():
        slots.partial(sha).write_bytes(data)
        slots.take_in(sha, release.payload)
    return slots, release, Loader()


def test_of_several_the_fastest_is_chosen_and_all_figures_are_told(parts: Tuple[Slots, Release, Loader]) -> None:
    slots, release, load = parts
    load.takes_ms = {INT8: 3.0, FP16: 1.5, FP32: 2.0}
    choice = choose(release.desired().artifacts, slots, load, threading.Event())
    assert choice.servant.reference == FP16
    assert choice.measured_ms == load.takes_ms


def test_one_that_does_not_pass_is_left_out(
    parts: Tuple[Slots, Release, Loader], caplog: pytest.LogCaptureFixture
) -> None:
    slots, release, load = parts
    load.takes_ms, load.refused = {FP16: 1.0, FP32: 2.0}, {INT8: "It fails its golden batch."}
    assert choose(release.desired().artifacts, slots, load, threading.Event()).servant.reference == FP16
    assert "tiny@2.0.0/int8 does not pass: It fails its golden batch." in caplog.text


def test_when_none_passes_all_reasons_are_told(parts: Tuple[Slots, Release, Loader]) -> None:
    slots, release, load = parts
    load.refused = {INT8: "First reason.", FP16: "Second reason.", FP32: "Third reason."}
    with pytest.raises(RejectedError, match=r"First reason\. Second reason\. Third reason\."):
        choose(release.desired().artifacts, slots, load, threading.Event())


def test_a_single_one_is_not_measured(parts: Tuple[Slots, Release, Loader]) -> None:
    slots, release, load = parts
    assert choose([release.artifact(2)], slots, load, threading.Event()).measured_ms == {}


def test_a_cancel_ends_the_trial_before_the_next_candidate(parts: Tuple[Slots, Release, Loader]) -> None:
    slots, release, load = parts
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CanceledError):
        choose(release.desired().artifacts, slots, load, cancel)
    assert load.loaded == []
