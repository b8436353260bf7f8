import numpy as np
from fer_agent.cameras.demo import PORTRAIT, DemoCamera
from fer_agent.settings import CameraSettings

SETTINGS = CameraSettings(source="demo:", width_px=320, fps=200)


def test_the_portrait_is_shipped_and_small() -> None:
    assert PORTRAIT.stat().st_size < 100_000


def test_the_portrait_moves_from_frame_to_frame() -> None:
    camera = DemoCamera(SETTINGS)
    camera.open()
    first, second = camera.read(), camera.read()
    camera.close()
    assert first is not None
    assert second is not None
    assert first.shape == (240, 320, 3)
    assert (first != second).any()


def test_the_same_moment_always_looks_the_same() -> None:
    camera = DemoCamera(SETTINGS)
    portrait = np.random.default_rng(0).integers(0, 255, (512, 512, 3), dtype=np.uint8)
    assert (camera.picture(portrait, 3.5) == camera.picture(portrait, 3.5)).all()


def test_visitors_come_and_go() -> None:
    camera = DemoCamera(CameraSettings(source="demo:visitors", width_px=320))
    portrait = np.random.default_rng(0).integers(0, 255, (512, 512, 3), dtype=np.uint8)
    seen = [camera.picture(portrait, second).std() > 0 for second in (0.4, 1.2, 1.9, 2.7)]
    assert seen == [True, False, True, False]
