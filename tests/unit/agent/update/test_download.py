import threading
from pathlib import Path
from typing import Optional

import pytest
from fer_agent.errors import CanceledError, RejectedError, UpdateError
from fer_agent.update import download, durable
from unit.agent.update.artifact_server import ArtifactServer, Misbehaviour
from unit.agent.update.fetching import DATA, MANIFEST, PATH, TOKEN, Fetching

PATIENCE_S = 30.0
FOR_EVER_S = 600.0


def test_a_file_comes_whole_with_the_token_and_its_progress(fetching: Fetching, server: ArtifactServer) -> None:
    fetching.fetch()
    assert fetching.path.read_bytes() == DATA
    assert [headers["Authorization"] for headers in server.asked(PATH)] == [f"Bearer {TOKEN}"]
    assert (fetching.progress[0], fetching.progress[-1]) == (0, len(DATA))
    assert fetching.progress == sorted(fetching.progress)


def test_a_manifest_comes_too(fetching: Fetching) -> None:
    assert fetching.downloader.manifest(MANIFEST, fetching.cancel) == b"{}"


@pytest.mark.parametrize("cut_after", [20_000, 250_000])
def test_what_broke_off_goes_on_where_it_was(fetching: Fetching, server: ArtifactServer, cut_after: int) -> None:
    server.misbehaviours = [Misbehaviour(cut_after=cut_after)]
    fetching.fetch()
    first, second = server.asked(PATH)
    assert fetching.path.read_bytes() == DATA
    assert "Range" not in first
    assert second["Range"].startswith("bytes=")
    assert second["If-Range"] == '"tifacts/some"'


def test_it_goes_on_after_the_agent_died(fetching: Fetching, server: ArtifactServer) -> None:
    fetching.path.write_bytes(DATA[:100_000])
    fetching.etag.write_text('"tifacts/some"')
    fetching.fetch()
    assert fetching.path.read_bytes() == DATA
    assert server.asked(PATH)[0]["Range"] == "bytes=100000-"


@pytest.mark.parametrize("etag", ['"of another file"', None])
def test_a_rest_of_another_file_is_fetched_anew(fetching: Fetching, etag: Optional[str]) -> None:
    fetching.path.write_bytes(b"other" * 1000)
    if etag:
        fetching.etag.write_text(etag)
    fetching.fetch()
    assert fetching.path.read_bytes() == DATA


@pytest.mark.parametrize(
    "wrong",
    [
        Misbehaviour(ignores_range=True),
        Misbehaviour(range_start=5),
        Misbehaviour(status=416),
        Misbehaviour(status=500),
        Misbehaviour(status=502),
        Misbehaviour(status=503, headers={"Retry-After": "0"}),
        Misbehaviour(status=429),
        Misbehaviour(stall_after=8192),
        Misbehaviour(cut_after=0),
    ],
    ids=["no Range", "another Range", "416", "500", "502", "503", "429", "stall", "cut at once"],
)
def test_what_a_server_does_wrong_once_is_mended_by_another_try(
    fetching: Fetching, server: ArtifactServer, wrong: Misbehaviour
) -> None:
    fetching.path.write_bytes(DATA[:50_000])
    fetching.etag.write_text('"tifacts/some"')
    server.misbehaviours = [wrong]
    fetching.fetch()
    assert fetching.path.read_bytes() == DATA


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (404, "answered 404; the controller does not have it"),
        (410, "answered 410"),
        (401, "answered 401; this device is not enrolled there"),
    ],
)
def test_what_another_try_cannot_mend_ends_at_once(
    fetching: Fetching, server: ArtifactServer, status: int, sentence: str
) -> None:
    server.misbehaves = lambda _: Misbehaviour(status=status)
    with pytest.raises(UpdateError, match=sentence):
        fetching.fetch()
    assert len(server.requests) == 1


def test_tries_are_counted_and_end(fetching: Fetching, server: ArtifactServer) -> None:
    server.misbehaves = lambda _: Misbehaviour(status=500)
    with pytest.raises(
        UpdateError, match=r"/v1/artifacts/some cannot be fetched after 4 tries: the server answered 500"
    ):
        fetching.fetch()
    assert len(server.requests) == 4


def test_a_try_that_moved_on_is_no_failure(fetching: Fetching, server: ArtifactServer) -> None:
    fetching.downloader = Fetching(fetching.path.parent, server, retries=1).downloader
    server.misbehaviours = [Misbehaviour(cut_after=80_000) for _ in range(3)]
    fetching.fetch()
    assert fetching.path.read_bytes() == DATA


