"""In CI a skipped test is a failed one, so that a missing Mosquitto or missing data cannot pass for success."""

import pytest
from conftest import NOTHING_SKIPPED_VARIABLE

pytest_plugins = ["pytester"]

SKIPPED_TEST = "import pytest\n\ndef test_it(): pytest.skip('no camera')\n"
SKIPPED_BY_MARK = "import pytest\n\n@pytest.mark.skipif(True, reason='no camera')\ndef test_it(): ...\n"
SKIPPED_FILE = "import pytest\n\npytest.skip('no camera', allow_module_level=True)\n"
EXPECTED_FAILURE = "import pytest\n\n@pytest.mark.xfail(reason='known')\ndef test_it(): assert 0\n"
PASSED_TEST = "def test_it(): ...\n"


def run(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    """A run of pytest on this one file, with our rule and no settings of ours."""
    pytester.makepyfile(test_it=source)
    return pytester.runpytest_inprocess("-p", "conftest", "-p", "no:cacheprovider", "--rootdir", ".")


@pytest.fixture
def nothing_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOTHING_SKIPPED_VARIABLE, "1")


@pytest.fixture
def as_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOTHING_SKIPPED_VARIABLE, raising=False)


@pytest.mark.usefixtures("nothing_skipped")
@pytest.mark.parametrize("source", [SKIPPED_TEST, SKIPPED_BY_MARK, SKIPPED_FILE])
def test_a_skip_fails_with_its_reason_where_nothing_may_be_skipped(pytester: pytest.Pytester, source: str) -> None:
    done = run(pytester, source)
    assert done.ret in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert f"{NOTHING_SKIPPED_VARIABLE} is set: Skipped: no camera" in done.stdout.str()


@pytest.mark.usefixtures("as_anywhere")
@pytest.mark.parametrize("source", [SKIPPED_TEST, SKIPPED_BY_MARK])
def test_elsewhere_a_skip_is_a_skip(pytester: pytest.Pytester, source: str) -> None:
    done = run(pytester, source)
    assert done.ret == pytest.ExitCode.OK
    done.assert_outcomes(skipped=1)


@pytest.mark.usefixtures("nothing_skipped")
@pytest.mark.parametrize("source", [EXPECTED_FAILURE, PASSED_TEST])
def test_what_is_no_skip_is_left_alone(pytester: pytest.Pytester, source: str) -> None:
    assert run(pytester, source).ret == pytest.ExitCode.OK
