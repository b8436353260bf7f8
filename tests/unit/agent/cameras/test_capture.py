import threading
import time
from typing import Callable, List, Optional

import pytest
from fakes_vision import FakeCamera, picture
from fer_agent.cameras.camera import Frame, Image
from fer_agent.cameras.capture import ENDED, REOPENING, RUNNING, Capture
from fer_agent.cameras.handoff import Handoff
from fer_agent.errors import CameraError
from fer_agent.settings import CameraSettings

SETTINGS = CameraSettings(name="door", reopen_max_s=0.05, stall_s=0.2)
PATIENCE_S = 10


def collect(capture: Capture, until: Callable[[List[Frame]], bool]) -> List[Frame]:
    frames: List[Frame] = []
    deadline = time.monotonic() + PATIENCE_S
    while not until(frames) and time.monotonic() < deadline:
        frame = capture.next(0.05)
        if frame is not None:
            frames.append(frame)
    return frames


def test_a_source_read_once_gives_every_frame_and_ends() -> None:
    camera = FakeCamera([picture(value=v) for v in range(50)], live=False)
    capture = Capture(SETTINGS, lambda: camera)
    capture.start()
    frames = collect(capture, lambda _: capture.state == ENDED)
    assert [int(frame.image[0, 0, 0]) for frame in frames] == list(range(50))
    assert [frame.index for frame in frames] == list(range(50))
    assert capture.skipped == 0
    assert camera.closed.is_set()


def test_a_source_read_once_keeps_its_own_time_which_never_goes_back() -> None:
    camera = FakeCamera([picture()] * 4, live=False, positions_s=[0.0, 0.5, 0.4, 1.0])
    capture = Capture(SETTINGS, lambda: camera)
    capture.start()
    frames = collect(capture, lambda _: capture.state == ENDED)
    assert [frame.position_s for frame in frames] == [0.0, 0.5, 0.5, 1.0]
    assert frames[3].captured_at_s - frames[0].captured_at_s == pytest.approx(1.0)


def test_a_recording_goes_by_the_clock_that_is_set_while_it_plays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real_s, ahead_s = time.time, [0.0, 7 * 365 * 86_400.0, -3600.0]
    reads: List[None] = []
    monkeypatch.setattr(time, "time", lambda: real_s() + ahead_s[max(0, min(len(reads), len(ahead_s)) - 1)])

    class Stepped(FakeCamera):
        def read(self) -> Optional[Image]:
            reads.append(None)
            return super().read()

    capture = Capture(SETTINGS, lambda: Stepped([picture()] * 3, live=False, positions_s=[0.0, 0.5, 1.0]))
    capture.start()
    frames = collect(capture, lambda _: capture.state == ENDED)
    assert [frame.captured_at_s - real_s() for frame in frames] == pytest.approx(ahead_s, abs=PATIENCE_S)


def test_a_source_read_once_that_cannot_be_opened_is_fatal() -> None:
    camera = FakeCamera([], live=False)
    camera.opening_fault = "There is no such file."
    with pytest.raises(CameraError, match=r"There is no such file\."):
        Capture(SETTINGS, lambda: camera).start()


def test_a_fault_in_a_source_read_once_ends_it_and_is_kept() -> None:
    camera = FakeCamera([picture(), CameraError("The file is cut short.")], live=False)
    capture = Capture(SETTINGS, lambda: camera)
    capture.start()
    assert len(collect(capture, lambda _: capture.state == ENDED)) == 1
    assert capture.error == "The file is cut short."


def test_of_a_live_camera_only_the_newest_frame_counts() -> None:
    hold = threading.Event()
    capture = Capture(SETTINGS, lambda: FakeCamera([picture(value=v) for v in range(10)] + [hold]))
    capture.start()
    deadline = time.monotonic() + PATIENCE_S
    while capture.skipped < 9 and time.monotonic() < deadline:
        time.sleep(0.01)
    frame = capture.next(1)
    capture.stop()
    hold.set()
    assert frame is not None
    assert int(frame.image[0, 0, 0]) == 9
    assert capture.skipped == 9


