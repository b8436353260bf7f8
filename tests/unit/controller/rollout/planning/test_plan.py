import sys
from itertools import count

import pytest
from fakes_rollout import a_model, a_request
from fer_controller.rollout.devices.candidate import Candidate
from fer_controller.rollout.planning.plan import OFFLINE, LeftOut, plan
from fer_wire.contracts import CLASSIFIER, FINDER, TASKS
from fer_wire.reported import Capabilities, RunningModel
from stepped_device import sha_of

TENSORRT = ("TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider")
CPU = ("CPUExecutionProvider",)


def serving(**models: str) -> dict[str, RunningModel]:
    """What a device runs, by task; of dlib there is no file."""
    named = {CLASSIFIER: "old@1/fp32", **models}
    return {
        task: RunningModel(model=model, sha256="" if model == "dlib" else sha_of(model))
        for task, model in named.items()
    }


def candidate(name: str, device_class: str = "nano", providers: tuple[str, ...] = CPU, **fields: object) -> Candidate:
    capabilities = Capabilities(device_class=device_class, providers=providers)
    made: dict[str, object] = {"online": True, "capabilities": capabilities, "serving": serving(), **fields}
    return Candidate(name, **made)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("device_class", "providers", "precisions"),
    [
        ("nano", TENSORRT, ["fp16", "fp32"]),
        ("tx2", TENSORRT, ["fp16", "fp32"]),
        ("xavier", TENSORRT, ["int8", "fp16"]),
        ("orin", TENSORRT, ["int8", "fp16"]),
        ("x86", TENSORRT, ["fp16", "fp32"]),
        ("x86", CPU, ["int8", "fp32"]),
        ("arm", CPU, ["int8", "fp32"]),
        ("nano", CPU, ["int8", "fp32"]),
    ],
)
def test_auto_chooses_by_class_and_provider_and_lets_the_device_measure(
    device_class: str, providers: tuple[str, ...], precisions: list[str]
) -> None:
    made = plan(a_request(), [candidate("a", device_class, providers)], a_model())
    assert [artifact.model for artifact in made.devices[0].artifacts] == [f"light@2/{each}" for each in precisions]
    assert precisions[0] in made.devices[0].why


def test_a_device_that_says_what_suits_it_is_believed() -> None:
    known = Capabilities(device_class="toaster", providers=CPU, precisions=("fp32", "int8"))
    made = plan(a_request(), [candidate("a", capabilities=known)], a_model())
    assert [artifact.model for artifact in made.devices[0].artifacts] == ["light@2/fp32", "light@2/int8"]


def test_an_explicit_precision_is_obeyed_whatever_the_class() -> None:
    made = plan(a_request(precision="fp32"), [candidate("a", "toaster")], a_model())
    assert [artifact.model for artifact in made.devices[0].artifacts] == ["light@2/fp32"]
    assert made.devices[0].why == "fp32 was asked for"


def test_each_device_that_is_left_out_has_its_reason() -> None:
    fleet = [
        candidate("a", serving=serving(classifier="light@2/int8")),
        candidate("b", "toaster"),
        candidate("c", quarantined="it crashed"),
        Candidate("d"),
        candidate("e", "nano", TENSORRT),
        candidate("g", revoked=True, quarantined="it crashed"),
    ]
    made = plan(a_request(devices=("a", "b", "c", "d", "e", "f", "g")), fleet, a_model(precisions=("int8",)))
    assert {left.device: left.reason for left in made.left_out} == {
        "a": "it runs light@2/int8 already",
        "b": "its class 'toaster' is not known; name a precision",
        "c": "it is in quarantine: it crashed",
        "d": "it never said what it is made of",
        "e": "light@2 has none of fp16 or fp32",
        "f": "no such device was ever heard of",
        "g": "it was revoked; `fer-controller enroll` takes it in again",
    }


def test_a_finder_goes_to_the_devices_that_take_finders_and_could_return() -> None:
    seeing = Capabilities(device_class="nano", providers=CPU, tasks=TASKS)
    fleet = [
        candidate("a", capabilities=seeing, serving=serving(finder="eyes@1/int8")),
        candidate("b", serving=serving(finder="eyes@1/int8")),
        candidate("c", capabilities=seeing, serving=serving(finder="dlib")),
        candidate("d", capabilities=seeing, serving=serving(finder="eyes@2/int8")),
        candidate("e", capabilities=seeing, serving=serving(classifier="eyes@2/int8")),
    ]
    made = plan(a_request(), fleet, a_model("eyes", task=FINDER))
    assert {each.device: each.running for each in made.devices} == {"a": "eyes@1/int8", "e": ""}
    assert {left.device: left.reason for left in made.left_out} == {
        "b": "its agent takes no finder from a rollout",
        "c": "it runs dlib, which no rollout could bring back",
        "d": "it runs eyes@2/int8 already",
    }


