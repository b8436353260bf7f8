"""What tests of all programs share: the data folder, a real broker, and the rule that CI skips nothing."""

import gc
import os
import signal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generator, Iterator, List, TypeVar

import dealing
import pytest
from fer_wire.onnx_runtime import SILENCE
from real_broker import Mosquitto, running

if TYPE_CHECKING:
    from real_postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
DATA_VARIABLE = "FER_DATA"
NOTHING_SKIPPED_VARIABLE = "FER_NOTHING_SKIPPED"
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

os.environ.update(SILENCE)

# The tests' garbage is little, and the whole collection is alive: Python's own 700 objects have it look all the time.
gc.set_threshold(50_000)

# A shell that runs the tests in the background lets them, and every program that they start, ignore Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# The environment of JetPack 4.6 comes without either.
if find_spec("hypothesis"):
    import hypothesis_profiles

    hypothesis_profiles.use()
if find_spec("dlib"):
    import dlib_once

    dlib_once.share()
if find_spec("fer_controller"):
    import tables_once

    tables_once.share()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Fork the workers from one process that has collected the tests."""
    import forked_workers

    forked_workers.share(config.invocation_params.args)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage: a fifth of the time went there, and all that is imported stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: List[pytest.Item]) -> None:
    """Deal the tests out, where several workers share them."""
    if dealing.workers() > 1:
        folder = Path(__file__).parent
        items[:] = dealing.dealt(items, lambda item: os.path.relpath(item.path, folder), dealing.workers())


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Third-party clips, faces and FER2013, which are not part of the repository."""
    folder = Path(os.environ.get(DATA_VARIABLE) or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"The test data is not at {folder}; set {DATA_VARIABLE} to the folder that holds it.")
    return folder


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real Mosquitto, running, with a port and a folder of its own."""
    with running(tmp_path / "mosquitto") as broker:
        yield broker


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Postgres]":
    """A real PostgreSQL, running, for all tests of all workers."""
    if not find_spec("psycopg"):
        pytest.skip("psycopg is not installed.")
    import real_postgres
    from shared_postgres import shared

    real_postgres.installed()
    own = tmp_path_factory.getbasetemp()
    with shared(own.parent if dealing.workers() > 1 else own) as server:
        yield server


@pytest.fixture(scope="module")
def postgres(postgres_server: "Postgres") -> "Iterator[Postgres]":
    """The same; the databases that a file of tests makes there go with it, for each takes ten megabytes."""
    yield postgres_server
    postgres_server.drop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where nothing may be skipped, a skipped test is a failed one."""
    return _unskipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Where nothing may be skipped, a skipped file is a failed one."""
    return _unskipped((yield))


def _unskipped(report: Report) -> Report:
    expected_failure = hasattr(report, "wasxfail")
    if os.environ.get(NOTHING_SKIPPED_VARIABLE) and report.skipped and not expected_failure:
        report.outcome = "failed"
        report.longrepr = f"Skipped, yet {NOTHING_SKIPPED_VARIABLE} is set: {_reason(report.longrepr)}"
    return report


def _reason(longrepr: Any) -> str:
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