def test_a_live_camera_with_a_fault_is_opened_again_and_the_fault_reported() -> None:
    hold = threading.Event()
    cameras = [FakeCamera([picture(), CameraError("Pulled out.")]), FakeCamera([picture(), hold])]
    opened = iter(cameras)
    capture = Capture(SETTINGS, lambda: next(opened))
    capture.start()
    collect(capture, lambda _: capture.state == REOPENING and bool(capture.error))
    assert capture.error == "Pulled out."
    collect(capture, lambda _: capture.reopened == 1)
    assert (capture.state, capture.error) == (RUNNING, "")
    assert cameras[0].closed.is_set()
    capture.stop()
    hold.set()


def test_a_live_camera_that_is_not_there_yet_is_waited_for() -> None:
    missing = FakeCamera([])
    missing.opening_fault = "There is no camera."
    hold = threading.Event()
    cameras = iter([missing, FakeCamera([picture(), hold])])
    capture = Capture(SETTINGS, lambda: next(cameras))
    capture.start()
    assert len(collect(capture, lambda frames: len(frames) == 1)) == 1
    capture.stop()
    hold.set()


def test_a_camera_whose_driver_hangs_is_left_behind_and_opened_again() -> None:
    hang, hold = threading.Event(), threading.Event()
    cameras = iter([FakeCamera([picture(value=1), hang, picture(value=2)]), FakeCamera([picture(value=3), hold])])
    capture = Capture(SETTINGS, lambda: next(cameras))
    capture.start()
    frames = collect(capture, lambda frames: len(frames) == 2)
    hang.set()
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [1, 3]
    assert capture.reopened == 1
    assert capture.next(0.05) is None
    capture.stop()
    hold.set()


def test_a_driver_that_raises_what_it_likes_is_a_fault_too() -> None:
    camera = FakeCamera([object()], live=False)
    capture = Capture(SETTINGS, lambda: camera)
    capture.start()
    collect(capture, lambda _: capture.state == ENDED)
    assert capture.error.startswith("Camera door failed (AssertionError")


def test_large_frames_are_scaled_to_the_width_set() -> None:
    camera = FakeCamera([picture(1280, 720), picture(320, 180)], live=False)
    capture = Capture(SETTINGS, lambda: camera)
    capture.start()
    frames = collect(capture, lambda _: capture.state == ENDED)
    assert [frame.image.shape[:2] for frame in frames] == [(360, 640), (180, 320)]


def test_after_a_stop_nothing_comes() -> None:
    capture = Capture(SETTINGS, lambda: FakeCamera([picture()], live=False, anew=True))
    capture.start()
    assert capture.next(1) is not None
    capture.stop()
    assert capture.next(0.05) is None
    assert capture.state == ENDED


def test_a_full_handoff_that_is_closed_lets_its_giver_go() -> None:
    handoff = Handoff(size=1, newest_only=False)
    frame = Frame("door", 0, picture(), 0.0, 0, 0.0)
    handoff.put(frame)
    giver = threading.Thread(target=handoff.put, args=(frame,))
    giver.start()
    handoff.close()
    giver.join(PATIENCE_S)
    assert not giver.is_alive()
    assert handoff.take(0) is frame
    assert handoff.take(0) is None


def test_a_live_camera_is_opened_anew_with_other_settings_and_that_is_no_fault() -> None:
    made: List[FakeCamera] = []

    def source() -> FakeCamera:
        made.append(FakeCamera([picture(value=len(made))], anew=True))
        return made[-1]

    capture = Capture(SETTINGS, source)
    capture.start()
    assert collect(capture, bool)
    capture.retune(SETTINGS.model_copy(update={"fps": 5.0}))
    frames = collect(capture, lambda found: bool(found) and int(found[-1].image[0, 0, 0]) == 1)
    capture.stop()
    assert int(frames[-1].image[0, 0, 0]) == 1
    assert (len(made), made[0].closed.is_set()) == (2, True)
    assert (capture.reopened, capture.error) == (0, "")


def test_settings_that_change_no_frame_leave_the_camera_open() -> None:
    made: List[FakeCamera] = []

    def source() -> FakeCamera:
        made.append(FakeCamera([picture()], anew=True))
        return made[-1]

    capture = Capture(SETTINGS, source)
    capture.start()
    assert collect(capture, bool)
    capture.retune(SETTINGS.model_copy(update={"blind_after_s": 5.0}))
    assert collect(capture, bool)
    capture.stop()
    assert len(made) == 1
