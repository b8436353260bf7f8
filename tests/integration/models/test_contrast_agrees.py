"""A dull face is stretched alike where a model learns, where it is measured, and on a device."""

import numpy as np
import pytest
from fer_agent.faces.contrast import stretched as on_a_device
from fer_models.evaluation.conditions import as_on_a_device
from hypothesis import given
from hypothesis import strategies as st

FACES, PX = 6, 48


def faces(seed: int) -> np.ndarray:
    """Faces of every contrast, flat ones too."""
    draw = np.random.default_rng(seed)
    low, reach = draw.uniform(0, 120, (2, FACES, 1, 1))
    return np.asarray(np.rint(low + reach * draw.random((FACES, PX, PX))), np.uint8)


@given(st.integers(0, 2**32 - 1))
def test_evaluation_shows_a_face_as_the_agent_does(seed: int) -> None:
    dull = faces(seed)
    expected = on_a_device(dull[:, np.newaxis].astype(np.float32))
    np.testing.assert_allclose(as_on_a_device(dull)[:, np.newaxis], expected, atol=1e-3)


@pytest.mark.training
@given(st.integers(0, 2**32 - 1))
def test_training_shows_a_face_as_the_agent_does(seed: int) -> None:
    torch = pytest.importorskip("torch", exc_type=ImportError)
    from fer_models.data.contrast import stretched

    dull = faces(seed)[:, np.newaxis].astype(np.float32)
    np.testing.assert_allclose(stretched(torch.from_numpy(dull)).numpy(), on_a_device(dull), atol=1e-3)
