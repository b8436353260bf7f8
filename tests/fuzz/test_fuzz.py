"""`make fuzz`: each target takes mutated seeds for FUZZ_SECONDS, by default a minute; `make test` replays the seeds."""

from pathlib import Path

import pytest
from fuzz.fuzzing import fuzz, fuzz_seconds, kept
from fuzz.targets import TARGETS

ROOM_S = 600


@pytest.mark.fuzz
@pytest.mark.timeout(fuzz_seconds() + ROOM_S)
@pytest.mark.parametrize("name", TARGETS)
def test_nothing_that_is_sent_does_more_than_it_may(name: str, tmp_path: Path) -> None:
    with TARGETS[name](tmp_path) as target:
        tried = fuzz(target, fuzz_seconds())
    print(f"{name}: {tried:,} payloads")
    assert tried


@pytest.mark.parametrize("name", TARGETS)
def test_no_seed_does_more_than_it_may(name: str, tmp_path: Path) -> None:
    with TARGETS[name](tmp_path) as target:
        for payload in (*target.made(), *(each.read_bytes() for each in kept(name))):
            target.check(payload)