def test_a_busy_server_is_asked_again_when_it_says_and_that_is_no_failure(
    fetching: Fetching, server: ArtifactServer
) -> None:
    server.misbehaviours = [Misbehaviour(status=503, headers={"Retry-After": "0"}) for _ in range(10)]
    fetching.fetch()
    assert len(server.requests) == 11


def test_a_busy_server_is_given_up_in_the_end(
    fetching: Fetching, server: ArtifactServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "BUSY_PATIENCE_S", 0.0)
    server.misbehaves = lambda _: Misbehaviour(status=503, headers={"Retry-After": "0"})
    with pytest.raises(UpdateError, match=r"after 4 tries: the server is busy \(503\)"):
        fetching.fetch()


@pytest.mark.parametrize("body", [DATA + b"more", DATA[:-1]], ids=["longer", "shorter"])
def test_a_file_of_another_size_is_refused_and_not_kept(
    fetching: Fetching, server: ArtifactServer, body: bytes
) -> None:
    server.misbehaves = lambda _: Misbehaviour(body=body)
    with pytest.raises(RejectedError, match=rf"has {len(body)} bytes, {len(DATA)} were promised"):
        fetching.fetch()
    assert fetching.path.read_bytes() == b""


def test_a_server_that_does_not_say_how_much_is_cut_off_at_the_promise(
    fetching: Fetching, server: ArtifactServer
) -> None:
    server.misbehaves = lambda _: Misbehaviour(body=DATA * 3, headers={"Content-Length": "unknown"})
    with pytest.raises(RejectedError, match="gives more than the"):
        fetching.fetch(size_bytes=1000)
    assert fetching.path.stat().st_size <= 1000


def test_an_endless_manifest_is_cut_off(fetching: Fetching, server: ArtifactServer) -> None:
    server.misbehaves = lambda _: Misbehaviour(body=b" " * 200_000)
    with pytest.raises(RejectedError, match="gives more than 65536 bytes; that is no manifest"):
        fetching.downloader.manifest(MANIFEST, fetching.cancel)


@pytest.mark.parametrize("stall", [True, False], ids=["in a stall", "between two chunks"])
def test_a_cancel_ends_a_download_at_once_and_keeps_what_came(
    tmp_path: Path, server: ArtifactServer, stall: bool
) -> None:
    fetching = Fetching(tmp_path, server, timeout_s=FOR_EVER_S)
    server.chunk_pause_s = 0.05
    if stall:
        server.misbehaves = lambda _: Misbehaviour(stall_after=40_000)
    threading.Timer(0.5, fetching.cancel.set).start()
    with pytest.raises(CanceledError):
        fetching.fetch()
    assert server.stalls_ended == 0
    here = fetching.path.stat().st_size
    assert 0 < here < len(DATA)
    server.released.set()
    left_behind = [thread for thread in threading.enumerate() if thread.name == "download"]
    for thread in left_behind:
        thread.join(PATIENCE_S)
    assert not any(thread.is_alive() for thread in left_behind)
    assert fetching.path.stat().st_size == here


def test_a_cancel_ends_the_wait_for_another_try(fetching: Fetching, server: ArtifactServer) -> None:
    server.misbehaves = lambda _: Misbehaviour(status=503, headers={"Retry-After": "200"})
    threading.Timer(0.3, fetching.cancel.set).start()
    with pytest.raises(CanceledError):
        fetching.fetch()


def test_a_server_that_drips_is_as_good_as_silent(tmp_path: Path, server: ArtifactServer) -> None:
    server.chunk_bytes, server.chunk_pause_s = 10, 0.05
    fetching = Fetching(tmp_path, server, timeout_s=0.2, retries=0)
    with pytest.raises(UpdateError, match="the server is too slow"):
        fetching.fetch()


def test_a_full_disk_is_seen_before_anything_is_fetched(
    fetching: Fetching, server: ArtifactServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "DISK_MARGIN_BYTES", 1 << 60)
    with pytest.raises(UpdateError, match=r"The disk of .* is full: 0\.3 MB are to come"):
        fetching.fetch()
    assert server.requests == []


def test_a_disk_that_fills_up_meanwhile_is_one_sentence(tmp_path: Path, server: ArtifactServer) -> None:
    fetching = Fetching(tmp_path, server)
    fetching.path = Path("/dev/full")
    with pytest.raises(UpdateError, match=r"Cannot write /dev/full \(.*No space left"):
        fetching.fetch()


def test_what_is_here_whole_is_not_fetched(fetching: Fetching, server: ArtifactServer) -> None:
    fetching.path.write_bytes(DATA)
    fetching.fetch()
    assert server.requests == []


def test_more_than_was_promised_on_disk_is_fetched_anew(fetching: Fetching) -> None:
    fetching.path.write_bytes(DATA + b"more")
    fetching.fetch()
    assert fetching.path.read_bytes() == DATA
