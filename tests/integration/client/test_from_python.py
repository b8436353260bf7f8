"""The program in docs/howto/use-from-python.md runs as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

from served_fleet import EVENTS, ServedFleet

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PNG = b"\x89PNG"


def test_the_page_prints_the_fleet_and_draws_a_day(root: Path, tmp_path: Path) -> None:
    program = "\n".join(BLOCK.findall((root / "docs/howto/use-from-python.md").read_text("utf-8")))
    program = program.replace('since="24h"', 'since="2000-01-01T00:00:00Z"')
    with ServedFleet(tmp_path) as fleet:
        world = {**os.environ, "FER_URL": fleet.url, "FER_TOKEN": fleet.token, "MPLBACKEND": "agg"}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=world, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr
    *devices, last = done.stdout.splitlines()
    assert len(devices) > 2
    assert 0 < int(last.split()[0]) <= EVENTS
    assert (tmp_path / "emotions.png").read_bytes().startswith(PNG)
