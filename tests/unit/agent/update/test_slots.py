import os
from pathlib import Path
from typing import List

import pytest
from fer_agent.errors import ModelError, StateError, UpdateError
from fer_agent.inference.model import read_model
from fer_agent.update.slots import MB, Slots
from fer_agent.update.task_slots import TaskSlots
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from fer_wire.device.slots import Occupied
from unit.agent.update.making import Release, Signer

PADDING = 200_000


@pytest.fixture
def slots(tmp_path: Path) -> Slots:
    slots = Slots(tmp_path / "state" / "models", 1.0)
    slots.prepare()
    return slots


@pytest.fixture
def releases(tmp_path: Path) -> List[Release]:
    signer = Signer(tmp_path)
    return [Release(signer, tmp_path, f"2.0.{number}", padding_bytes=PADDING) for number in range(6)]


@pytest.fixture
def held(slots: Slots) -> TaskSlots:
    return TaskSlots(slots, CLASSIFIER)


def take_in(slots: Slots, release: Release) -> str:
    sha = release.artifact().sha256
    slots.partial(sha).write_bytes(release.files[sha])
    slots.take_in(sha, release.payload)
    os.utime(str(slots.folder / f"{sha}.onnx"), (len(slots.kept()), len(slots.kept())))
    return sha


def test_a_file_that_was_taken_in_is_found_as_a_model(slots: Slots, releases: List[Release]) -> None:
    sha = take_in(slots, releases[0])
    model, variant = slots.find(sha)
    assert model.file(variant).read_bytes() == releases[0].files[sha]
    assert (slots.reference(sha), slots.intact(sha)) == ("tiny@2.0.0/fp32", True)
    assert not slots.partial(sha).exists()


def test_what_is_not_here_is_a_model_error_and_has_no_name(slots: Slots) -> None:
    with pytest.raises(ModelError, match="cannot be used"):
        slots.find("0" * 64)
    assert slots.reference("0" * 64) == slots.reference(None) == ""


def test_a_damaged_file_is_seen(slots: Slots, releases: List[Release]) -> None:
    sha = take_in(slots, releases[0])
    (slots.folder / f"{sha}.onnx").write_bytes(b"other")
    assert slots.holds(sha)
    assert not slots.intact(sha)


def test_the_slots_are_as_they_were_after_a_restart(slots: Slots, held: TaskSlots, releases: List[Release]) -> None:
    first, second, third = (take_in(slots, release) for release in releases[:3])
    held.commit(first, "")
    held.commit(second, "here")
    held.try_out(third)
    again = Slots(slots.folder, 1.0).occupied(CLASSIFIER)
    assert (again.current, again.previous, again.trial, again.configured) == (second, first, third, "here")


def test_committing_what_is_current_keeps_the_one_before(
    slots: Slots, held: TaskSlots, releases: List[Release]
) -> None:
    first, second = (take_in(slots, release) for release in releases[:2])
    for sha in (first, second, second):
        held.commit(sha, "")
    assert (held.occupied.current, held.occupied.previous) == (second, first)


