"""A program's environment as its Debian package brings it to a host."""

import os
from pathlib import Path

import opt_tree
import pytest
from made_wheels import a_wheel, an_archive

AGENT = a_wheel(
    "fer_agent", 'onnxruntime; extra == "cpu"', 'tomli; python_version < "3.11"',
    files={
        "fer_agent/__init__.py": "",
        "fer_agent-1.0.dist-info/entry_points.txt": "[console_scripts]\nfer-agent = fer_agent.cli:main\n",
    },
)  # fmt: skip
LIBRARIES = tuple(a_wheel(name, files={f"{name}.py": ""}) for name in ("onnxruntime", "tomli", "fastapi"))


def laid_out(folder: Path, archive: str = "cp311-x86_64.tar") -> Path:
    opt_tree.main("fer-agent", an_archive(folder, AGENT, *LIBRARIES, name=archive), folder / "root")
    return folder / "root/opt/fer-agent"


def test_it_holds_what_the_program_needs_there_and_nothing_else(tmp_path: Path) -> None:
    packages = laid_out(tmp_path) / "lib/python3.11/site-packages"
    assert {each.name for each in packages.iterdir()} == {
        "fer_agent", "fer_agent-1.0.dist-info", "onnxruntime.py", "onnxruntime-1.0.dist-info",
    }  # fmt: skip


def test_an_older_python_gets_what_it_lacks(tmp_path: Path) -> None:
    assert (laid_out(tmp_path, "cp310-aarch64.tar") / "lib/python3.10/site-packages/tomli.py").exists()


def test_its_commands_run_in_its_own_environment_on_the_python_of_the_host(tmp_path: Path) -> None:
    place = laid_out(tmp_path)
    command = place / "bin/fer-agent"
    assert command.read_text().startswith("#!/opt/fer-agent/bin/python\n")
    assert os.access(command, os.X_OK)
    assert (place / "bin/python").readlink() == Path("/usr/bin/python3.11")
    assert "include-system-site-packages = false" in (place / "pyvenv.cfg").read_text().splitlines()


def test_pip_is_told_whose_it_is(tmp_path: Path) -> None:
    (installer,) = laid_out(tmp_path).glob("lib/*/site-packages/fer_agent-*/INSTALLER")
    assert "Debian package" in installer.read_text()


def test_what_the_archive_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no wheel of onnxruntime, which fer-agent asks for"):
        opt_tree.main("fer-agent", an_archive(tmp_path, AGENT), tmp_path / "root")
