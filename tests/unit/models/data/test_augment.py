"""Views of faces stay faces: same shape, same range, the same for the same seed."""

import pytest
from made_models import made_faces

pytestmark = pytest.mark.training


@pytest.fixture(autouse=True)
def _torch() -> None:
    pytest.importorskip("torch", exc_type=ImportError)


def test_views_keep_shape_and_range_and_differ_from_their_faces() -> None:
    import torch
    from fer_models.data.augment import augment
    from fer_models.data.augmentation import Augmentation

    faces = torch.from_numpy(made_faces(21).images).unsqueeze(1).float()
    views = augment(faces, Augmentation(), torch.Generator().manual_seed(1))
    assert views.shape == faces.shape
    assert views.min() >= 0
    assert views.max() <= 255
    assert not any(view.equal(face) for view, face in zip(views, faces, strict=True))


def test_the_same_seed_draws_the_same_views() -> None:
    import torch
    from fer_models.data.augment import augment
    from fer_models.data.augmentation import Augmentation

    faces = torch.from_numpy(made_faces(7).images).unsqueeze(1).float()
    one, other = (augment(faces, Augmentation(), torch.Generator().manual_seed(3)) for _ in range(2))
    assert one.equal(other)


def test_a_still_augmentation_only_flips() -> None:
    import torch
    from fer_models.data.augment import augment
    from fer_models.data.augmentation import Augmentation

    faces = torch.from_numpy(made_faces(7).images).unsqueeze(1).float()
    views = augment(faces, Augmentation(0, 0, 0, 0, 0, 0, 0), torch.Generator().manual_seed(3))
    for view, face in zip(views, faces, strict=True):
        assert min((view - face).abs().max(), (view - face.flip(-1)).abs().max()) < 0.01
