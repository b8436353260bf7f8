import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fer_agent.errors import StateError
from fer_agent.host.state_folder import StateFolder


def test_a_second_agent_of_the_same_name_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    first = StateFolder(tmp_path, "nano-01")
    with pytest.raises(StateError, match=rf"Another fer-agent \(process {os.getpid()}\) runs as 'nano-01'"):
        StateFolder(tmp_path, "nano-01")
    StateFolder(tmp_path, "nano-02").release()
    first.release()
    StateFolder(tmp_path, "nano-01").release()


def test_a_killed_agent_leaves_no_lock_behind(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from fer_agent.host.state_folder import StateFolder\n"
    code += "held = StateFolder(Path(sys.argv[1]), 'nano-01'); print('held', flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    StateFolder(tmp_path, "nano-01").release()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="Cannot use the state folder"):
        StateFolder(tmp_path / "file", "nano-01")
