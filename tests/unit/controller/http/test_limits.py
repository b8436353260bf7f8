import asyncio
from contextlib import ExitStack

import pytest
from fer_controller.http.limits import CHUNK_BYTES, SMALLEST_CHUNK_BYTES, Downloads


class Time:
    """Passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def clock(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def test_one_too_many_is_not_admitted_until_another_ends() -> None:
    downloads = Downloads(2, 0)
    with downloads.admitted("nano-01") as first, ExitStack() as others:
        assert first
        assert others.enter_context(downloads.admitted("nano-02"))
        with downloads.admitted("nano-03") as third:
            assert not third
    with downloads.admitted("nano-03") as later:
        assert later


def test_one_device_leaves_half_of_the_places_to_others() -> None:
    downloads = Downloads(8, 0)
    with ExitStack() as running:
        assert [running.enter_context(downloads.admitted("nano-01")) for _ in range(6)] == [True] * 4 + [False] * 2
        assert running.enter_context(downloads.admitted("nano-02"))


def test_a_download_that_fails_makes_room() -> None:
    downloads = Downloads(1, 0)
    with pytest.raises(ZeroDivisionError), downloads.admitted():
        raise ZeroDivisionError
    with downloads.admitted() as admitted:
        assert admitted


def test_bytes_wait_for_their_turn() -> None:
    time = Time()
    downloads = Downloads(2, 0.5, time.clock, time.sleep)

    async def take() -> None:
        for _ in range(11):
            await downloads.take(100_000)

    asyncio.run(take())
    assert time.now_s - 100.0 == pytest.approx(10 * 100_000 / 500_000)


def test_what_was_not_used_is_not_saved_up() -> None:
    time = Time()
    downloads = Downloads(2, 0.5, time.clock, time.sleep)

    async def take() -> float:
        await downloads.take(500_000)
        time.now_s += 60
        begun_s = time.now_s
        await downloads.take(500_000)
        await downloads.take(500_000)
        return time.now_s - begun_s

    assert asyncio.run(take()) == pytest.approx(1.0)


def test_without_a_cap_nobody_waits() -> None:
    time = Time()
    downloads = Downloads(1, 0, time.clock, time.sleep)
    asyncio.run(downloads.take(10**12))
    assert time.now_s == 100.0


@pytest.mark.parametrize(
    ("most", "max_mbytes_s", "chunk_bytes"),
    [(32, 0, CHUNK_BYTES), (32, 0.32, 10_000), (32, 0.01, SMALLEST_CHUNK_BYTES), (1, 1000, CHUNK_BYTES)],
)
def test_chunks_are_so_small_that_every_download_moves(most: int, max_mbytes_s: float, chunk_bytes: int) -> None:
    assert Downloads(most, max_mbytes_s).chunk_bytes == chunk_bytes
