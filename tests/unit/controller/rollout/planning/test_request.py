import pytest
from fer_controller.errors import RequestError
from fer_controller.rollout.planning.request import DeployRequest, loaded
from fer_controller.rollout.planning.typed import seconds
from fer_wire.contracts import CLASSIFIER


def test_what_is_not_said_has_a_sensible_default() -> None:
    request = DeployRequest()
    assert (request.precision, request.waves, request.soak_s) == ("auto", ("1", "10%", "50%", "100%"), 600.0)
    assert (request.max_failures, request.min_committed, request.deadline_s) == (0.05, 0.5, 3600.0)
    assert len(request.chosen_gates(CLASSIFIER)) == 10


def test_a_request_is_read_as_it_was_stored() -> None:
    request = DeployRequest(model="light@2", selector="class=nano", gates=("fps>=0.9x", "memory=off"), soak_s="90s")
    assert loaded(request.model_dump_json()) == request


@pytest.mark.parametrize(
    ("devices", "sizes"), [(1000, [1, 100, 500, 1000]), (3, [1, 2, 3]), (1, [1]), (0, []), (11, [1, 2, 6, 11])]
)
def test_waves_grow_to_the_whole_and_none_is_empty(devices: int, sizes: list[int]) -> None:
    assert DeployRequest().sizes(devices) == sizes


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"model": "a b"}, "--model 'a b' is not the name of a model; write NAME or NAME@VERSION."),
        ({"precision": "fp8"}, "There is no precision 'fp8'; use auto, fp32, fp16, int8."),
        ({"selector": "class"}, "'class' is not a selector; write KEY=VALUE"),
        ({"selector": "a=b", "devices": ("x",)}, "--selector and --device exclude each other"),
        ({"devices": ("a/b",)}, "'a/b' is not a valid name for a device"),
        ({"waves": "1,x"}, "--waves 'x' is not a size"),
        ({"waves": "0"}, "--waves '0' is not a size"),
        ({"waves": "101%"}, "--waves '101%' is not a size"),
        ({"waves": "50%,10%"}, "--waves 50%,10% do not grow"),
        ({"waves": ",".join(map(str, range(1, 60)))}, "--waves names 59 waves; at most 50 are possible."),
        ({"soak": "soon"}, "--soak 'soon' is not a duration; write 90s, 10m, 2h or 1d."),
        ({"soak": "10"}, "--soak '10' is not a duration"),
        ({"deadline": "99d"}, "--deadline 99d is too long; at most 31d are possible."),
        ({"gates": ("fps>0.8x",)}, "'fps>0.8x' is not a gate"),
        ({"gates": ("speed>=1",)}, "There is no metric 'speed'"),
        ({"gates": ("emotion_mix<=1.2x",)}, "emotion_mix already is a distance from the baseline"),
        ({"max_failures": "5"}, "--max-failures '5' is not a share; write 0% to 100%."),
        ({"min_committed": "101%"}, "--min-committed '101%' is not a share"),
        ({"attempts": 0}, "--attempts 0 is out of range; give 1 to 100."),
        ({"concurrency": 0}, "--concurrency 0 is out of range"),
        ({"probation": "2d"}, "--probation 2d is too long; at most 1d are possible."),
    ],
)
def test_a_value_that_is_misspelt_is_told_in_a_sentence(words: dict[str, object], sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        DeployRequest(**words)
    assert sentence in str(caught.value)


def test_durations_have_units_and_nought_needs_none() -> None:
    lengths = [seconds(text, "--soak", 1e9) for text in ("0", "500ms", "90s", "10m", "2h", "1d", "1.5h")]
    assert lengths == [0, 0.5, 90, 600, 7200, 86400, 5400]
