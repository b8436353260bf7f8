"""What models do to simulated devices, as --effect and --fault spell it."""

import random
from collections import Counter

import pytest
from fer_simulator.clock import START
from fer_simulator.devices.faces import Faces, message
from fer_simulator.devices.spool import Spool
from fer_simulator.errors import ScenarioError
from fer_simulator.traits import effects, faults
from fer_simulator.traits.effects import GOOD, USUAL_MIX, Effects
from fer_simulator.traits.faults import CRASHING, LYING, OFFLINE, SLOW, Fault
from fer_wire import EmotionEvent, parse
from fer_wire.tuning import EventTuning

NAMES = [f"sim-{number:04d}" for number in range(1, 1001)]


def test_the_first_pattern_that_matches_counts() -> None:
    known = Effects([effects.parsed("light@0.3.0*:fps=0.5"), effects.parsed("light@*:fps=0.9,temperature=-2")])
    assert known.of("light@0.3.0/int8").factor("fps") == 0.5
    assert known.of("light@0.2.0/int8").factor("fps") == 0.9
    assert known.of("light@0.2.0/int8").added("temperature") == -2
    assert known.of("other@1/fp32") == GOOD


def test_a_good_model_changes_nothing() -> None:
    assert (GOOD.factor("fps"), GOOD.added("errors"), GOOD.on("crash")) == (1.0, 0.0, False)
    assert GOOD.mix == pytest.approx(USUAL_MIX)


def test_the_emotions_that_are_not_given_share_the_rest() -> None:
    mix = effects.parsed("m*:happy=0.7,sad=0.1")[1].mix
    assert (mix["happy"], mix["sad"]) == (0.7, 0.1)
    assert sum(mix.values()) == pytest.approx(1)
    assert mix["neutral"] / mix["fear"] == pytest.approx(USUAL_MIX["neutral"] / USUAL_MIX["fear"])


def test_a_model_that_finds_all_faces_happy_does() -> None:
    faces, bad = Faces(random.Random(1)), effects.parsed("m*:happy=1.0,confidence=0.5")[1]
    seen = [faces.next(START, "m@1/fp32", bad) for _ in range(200)]
    assert {each.emotion for each in seen} == {"happy"}
    assert sum(each.confidence for each in seen) / 200 == pytest.approx(0.37, abs=0.03)


def test_a_good_model_finds_the_usual_mix() -> None:
    faces = Faces(random.Random(1))
    seen = Counter(faces.next(START, "m@1/fp32", GOOD).emotion for _ in range(5000))
    assert seen["neutral"] / 5000 == pytest.approx(USUAL_MIX["neutral"], abs=0.05)
    assert seen["happy"] / 5000 == pytest.approx(USUAL_MIX["happy"], abs=0.05)


def test_a_track_starts_goes_on_and_ends() -> None:
    faces = Faces(random.Random(2))
    seen = [faces.next(START, "m@1/fp32", GOOD) for _ in range(300)]
    for number in {each.track for each in seen[:-50]}:
        kinds = [each.kind for each in seen if each.track == number]
        assert (kinds[0], kinds[-1]) == ("start", "end")
        assert set(kinds[1:-1]) <= {"change", "heartbeat"}


def test_what_was_seen_is_a_message_of_the_wire() -> None:
    spool = Spool()
    seen = Faces(random.Random(3)).next(START, "m@1/fp32", GOOD)
    spool.append(seen)
    event = parse(EmotionEvent, message("sim-0001", spool, 1, seen).payload())
    assert (event.seq, event.epoch, event.emotion) == (1, spool.epoch, seen.emotion)
    assert sum(event.probabilities.values()) == pytest.approx(1, abs=1e-4)