def test_the_packaged_model_is_copied_and_is_the_one_before_the_first(
    slots: Slots, held: TaskSlots, releases: List[Release]
) -> None:
    model = read_model(releases[0].folder, CLASSIFIER)
    held.adopt(model, model.variants[0])
    held.commit(take_in(slots, releases[1]), "")
    assert held.occupied.previous == held.occupied.factory == model.variants[0].sha256
    (releases[0].folder / "fp32.onnx").unlink()
    assert slots.intact(model.variants[0].sha256)


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"current": 1}'])
def test_damaged_slots_are_told_and_taken_for_empty(
    slots: Slots, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (slots.folder / "slots.json").write_bytes(damage)
    assert Slots(slots.folder, 1.0).occupied(CLASSIFIER).current is None
    assert "slots.json cannot be read" in caplog.text


def test_the_longest_unused_goes_first_and_nothing_that_is_in_use(
    slots: Slots, held: TaskSlots, releases: List[Release]
) -> None:
    shas = [take_in(slots, release) for release in releases[:4]]  # about 4 × 270 kB of 1 MB
    held.commit(shas[0], "")
    held.commit(shas[2], "")
    new = releases[4].artifact()
    slots.make_room([(new.sha256, new.size_bytes)])
    assert [kept.sha256 for kept in slots.kept()] == [shas[2], shas[0]]
    assert [kept.slot for kept in slots.kept()] == ["current", "previous"]


def test_who_made_something_of_a_model_hears_when_it_goes(tmp_path: Path, releases: List[Release]) -> None:
    discarded: List[str] = []
    slots = Slots(tmp_path / "state" / "models", 1.0, discarded.append)
    slots.prepare()
    shas = [take_in(slots, release) for release in releases[:3]]
    slots.make_room([("0" * 64, 300_000)])
    assert discarded == [shas[0]]


def test_a_model_used_lately_outlives_an_older_one(slots: Slots, releases: List[Release]) -> None:
    shas = [take_in(slots, release) for release in releases[:3]]
    slots.used(shas[0])
    slots.make_room([("0" * 64, 300_000)])
    assert {kept.sha256 for kept in slots.kept()} == {shas[0], shas[2]}


def test_what_cannot_fit_is_one_sentence_and_what_is_in_use_stays(
    slots: Slots, held: TaskSlots, releases: List[Release]
) -> None:
    sha = take_in(slots, releases[0])
    held.commit(sha, "")
    with pytest.raises(UpdateError, match=r"do not fit beside the models in use .*raise update\.cache_max_mb from 1"):
        slots.make_room([("0" * 64, MB)])
    assert slots.intact(sha)


def test_what_came_in_part_for_another_order_is_deleted(slots: Slots) -> None:
    wanted, other = "a" * 64, "b" * 64
    for sha in (wanted, other):
        slots.partial(sha).write_bytes(b"part")
        slots.etag(sha).write_text("tag")
    slots.make_room([(wanted, 100)])
    assert sorted(path.name for path in slots.folder.iterdir()) == [f"{wanted}.etag", f"{wanted}.partial"]


def test_what_a_power_cut_left_half_written_is_cleared(slots: Slots) -> None:
    (slots.folder / ".slots.json.123.partial").write_bytes(b"half")
    slots.prepare()
    assert list(slots.folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="give another --state-dir"):
        Slots(tmp_path / "file", 1.0).prepare()


def test_each_task_has_slots_of_its_own_and_all_are_as_they_were_after_a_restart(
    slots: Slots, held: TaskSlots, releases: List[Release]
) -> None:
    first, second, third = (take_in(slots, release) for release in releases[:3])
    held.commit(first, "")
    eyes = TaskSlots(slots, FINDER)
    eyes.commit(second, "there")
    eyes.try_out(third)
    again = Slots(slots.folder, 1.0)
    assert again.occupied(CLASSIFIER) == held.occupied == Occupied(current=first)
    assert again.occupied(FINDER) == eyes.occupied == Occupied(current=second, trial=third, configured="there")
    assert again.occupied(LANDMARKER) == Occupied()


def test_an_older_agent_reads_the_classifiers_slots_where_they_always_were(
    slots: Slots, held: TaskSlots, releases: List[Release]
) -> None:
    first, second = (take_in(slots, release) for release in releases[:2])
    held.commit(first, "here")
    TaskSlots(slots, FINDER).try_out(second)
    as_before = Occupied.model_validate_json((slots.folder / "slots.json").read_bytes())
    assert as_before == Occupied(current=first, configured="here")


def test_slots_of_an_older_agent_are_the_classifiers(slots: Slots, releases: List[Release]) -> None:
    first = take_in(slots, releases[0])
    (slots.folder / "slots.json").write_text(Occupied(current=first).model_dump_json())
    again = Slots(slots.folder, 1.0)
    assert (again.occupied(CLASSIFIER).current, again.occupied(FINDER)) == (first, Occupied())


def test_what_another_task_uses_is_not_deleted_to_make_room(
    slots: Slots, held: TaskSlots, releases: List[Release]
) -> None:
    shas = [take_in(slots, release) for release in releases[:4]]
    held.commit(shas[0], "")
    TaskSlots(slots, FINDER).commit(shas[1], "")
    TaskSlots(slots, LANDMARKER).try_out(shas[2])
    slots.make_room([("f" * 64, 200_000)])
    assert [slots.holds(sha) for sha in shas] == [True, True, True, False]


def test_what_is_kept_is_told_with_its_task(slots: Slots, tmp_path: Path) -> None:
    sees = Release(Signer(tmp_path), tmp_path / "eyes", task=FINDER)
    TaskSlots(slots, FINDER).commit(take_in(slots, sees), "")
    assert [(kept.task, kept.slot, kept.reference) for kept in slots.kept()] == [
        (FINDER, "current", "tiny-finder@2.0.0/fp32")
    ]
