import logging
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import List

import pytest
from fer_agent.errors import SpoolError
from fer_agent.outbox.spool import Spool
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from unit.agent.observations import observation

BIG = 10_000_000


def seqs(spool: Spool) -> List[int]:
    return [event.seq for event in spool.pending(0, 10_000)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


def test_events_are_numbered_from_one_without_holes(path: Path) -> None:
    spool = Spool(path, "nano-01", BIG)
    assert spool.append([observation(), observation()]) == [1, 2]
    assert spool.append([observation()]) == [3]
    assert seqs(spool) == [1, 2, 3]
    spool.close()


def test_numbers_and_epoch_go_on_after_a_restart_even_when_all_was_acknowledged(path: Path) -> None:
    spool = Spool(path, "nano-01", BIG)
    spool.append([observation(track=7)])
    spool.acknowledge(spool.epoch, 1)
    epoch = spool.epoch
    spool.close()
    again = Spool(path, "nano-01", BIG)
    assert (again.epoch, again.last_seq, again.last_track) == (epoch, 1, 7)
    assert again.append([observation()]) == [2]
    again.close()


def test_an_ack_deletes_up_to_its_seq_and_says_what_is_the_oldest(path: Path) -> None:
    spool = Spool(path, "nano-01", BIG)
    spool.append([observation() for _ in range(5)])
    spool.acknowledge(spool.epoch, 3)
    assert [(e.seq, e.oldest_seq) for e in spool.pending(0, 10)] == [(4, 4), (5, 4)]
    spool.close()


def test_an_ack_of_another_epoch_deletes_nothing(path: Path) -> None:
    spool = Spool(path, "nano-01", BIG)
    spool.append([observation()])
    spool.acknowledge("another", 1)
    assert seqs(spool) == [1]
    spool.close()


def test_an_ack_beyond_what_was_given_out_begins_a_new_epoch_and_keeps_what_is_new(path: Path) -> None:
    before = Spool(path, "nano-01", BIG)
    before.append([observation(), observation()])
    before.close()
    restored = Spool(path, "nano-01", BIG)
    old_epoch = restored.epoch
    restored.append([observation(track=9)])
    restored.acknowledge(old_epoch, 50)
    (event,) = restored.pending(0, 10)
    assert event.track == 9
    assert event.epoch == restored.epoch != old_epoch
    restored.close()


def test_beyond_the_cap_the_oldest_go_and_are_counted_across_restarts(path: Path) -> None:
    probe = Spool(path.with_name("probe.db"), "nano-01", BIG)
    probe.append([observation()])
    one = probe.statistics().size_bytes
    probe.close()
    spool = Spool(path, "nano-01", one * 10)
    for _ in range(25):
        spool.append([observation()])
    spool.close()
    again = Spool(path, "nano-01", one * 10)
    assert seqs(again) == list(range(16, 26))
    assert again.oldest_seq == 16
    assert again.statistics().dropped_events == 15
    assert again.statistics().size_bytes == one * 10
    again.close()


def test_a_delivered_event_goes_alone(path: Path) -> None:
    spool = Spool(path, "nano-01", BIG)
    spool.append([observation() for _ in range(3)])
    spool.delivered(2)
    assert seqs(spool) == [1, 3]
    assert spool.oldest_seq == 1
    spool.close()


def test_a_damaged_file_is_kept_aside_and_a_new_epoch_begins(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_bytes(b"this is no database, " * 500)
    spool = Spool(path, "nano-01", BIG)
    assert spool.append([observation()]) == [1]
    assert "is damaged" in caplog.text
    assert any("damaged" in kept.name for kept in path.parent.iterdir())
    spool.close()


def test_a_full_disk_is_one_sentence_and_nothing_is_half_stored(path: Path) -> None:
    spool = Spool(path, "nano-01", BIG)
    spool.append([observation()])
    pages = spool._db.execute("PRAGMA page_count").fetchone()[0]
    spool._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SpoolError, match=r"Cannot write the spool .* \(database or disk is full\); check that"):
        spool.append([observation() for _ in range(100)])
    assert seqs(spool) == [1]
    spool._db.execute("PRAGMA max_page_count = 1000000")
    assert spool.append([observation()]) == [2]
    spool.close()


def test_a_spool_that_can_be_written_again_says_so_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    spool = Spool(path, "nano-01", BIG)
    spool.append([observation()])
    assert not caplog.messages
    (pages,) = spool._db.execute("PRAGMA page_count").fetchone()
    spool._db.execute(f"PRAGMA max_page_count = {pages}")
    for _ in range(2):
        with pytest.raises(SpoolError):
            spool.append([observation()] * 500)
    assert seqs(spool) == [1]
    assert not caplog.messages
    spool._db.execute("PRAGMA max_page_count = 1000000")
    spool.append([observation()] * 500)
    spool.append([observation()])
    assert caplog.messages == [f"The spool {path} can be written again."]
    spool.close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolError, match="Cannot open the spool"):
        Spool(tmp_path / "file" / "spool.db", "nano-01", BIG)


def test_a_lock_held_by_another_process_is_one_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_agent.outbox.spool.BUSY_TIMEOUT_S", 0.05)
    spool = Spool(path, "nano-01", BIG)
    other = sqlite3.connect(str(path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(SpoolError, match="database is locked"):
        spool.append([observation()])
    other.execute("ROLLBACK")
    assert spool.append([observation()]) == [1]
    other.close()
    spool.close()


@settings(max_examples=examples(50))
@given(steps=st.lists(st.one_of(st.integers(1, 4), st.just("ack"), st.just("restart")), max_size=30), data=st.data())
def test_whatever_happens_numbers_are_contiguous_and_only_acknowledged_events_go(
    tmp_path_factory: pytest.TempPathFactory, steps: List[object], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("spool") / "spool.db"
    spool, given_out, acknowledged = Spool(path, "d", BIG), 0, 0
    for step in steps:
        if isinstance(step, int):
            assert spool.append([observation()] * step) == list(range(given_out + 1, given_out + step + 1))
            given_out += step
        elif step == "ack":
            acknowledged = max(acknowledged, data.draw(st.integers(0, given_out)))
            spool.acknowledge(spool.epoch, acknowledged)
        else:
            spool.close()
            spool = Spool(path, "d", BIG)
        assert seqs(spool) == list(range(acknowledged + 1, given_out + 1))
    spool.close()


KILLED_WRITER = """
import sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from unit.agent.observations import observation
from fer_agent.outbox.spool import Spool
spool = Spool(Path({path!r}), "nano-01", 10_000_000)
while True:
    print(spool.append([observation()])[0], flush=True)
"""


def test_kill_9_at_any_moment_loses_no_number_that_was_given_out(path: Path) -> None:
    code = textwrap.dedent(KILLED_WRITER.format(tests=str(Path(__file__).parents[3]), path=str(path)))
    last = 0
    for events_before_the_kill in (1, 7, 30, 3, 64):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert child.stdout is not None
        for _ in range(events_before_the_kill):
            last = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        last = max([last, *(int(line) for line in child.stdout.read().split())])
        child.wait()
        child.stdout.close()
        spool = Spool(path, "nano-01", BIG)
        assert seqs(spool) == list(range(1, spool.last_seq + 1))
        assert last <= spool.last_seq <= last + 1
        last = spool.last_seq
        spool.close()
