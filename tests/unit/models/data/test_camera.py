"""Views as a camera gives them stay faces, and each fault does what its name says."""

from dataclasses import replace
from typing import Any

import pytest
from made_models import made_faces

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


def seen(how: Any, seed: int = 1, faces: int = 21) -> tuple[Any, Any]:
    """Made-up faces, and what the camera makes of them."""
    import torch
    from fer_models.data.camera import as_a_camera

    views = torch.from_numpy(made_faces(faces).images).unsqueeze(1).float()
    return views, as_a_camera(views, how, torch.Generator().manual_seed(seed))


def test_spoiled_views_keep_shape_and_range_and_the_same_seed_draws_the_same() -> None:
    from fer_models.data.augmentation import ANY_CAMERA

    views, spoiled = seen(ANY_CAMERA)
    assert spoiled.shape == views.shape
    assert spoiled.min() >= 0
    assert spoiled.max() <= 255
    assert spoiled.equal(seen(ANY_CAMERA)[1])
    assert not spoiled.equal(seen(ANY_CAMERA, seed=2)[1])


def test_a_camera_without_faults_only_stretches() -> None:
    from fer_models.data.augmentation import Camera
    from fer_models.data.contrast import stretched

    views, same = seen(Camera())
    assert same.equal(stretched(views))


@pytest.mark.parametrize("fault", ["distant", "blurred", "compressed"])
def test_a_view_from_afar_blurred_or_compressed_has_less_detail(fault: str) -> None:
    from fer_models.data.augmentation import Camera

    views, spoiled = seen(replace(Camera(), **{fault: 1.0}))  # type: ignore[arg-type]  # any of the shares
    assert float(detail(spoiled)) < 0.9 * float(detail(views))


def test_a_dark_view_is_noisy_once_it_is_stretched() -> None:
    from fer_models.data.augmentation import Camera

    _, bright = seen(Camera())
    _, dark = seen(Camera(dark=1.0, light=(0.1, 0.1), gamma=0.0))
    assert dark.max() > 200
    assert float((dark - bright).std()) > 5


def test_a_share_of_the_views_is_spoiled_and_the_rest_is_not() -> None:
    from fer_models.data.augmentation import Camera

    _, spoiled = seen(Camera(noisy=0.5, noise=3.0), faces=140)
    _, clean = seen(Camera(), faces=140)
    changed = (spoiled != clean.round()).flatten(1).any(dim=1).float().mean()
    assert 0.3 < float(changed) < 0.7


def test_sides_that_are_no_whole_blocks_are_compressed_too() -> None:
    import torch
    from fer_models.data.augmentation import Camera
    from fer_models.data.camera import as_a_camera

    views = torch.rand(3, 1, 45, 50, generator=torch.Generator().manual_seed(0)) * 255
    assert as_a_camera(views, Camera(compressed=1.0), torch.Generator().manual_seed(0)).shape == views.shape


def detail(views: Any) -> Any:
    """Mean difference of neighbours."""
    return (views[..., 1:] - views[..., :-1]).abs().mean()
