"""The process that downloads for the simulated devices, against real HTTP."""

import os
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from threading import Event

import pytest
from artifact_server import ArtifactServer
from controller_process import eventually
from fer_simulator.downloads.client import DownloadClient
from fer_simulator.downloads.request import Outcome, Part, Request
from fer_simulator.errors import SimulationError

DATA = os.urandom(700_000)
PATH = "/v1/artifacts/some"


@pytest.fixture
def server() -> Iterator[ArtifactServer]:
    made = ArtifactServer()
    made.files[PATH] = DATA
    yield made
    made.close()


@pytest.fixture
def fetcher(server: ArtifactServer) -> Iterator[DownloadClient]:
    made = DownloadClient(server.url, 4, lambda: None, time.monotonic)
    yield made
    made.close()


def fetched(fetcher: DownloadClient, request: Request, wanted: Callable[[], bool] = lambda: True) -> Outcome:
    """What a fetch came to."""
    outcomes: list[Outcome] = []
    fetcher.fetch(request, wanted, outcomes.append)

    def told() -> bool:
        fetcher.deliver()
        return bool(outcomes)

    eventually(told, "the fetch has ended")
    return outcomes[0]


def test_a_file_is_hashed_and_counted_and_no_byte_of_it_is_kept(fetcher: DownloadClient) -> None:
    part = Part()
    assert fetched(fetcher, Request(PATH, part=part, size_bytes=len(DATA))) == Outcome()
    assert (part.received_bytes, part.sha256) == (len(DATA), sha256(DATA).hexdigest())
    assert fetcher.total_bytes == len(DATA)


def test_a_manifest_comes_whole(fetcher: DownloadClient, server: ArtifactServer) -> None:
    server.files["/manifest"] = bytes(range(256))
    assert fetched(fetcher, Request("/manifest")).body == bytes(range(256))


def test_a_cut_download_goes_on_from_where_it_ended(fetcher: DownloadClient, server: ArtifactServer) -> None:
    server.faults.cuts, server.faults.cut_after_bytes = 1, 500_000
    part = Part()
    request = Request(PATH, part=part, size_bytes=len(DATA))
    assert fetched(fetcher, request).fault
    assert 0 < part.received_bytes <= 500_000
    assert fetched(fetcher, request) == Outcome()
    assert part.sha256 == sha256(DATA).hexdigest()
    assert [each.status for each in server.asked] == [200, 206]


def test_a_file_that_changed_in_between_begins_again(fetcher: DownloadClient, server: ArtifactServer) -> None:
    server.faults.cuts, server.faults.cut_after_bytes = 1, 500_000
    part = Part()
    request = Request(PATH, part=part, size_bytes=len(DATA))
    fetched(fetcher, request)
    server.files[PATH] = other = DATA[::-1]
    assert fetched(fetcher, request) == Outcome()
    assert part.sha256 == sha256(other).hexdigest()


def test_pieces_are_asked_for_by_their_range(fetcher: DownloadClient, server: ArtifactServer) -> None:
    part = Part()
    for _ in range(3):
        fetched(fetcher, Request(PATH, part=part, size_bytes=len(DATA), piece_bytes=300_000))
    assert part.sha256 == sha256(DATA).hexdigest()
    assert [each.range for each in server.asked] == ["bytes=0-299999", "bytes=300000-599999", "bytes=600000-899999"]


def test_more_bytes_than_were_announced_are_not_taken(fetcher: DownloadClient) -> None:
    outcome = fetched(fetcher, Request(PATH, part=Part(), size_bytes=1000))
    assert (outcome.final, outcome.wrong_size) == (True, True)


def test_a_token_goes_to_the_controller_and_nowhere_else(fetcher: DownloadClient, server: ArtifactServer) -> None:
    fetched(fetcher, Request(PATH, "secret", Part(), len(DATA)))
    fetched(fetcher, Request(server.url + PATH, "secret", Part(), len(DATA)))
    assert [each.token for each in server.asked] == ["Bearer secret", ""]


def test_what_is_not_there_is_final_and_a_server_that_is_not_there_is_not(
    fetcher: DownloadClient, server: ArtifactServer
) -> None:
    missing = fetched(fetcher, Request("/v1/artifacts/none", part=Part(), size_bytes=1))
    assert (missing.final, missing.fault) == (True, f"HTTP 404 for {server.url}/v1/artifacts/none")
    unreachable = fetched(fetcher, Request("http://127.0.0.1:1/x", part=Part(), size_bytes=1))
    assert not unreachable.final
    assert "refused" in unreachable.fault


def test_a_download_that_is_no_longer_wanted_is_given_up(fetcher: DownloadClient) -> None:
    assert fetched(fetcher, Request(PATH, part=Part(), size_bytes=len(DATA)), wanted=lambda: False) is not None


def test_a_path_without_a_controller_is_a_fault(server: ArtifactServer) -> None:
    woken = Event()
    alone = DownloadClient(None, 1, woken.set, time.monotonic)
    try:
        outcome = fetched(alone, Request(PATH, part=Part(), size_bytes=1))
        assert outcome.final
        assert "--controller is not given" in outcome.fault
    finally:
        alone.close()
    assert woken.is_set()
    assert server.asked == []


def test_a_process_that_dies_is_told(fetcher: DownloadClient) -> None:
    fetcher._process.kill()

    def deliver() -> bool:
        fetcher.deliver()
        return False

    with pytest.raises(SimulationError, match="has ended"):
        eventually(deliver, "the end is told")