def test_a_selector_means_the_model_of_the_rollouts_task() -> None:
    seeing = Capabilities(device_class="nano", providers=CPU, tasks=TASKS)
    fleet = [candidate("a", capabilities=seeing, serving=serving(finder="eyes@1/int8"))]
    for selector, found in (("model=eyes,version=1", ["a"]), ("model=old", [])):
        made = plan(a_request(selector=selector), fleet, a_model("eyes", task=FINDER))
        assert [each.device for each in made.devices] == found


def test_a_selector_sees_labels_class_model_and_version() -> None:
    fleet = [candidate("a", labels={"site": "lab"}), candidate("b", labels={"site": "hall"}), candidate("c", "orin")]
    for selector, found in (
        ("class=nano,site=lab", ["a"]),
        ("site!=lab", ["b", "c"]),
        ("device=[ab]", ["a", "b"]),
        ("model=old,version=1", ["a", "b", "c"]),
        ("version=2", []),
        ("", ["a", "b", "c"]),
    ):
        made = plan(a_request(selector=selector, precision="fp32"), fleet, a_model())
        assert sorted(each.device for each in made.devices) == found


def test_the_canary_is_online_and_the_classes_take_turns() -> None:
    fleet = [candidate(f"n{n}", online=False) for n in range(5)]
    fleet += [candidate("o1", "orin"), candidate("o2", "orin"), candidate("x1", "x86"), candidate("x2", "x86")]
    asked = a_request(precision="fp32", waves="2,100%", offline=True)
    made = plan(asked, fleet, a_model())
    canaries = [each for each in made.devices if each.wave == 1]
    assert {each.device_class for each in canaries} == {"orin", "x86"}
    assert all(each.online for each in canaries)
    assert made == plan(asked, list(reversed(fleet)), a_model())


def test_a_device_that_is_offline_is_planned_only_when_that_is_asked_for() -> None:
    fleet = [candidate("a"), candidate("b", online=False)]
    made = plan(a_request(), fleet, a_model())
    assert ([each.device for each in made.devices], made.left_out) == (["a"], (LeftOut("b", OFFLINE),))
    for asked in (a_request(offline=True), a_request(devices=("a", "b"))):
        assert [each.device for each in plan(asked, fleet, a_model()).devices] == ["a", "b"]


def test_devices_beyond_the_last_wave_are_left_out() -> None:
    made = plan(a_request(waves="1,20%"), [candidate(f"n{n}") for n in range(10)], a_model())
    assert (len(made.devices), {left.reason for left in made.left_out}) == (2, {"the last wave ends before it"})


def test_bytes_to_move_count_every_file_that_a_device_may_choose_from() -> None:
    made = plan(a_request(), [candidate("a"), candidate("b")], a_model(size_bytes=1000))
    assert made.bytes_to_move == 2 * 2 * 1000
    assert made.bytes_to_move == 4000


def calls_to_plan(devices: int) -> int:
    """How many calls and returns it takes to plan the waves of so many devices."""
    fleet = [candidate(f"n{n:04}", ("nano", "orin", "x86")[n % 3], labels={"site": "lab"}) for n in range(devices)]
    asked, model = a_request(selector="site=lab", waves="1,10%,50%,100%"), a_model()
    calls, before = count(), sys.getprofile()
    sys.setprofile(lambda _frame, _event, _argument: next(calls))
    try:
        made = plan(asked, fleet, model)
    finally:
        sys.setprofile(before)
    shares = (1, devices // 10 - 1, devices * 4 // 10, devices // 2)
    assert tuple(sum(each.wave == number for each in made.devices) for number in range(1, 5)) == shares
    return next(calls)


def test_the_work_of_planning_grows_with_the_devices_and_not_with_their_square() -> None:
    few, many = calls_to_plan(250), calls_to_plan(1000)
    print(f"1,000 devices are planned in {many:,} calls, 250 in {few:,}")
    assert 1000 < many < 6 * few
