"""fer-models measures with the options that fer-agent runs with, though neither imports the other."""

from fer_agent.inference import providers as agent
from fer_models.bench.runtimes import ort_providers as bench


def test_every_version_knows_the_same_options_but_for_the_shapes_of_a_batch() -> None:
    assert list(agent.TENSORRT_OPTIONS) == list(bench.TENSORRT_OPTIONS)


def test_every_precision_sets_the_same_options() -> None:
    assert agent.TENSORRT_PRECISION_OPTIONS == bench.TENSORRT_PRECISION_OPTIONS
