"""A file for each day of arrival, as a nightly job writes them: each is complete or not there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from arrivals import arrive, forget_events
from controller_messages import DEVICE, an_event
from controller_process import json_lines, run
from fer_controller.store import opening
from fer_controller.store.ingest.store import IngestStore
from fer_controller.store.rollups.store import RollupStore
from fer_wire.message import iso_utc
from pyarrow import dataset, parquet
from served_fleet import ServedFleet

FIRST, SECOND = datetime(2026, 1, 31, 9, tzinfo=UTC), datetime(2026, 2, 1, 23, 59, tzinfo=UTC)
FIRST_DAY, SECOND_DAY = "2026-01-31", "2026-02-01"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Three events of one day, two of the next, and one that arrived just now."""
    path = tmp_path / "fleet.db"
    with opening.writer(path, create=True) as database:
        store = IngestStore(database)
        arrive(store, *(an_event(seq) for seq in (1, 2)), at=FIRST)
        arrive(store, an_event(4), at=FIRST + timedelta(hours=1), contiguous_seq=2)
        arrive(store, *(an_event(seq) for seq in (3, 5)), at=SECOND)
        arrive(store, an_event(6), at=datetime.now(UTC))
    return path


def outcomes(db: Path, folder: Path, *more: str) -> dict[str, str]:
    done = run("export", "--per-day", "--out", str(folder), "--db", str(db), "--json", *more)
    assert (done.returncode, done.stderr) == (0, "")
    return {each["day"]: each["outcome"] for each in json_lines(done.stdout)}


def seqs(folder: Path, day: str) -> list[int]:
    found: list[int] = parquet.read_table(folder / f"events-{day}.parquet")["seq"].to_pylist()
    return found


@pytest.fixture
def ingesting(db: Path) -> Iterator[IngestStore]:
    with opening.writer(db) as database:
        yield IngestStore(database)


@pytest.fixture
def keeping(db: Path) -> Iterator[RollupStore]:
    with opening.writer(db) as database:
        yield RollupStore(database)


def test_each_past_day_has_a_file_and_the_next_run_leaves_it(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "days"
    said = outcomes(db, folder)
    assert (said.pop(FIRST_DAY), said.pop(SECOND_DAY)) == ("written", "written")
    assert set(said.values()) == {"not over"}
    assert (seqs(folder, FIRST_DAY), seqs(folder, SECOND_DAY)) == ([1, 2, 4], [3, 5])
    before = (folder / f"events-{FIRST_DAY}.parquet").stat()
    assert outcomes(db, folder)[FIRST_DAY] == "kept"
    assert (folder / f"events-{FIRST_DAY}.parquet").stat() == before
    assert sorted(each.name for each in folder.iterdir()) == [
        f"events-{FIRST_DAY}.parquet", f"events-{SECOND_DAY}.parquet",
    ]  # fmt: skip
    assert dataset.dataset(folder).count_rows() == 5


def test_a_day_that_got_more_events_is_written_anew(db: Path, tmp_path: Path, ingesting: IngestStore) -> None:
    folder = tmp_path / "days"
    outcomes(db, folder)
    arrive(ingesting, an_event(7), at=FIRST + timedelta(minutes=1), contiguous_seq=7)
    assert outcomes(db, folder)[FIRST_DAY] == "written"
    assert seqs(folder, FIRST_DAY) == [1, 2, 4, 7]


def test_a_day_of_which_retention_deleted_a_part_is_left_out(db: Path, tmp_path: Path, keeping: RollupStore) -> None:
    keeping.roll_up_events(100)
    assert forget_events(keeping, iso_utc(FIRST + timedelta(minutes=30))) == 2
    said = outcomes(db, tmp_path / "days")
    assert (said[FIRST_DAY], said[SECOND_DAY]) == ("not whole", "written")
    assert not (tmp_path / "days" / f"events-{FIRST_DAY}.parquet").exists()


def test_a_file_stays_when_retention_deletes_its_day(db: Path, tmp_path: Path, keeping: RollupStore) -> None:
    folder = tmp_path / "days"
    outcomes(db, folder)
    keeping.roll_up_events(100)
    assert forget_events(keeping, iso_utc(SECOND)) == 3
    assert outcomes(db, folder)[SECOND_DAY] == "kept"
    assert (seqs(folder, FIRST_DAY), seqs(folder, SECOND_DAY)) == ([1, 2, 4], [3, 5])


def test_a_folder_holds_what_was_asked_for_first_and_nothing_else(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "days"
    outcomes(db, folder, "--device", DEVICE)
    assert outcomes(db, folder, "--device", DEVICE)[FIRST_DAY] == "kept"
    refused = run("export", "--per-day", "--out", str(folder), "--db", str(db))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"error: {folder}/events-{FIRST_DAY}.parquet holds other events than are asked for now; "
        "choose another folder with --out.\n"
    )


@pytest.mark.parametrize("content", [b"", b"no Parquet at all"])
def test_a_strange_file_is_neither_believed_nor_replaced(db: Path, tmp_path: Path, content: bytes) -> None:
    place = tmp_path / f"events-{FIRST_DAY}.parquet"
    place.write_bytes(content)
    refused = run("export", "--per-day", "--out", str(tmp_path), "--db", str(db))
    assert refused.returncode == 1
    assert "is not a Parquet file of ours; move it away, or choose another place with --out." in refused.stderr
    assert place.read_bytes() == content


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--format", "csv"), "--per-day writes Parquet files; leave --format out."),
        (("--since", "1d"), "--per-day writes whole days; leave --since and --until out."),
        (("--until", "1d"), "--per-day writes whole days; leave --since and --until out."),
    ],
)
def test_what_does_not_go_together_is_told(tmp_path: Path, more: "tuple[str, ...]", sentence: str) -> None:
    refused = run("export", "--per-day", "--out", str(tmp_path / "days"), "--db", str(tmp_path / "x.db"), *more)
    assert refused.returncode == 2
    assert sentence in " ".join(refused.stderr.replace("│", " ").split())


@pytest.mark.parametrize("name", ["file", "absent/days"])
def test_a_folder_that_cannot_be_is_told(db: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    refused = run("export", "--per-day", "--out", str(tmp_path / name), "--db", str(db))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: The folder {tmp_path / name} cannot be made: ")


def test_the_days_from_elsewhere_are_the_same_files(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    with ServedFleet(tmp_path) as fleet:
        assert outcomes(fleet.db, here)
        done = run(
            "export", "--per-day", "--out", str(there), "--controller", fleet.url, FER_CONTROLLER_API__TOKEN=fleet.token
        )
    assert done.returncode == 0
    names = sorted(each.name for each in here.iterdir())
    assert names
    assert names == sorted(each.name for each in there.iterdir())
    assert all((here / name).read_bytes() == (there / name).read_bytes() for name in names)


def test_people_read_sentences(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "days"
    done = run("export", "--per-day", "--out", str(folder), "--db", str(db))
    lines = done.stdout.splitlines()
    assert lines[0] == f"{FIRST_DAY}: 3 events are in {folder}/events-{FIRST_DAY}.parquet."
    assert lines[2].endswith(" is not over.")
    again = run("export", "--per-day", "--out", str(folder), "--db", str(db))
    assert again.stdout.splitlines()[0] == f"{FIRST_DAY} is there already."
