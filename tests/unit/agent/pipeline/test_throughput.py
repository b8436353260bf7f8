import pytest
from fer_agent.pipeline.throughput import RECENT_FRAMES, Throughput

MS = 1_000_000
SECOND = 1_000 * MS


def test_before_the_first_frame_nothing_is_known() -> None:
    assert Throughput().fps() is None
    assert Throughput().latencies_ms() == (None, None)


def test_the_rate_is_that_of_the_last_ten_seconds() -> None:
    throughput = Throughput()
    for frame in range(60):
        throughput.add(0, frame * SECOND // 30)
    assert throughput.fps(now_ns=2 * SECOND) == pytest.approx(30)
    assert throughput.fps(now_ns=60 * SECOND) == 0


def test_latencies_are_the_median_and_the_95th_percentile() -> None:
    throughput = Throughput()
    for latency in range(1, 101):
        throughput.add(0, latency * MS)
    assert list(throughput.latencies_ms()) == pytest.approx([50.5, 95.05])


def test_only_so_many_frames_are_remembered() -> None:
    throughput = Throughput()
    for _ in range(RECENT_FRAMES):
        throughput.add(0, 1000 * MS)
    for _ in range(RECENT_FRAMES):
        throughput.add(0, MS)
    assert throughput.latencies_ms() == (1, 1)
