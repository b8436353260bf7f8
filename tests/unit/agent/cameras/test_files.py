import os
from pathlib import Path
from types import SimpleNamespace
from typing import List, Optional

import cv2
import numpy as np
import pytest
from fer_agent.cameras import frame_timer, open_source
from fer_agent.cameras.file import LONGEST_S, FileCamera
from fer_agent.cameras.video import Video
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings

FPS = 20
FRAMES = 40


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), FPS, (64, 48))  # type: ignore[attr-defined,unused-ignore]
    noise = np.random.default_rng(0)
    for _ in range(FRAMES):
        writer.write(noise.integers(0, 255, (48, 64, 3), dtype=np.uint8))
    writer.release()
    return path


def camera(path: Path, *, once: bool = True) -> FileCamera:
    return FileCamera(CameraSettings(source=str(path)), once=once)


def read_to_the_end(film: FileCamera) -> List[Optional[float]]:
    """The frames' places in the film."""
    positions = []
    while film.read() is not None:
        positions.append(film.position_s)
    return positions


def test_every_frame_is_read_once_with_its_place_in_the_film(clip: Path) -> None:
    film = camera(clip)
    film.open()
    positions = read_to_the_end(film)
    film.close()
    assert positions == pytest.approx([index / FPS for index in range(FRAMES)], abs=0.6 / FPS)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match=r"There is no video file .*gone\.mp4; check the path given as source"):
        camera(tmp_path / "gone.mp4").open()


def test_a_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("no video")
    with pytest.raises(CameraError, match=r"text\.mp4 cannot be read as a video"):
        camera(path).open()


def test_a_truncated_video_gives_what_there_is_and_then_says_so(clip: Path) -> None:
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    film = camera(clip)
    film.open()
    with pytest.raises(CameraError, match=r"clip\.avi ends after \d+ frames, \d+ bytes before the end"):
        read_to_the_end(film)
    assert film.position_s is not None
    assert 0.5 < film.position_s < 1.5


class Clock:
    """Time, and an event that nobody sets: who waits for it makes the time pass."""

    now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s

    def wait(self, timeout_s: float) -> None:
        self.now_s += timeout_s

    def set(self) -> None:
        """Let go; nobody waits here."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands for the time by which frames are played."""
    made = Clock()
    monkeypatch.setattr(frame_timer, "time", made)
    monkeypatch.setattr(frame_timer, "threading", SimpleNamespace(Event=lambda: made))
    return made


def test_played_live_a_film_keeps_its_own_time_and_starts_again(clip: Path, clock: Clock) -> None:
    film = camera(clip, once=False)
    film.open()
    for frames_before in range(FRAMES + 5):
        assert film.read() is not None
        assert clock.now_s == pytest.approx(100.0 + frames_before / FPS)
    assert film.position_s is None
    film.close()


def test_closing_twice_does_no_harm(clip: Path) -> None:
    film = camera(clip)
    film.close()
    film.open()
    film.close()
    film.close()
    assert film.read() is None


@pytest.mark.parametrize("once", [True, False])
def test_a_video_without_a_frame_is_told_in_a_sentence_live_too(
    clip: Path, once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Video, "read", lambda _: None)
    film = camera(clip, once=once)
    film.open()
    with pytest.raises(CameraError, match=r"clip\.avi contains no frame that can be read; record it anew\."):
        film.read()


def test_a_name_that_is_not_utf8_is_read_as_any_other(clip: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(clip.parent) + b"/caf\xe9.avi"))
    clip.rename(odd)
    film = camera(odd)
    film.open()
    assert len(read_to_the_end(film)) == FRAMES


def test_an_error_names_a_file_whose_name_is_not_utf8_in_text_that_can_be_sent() -> None:
    with pytest.raises(CameraError) as fault:
        camera(Path(os.fsdecode(b"/nowhere/caf\xe9.avi"))).open()
    assert r"/nowhere/caf\xe9.avi" in str(fault.value)
    assert str(fault.value).encode()


def test_no_header_dates_a_recording_further_back_than_a_day(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Video, "frames", 2**62)
    film = camera(clip)
    film.open()
    assert film.length_s == LONGEST_S


def test_a_pipe_is_refused_before_anybody_waits_for_its_writer(tmp_path: Path) -> None:
    pipe = tmp_path / "camera.mp4"
    os.mkfifo(pipe)
    with pytest.raises(CameraError, match="is no file, but a pipe or the like"):
        open_source(CameraSettings(source=str(pipe)), once=True).open()