def test_what_a_simulated_device_is_not_certain_of_follows_its_settings() -> None:
    faces, spool = Faces(random.Random(3)), Spool()
    events = [message("sim-0001", spool, 1, faces.next(START, "m@1/fp32", GOOD)) for _ in range(300)]
    assert {True, False} == {event.uncertain for event in events}
    for event in events:
        assert event.pose is not None
        assert event.uncertain is (event.confidence < 0.4 or abs(event.pose.yaw_degrees) > 45)
    certain = Faces(random.Random(3), lambda: EventTuning(uncertain_below=0, uncertain_yaw_degrees=180))
    assert not any(certain.next(START, "m@1/fp32", GOOD).uncertain for _ in range(300))


def test_a_blind_device_loses_the_face_that_it_saw_and_sees_no_other() -> None:
    faces = Faces(random.Random(4))
    first = faces.next(START, "m@1/fp32", GOOD)
    lost = faces.lose(START, "m@1/fp32", GOOD)
    assert lost is not None
    assert (lost.kind, lost.track) == ("end", first.track)
    assert faces.lose(START, "m@1/fp32", GOOD) is None


def test_the_models_of_a_device_act_together() -> None:
    known = Effects(
        [effects.parsed("light@*:fps=0.5,temperature=2"), effects.parsed("eyes@*:fps=0.5,temperature=3,blind=1")]
    )
    both = known.together(("light@1/int8", "eyes@1/int8", "marks@1/int8"))
    assert (both.factor("fps"), both.added("temperature"), both.on("blind")) == (0.25, 5, True)
    assert known.together(("marks@1/int8",)) == GOOD


@pytest.mark.parametrize(
    "text",
    ["", "light@1", ":fps=1", "light@1*:speed=2", "light@1*:fps=fast", "m:fps=-1", "m:happy=0.7,sad=0.7", "m:fps=nan"],
)
def test_an_effect_that_is_misspelt_is_wrong_use(text: str) -> None:
    with pytest.raises(ScenarioError, match="--effect"):
        effects.parsed(text)


@pytest.mark.parametrize(
    ("text", "share"), [("offline:2%", 0.02), ("offline:0.05", 0.05), ("offline:100%", 1.0), ("offline:0", 0.0)]
)
def test_a_fault_has_a_share(text: str, share: float) -> None:
    assert faults.parsed(text) == Fault(OFFLINE, share)


@pytest.mark.parametrize("text", ["", "offline", "offline:", "offline:200%", "offline:-1%", "sleepy:1%", "bad-model:"])
def test_a_fault_that_is_misspelt_is_wrong_use(text: str) -> None:
    with pytest.raises(ScenarioError, match="--fault"):
        faults.parsed(text)


def test_a_bad_model_is_an_effect() -> None:
    assert faults.parsed("bad-model:light@0.3.0*") == effects.parsed("light@0.3.0*:fps=0.5,happy=1.0")
    assert faults.parsed("bad-model:light@0.3.0*=latency=3") == effects.parsed("light@0.3.0*:latency=3")


def test_as_many_devices_as_the_share_says_have_the_fault_and_the_seed_says_which() -> None:
    wanted = [Fault(OFFLINE, 0.02), Fault(SLOW, 0.05), Fault(CRASHING, 0.01), Fault(LYING, 0.013)]
    drawn = faults.drawn(wanted, NAMES, seed=1)
    assert Counter(kind for kinds in drawn.values() for kind in kinds) == {
        OFFLINE: 20,
        SLOW: 50,
        CRASHING: 10,
        LYING: 13,
    }
    assert faults.drawn(wanted, NAMES, seed=1) == drawn
    assert faults.drawn(wanted, NAMES, seed=2) != drawn


def test_another_fault_beside_it_leaves_a_fault_where_it_was() -> None:
    alone = faults.drawn([Fault(SLOW, 0.05)], NAMES, seed=1)
    beside = faults.drawn([Fault(OFFLINE, 0.5), Fault(SLOW, 0.05)], NAMES, seed=1)
    assert {name for name in NAMES if SLOW in alone[name]} == {name for name in NAMES if SLOW in beside[name]}
