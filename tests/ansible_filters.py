"""The filters of the Ansible roles, loaded as Ansible loads them: by file."""

import importlib.util
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parent.parent / "ansible" / "filter_plugins"


def load(name: str) -> ModuleType:
    """The plugin of that name."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
