"""The fleet's table is filtered, sorted and counted."""

from collections import Counter

from fer_controller.desk.board.lines import Line
from fer_controller.desk.board.sieve import CLASS, MODEL, STATE, VALUE_OF, Sieve, facts, most, ordered
from fer_controller.rollout.devices import selector
from hypothesis import given
from hypothesis import strategies as st

STATES, CLASSES = ("online", "offline"), ("nano", "orin", "")
LINES = [
    Line("door-1", "online", device_class="nano", model="light@1.0.0/fp32", labels={"site": "lab"}),
    Line("door-2", "offline", device_class="nano", model="light@2.0.0/fp16", labels={"site": "Vault"}),
    Line("hall-1", "online", device_class="orin", model="", labels={}),
]
WANTED = st.fixed_dictionaries({STATE: st.sets(st.sampled_from(STATES)), CLASS: st.sets(st.sampled_from(CLASSES))})
LINE = st.builds(
    Line,
    st.text("ab", min_size=1, max_size=3),
    st.sampled_from(STATES),
    device_class=st.sampled_from(CLASSES),
    labels=st.dictionaries(st.sampled_from("kl"), st.sampled_from("vw")),
)


def names(lines: "list[Line]") -> "list[str]":
    return [line.device for line in lines]


def test_a_text_is_found_in_names_models_and_labels_however_it_is_spelled() -> None:
    for text, found in {
        "HALL": ["hall-1"],
        "vault": ["door-2"],
        "@1.0": ["door-1"],
        " door ": ["door-1", "door-2"],
    }.items():
        assert names(Sieve(text, (), {}).passed(LINES)[0]) == found, text


def test_a_selector_asks_for_what_a_rollout_s_asks_for() -> None:
    for text, found in {
        "model=light": ["door-1", "door-2"],
        "version=2.*": ["door-2"],
        "site!=lab": ["door-2", "hall-1"],
    }.items():
        assert names(Sieve("", selector.parse(text), {}).passed(LINES)[0]) == found, text


def test_a_label_does_not_stand_for_what_is_built_in() -> None:
    assert facts(Line("door-1", "online", labels={"device": "other"}))["device"] == "door-1"


def test_values_of_one_facet_are_alternatives_and_facets_hold_together() -> None:
    wanted = {STATE: ["online"], MODEL: ["light@1.0.0/fp32", "light@2.0.0/fp16"]}
    assert names(Sieve("", (), wanted).passed(LINES)[0]) == ["door-1"]


@given(st.lists(LINE, max_size=12), WANTED)
def test_a_facet_counts_what_choosing_each_of_its_values_alone_would_bring(
    lines: "list[Line]", wanted: "dict[str, set[str]]"
) -> None:
    _, counted, _ = Sieve("", (), wanted).passed(lines)
    for facet, value_of in VALUE_OF.items():
        for value in {value_of(line) for line in lines}:
            alone = Sieve("", (), {**wanted, facet: {value}}).passed(lines)[0]
            assert counted[facet][value] == len(alone)


@given(st.lists(LINE, max_size=12))
def test_labels_are_counted_of_what_is_shown(lines: "list[Line]") -> None:
    found, _, labels = Sieve("", (), {STATE: {"online"}}).passed(lines)
    assert {key: dict(counter) for key, counter in labels.items()} == {
        key: dict(Counter(line.labels[key] for line in found if key in line.labels))
        for key in {key for line in found for key in line.labels}
    }


@given(
    st.lists(st.builds(Line, st.uuids().map(str), st.just("online"), model=st.sampled_from(["", "a", "b"]))),
    st.booleans(),
)
def test_what_is_not_known_comes_last_whichever_way_the_rest_is_sorted(lines: "list[Line]", descending: bool) -> None:
    models = [line.model for line in ordered(lines, lambda line: line.model, descending=descending)]
    known = [model for model in models if model]
    assert models == sorted(known, reverse=descending) + [""] * (len(models) - len(known))


def test_of_many_values_those_of_most_devices_are_told() -> None:
    assert most(Counter({"c": 1, "b": 2, "a": 2, "": 9}), 2) == {"a": 2, "b": 2}
    assert list(most(Counter({"c": 1, "b": 2}), 9)) == ["b", "c"]
