"""The list of what a device may be told, and its bounds."""

import json
import math
import operator
from typing import Any

import pytest
from fer_wire.errors import SettingsRefusedError
from fer_wire.tuning import SETTINGS_FROM_AFAR, UNKNOWN, canonical, checked, digest, spelled
from hypothesis import given
from hypothesis import strategies as st

FORBIDDEN = ("device", "state_dir", "broker", "update", "identity", "spool", "home_assistant")
NAMES = st.sampled_from(sorted(SETTINGS_FROM_AFAR))
HOLDS = {">": operator.gt, "≥": operator.ge, "<": operator.lt, "≤": operator.le}
NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.floats())


def test_secrets_the_broker_the_controller_and_folders_are_never_among_them() -> None:
    sections = {name.partition(".")[0] for name in SETTINGS_FROM_AFAR}
    fields = {name.partition(".")[2] for name in SETTINGS_FROM_AFAR}
    assert not sections & set(FORBIDDEN)
    assert not fields & {"source", "model", "finder_model", "landmarker_model", "landmarks_file", "name"}


def test_every_number_has_bounds_on_both_sides_and_a_meaning() -> None:
    for setting in SETTINGS_FROM_AFAR.values():
        assert setting.meaning
        assert setting.kind == "bool" or ("<" in setting.bounds or "≤" in setting.bounds), setting
        assert setting.kind == "bool" or (">" in setting.bounds or "≥" in setting.bounds), setting


def test_every_default_is_within_its_own_bounds() -> None:
    defaults = {name: each.default for name, each in SETTINGS_FROM_AFAR.items() if each.default is not None}
    assert checked(defaults) == defaults


@given(name=NAMES, value=NUMBERS)
def test_a_number_is_taken_only_within_the_bounds_that_the_list_shows(name: str, value: float) -> None:
    try:
        (taken,) = checked({name: value}).values()
    except SettingsRefusedError:
        return
    number = float(taken)
    assert math.isfinite(number)
    for bound in filter(None, SETTINGS_FROM_AFAR[name].bounds.split(", ")):
        sign, limit = bound.split()
        assert HOLDS[sign](number, float(limit)), (name, taken, bound)


@given(values=st.dictionaries(NAMES, NUMBERS, max_size=5))
def test_what_was_taken_is_taken_again_as_it_is_also_after_a_journey_as_json_or_text(values: "dict[str, Any]") -> None:
    try:
        taken = checked(values)
    except SettingsRefusedError:
        return
    assert checked(taken) == taken
    arrived = json.loads(json.dumps(taken))
    assert (canonical(arrived), digest(arrived)) == (canonical(taken), digest(taken))
    assert checked({name: json.dumps(value) for name, value in taken.items()}) == taken


@given(name=st.text(max_size=40).filter(lambda text: text not in SETTINGS_FROM_AFAR), value=NUMBERS)
def test_what_is_not_on_the_list_is_refused_by_its_name(name: str, value: float) -> None:
    with pytest.raises(SettingsRefusedError) as refused:
        checked({name: value, "events.heartbeat_s": 10})
    assert refused.value.reasons == {name: UNKNOWN}


@pytest.mark.parametrize("text", ["", "ten", "nan", "inf", "-1", "1e99", "0"])
def test_text_that_is_no_possible_number_is_refused(text: str) -> None:
    with pytest.raises(SettingsRefusedError, match=r"events\.heartbeat_s: "):
        checked({"events.heartbeat_s": text})


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SettingsRefusedError, match=r"broker\.url: no such setting.*events\.heartbeat_s: Input"):
        checked({"events.heartbeat_s": -1, "broker.url": "mqtt://evil"})


def test_values_are_spelled_as_people_type_them() -> None:
    values = checked({"emotion.mirrored": "true", "events.heartbeat_s": "10", "faces.max_faces": "5"})
    assert spelled(values) == "emotion.mirrored=true events.heartbeat_s=10 faces.max_faces=5"
    assert spelled({}) == "none"


def test_two_values_that_differ_are_never_spelled_alike() -> None:
    near = [checked({"cameras.blind_after_s": value}) for value in (86_399.0, 86_398.75, 86_398.5)]
    assert [spelled(each).partition("=")[2] for each in near] == ["86399", "86398.75", "86398.5"]
