from typing import Any

import pytest
from fakes_rollout import a_model
from fer_controller.rollout.devices.candidate import Candidate
from fer_controller.rollout.planning.warnings import Surroundings, warnings
from fer_wire.contracts import CLASSIFIER, FINDER
from fer_wire.reported import Capabilities, RunningModel, Trusted

WELL = Surroundings(frozenset({"nano-01"}), {"nano-01": 100.0})
ABLE = Capabilities(device_class="nano", precisions=("int8",), has_key=True)


def a_device(*, runs: str = "light@1.9/int8", **facts: Any) -> Candidate:
    serving = {CLASSIFIER: RunningModel(model=runs)}
    return Candidate(**{"device": "nano-01", "online": True, "capabilities": ABLE, "serving": serving, **facts})


def warned(each: Candidate, around: Surroundings = WELL, precision: str = "int8") -> "tuple[str, ...]":
    model = a_model("light", "1.10", size_bytes=2_000_000)
    return warnings(each, (model.artifact(precision),), model, around)


def test_of_a_device_that_is_fit_nothing_is_said() -> None:
    assert warned(a_device()) == ()
    assert warned(a_device(), Surroundings()) == ()
    assert warned(a_device(capabilities=Capabilities(device_class="nano"))) == ()


@pytest.mark.parametrize(
    ("each", "around", "said"),
    [
        (
            a_device(),
            Surroundings(frozenset()),
            "it has no certificate or token to fetch models with; `fer-controller enroll",
        ),
        (a_device(trust=Trusted(order_expired=True)), WELL, "its last order expired and was not renewed"),
        (a_device(trust=Trusted(refusal="Nobody.")), WELL, "it did not trust what arrived last as an order (Nobody)"),
        (a_device(capabilities=Capabilities(has_key=False)), WELL, "it has no key that proves updates, and refuses"),
        (a_device(online=False), WELL, "it is offline"),
        (a_device(runs="light@1.11/int8"), WELL, "it runs light@1.11/int8, which is newer"),
        (a_device(busy_with={CLASSIFIER: "r-1"}), WELL, "rollout r-1 has it, and loses it to this one"),
        (a_device(), Surroundings(None, {"nano-01": 1.0}), "its disk has 1 MB left, and the files take 2.0 MB"),
    ],
)
def test_what_may_go_wrong_is_said(each: Candidate, around: Surroundings, said: str) -> None:
    (warning,) = warned(each, around)
    assert warning.startswith(said)


def test_a_precision_that_does_not_suit_the_device_is_said() -> None:
    assert warned(a_device(), precision="fp16") == ("fp16 does not suit it, but int8",)


def test_another_model_or_an_older_one_is_not_newer() -> None:
    assert warned(a_device(runs="nano@2.0/int8")) == ()
    assert warned(a_device(runs="light@1.2/int8")) == ()


def test_a_rollout_of_another_task_takes_nothing() -> None:
    assert warned(a_device(busy_with={FINDER: "r-1"})) == ()
