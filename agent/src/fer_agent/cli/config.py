"""fer-agent config."""

from pathlib import Path
from typing import Optional

import typer
from typing_extensions import Annotated

from fer_agent.cli.terminal import Config, Debug
from fer_agent.errors import AgentError
from fer_agent.host.state_folder import SETTINGS_FILE
from fer_agent.settings import Settings
from fer_agent.settings.loading import load_settings
from fer_agent.settings.printing import effective, explain


def config(
    out: Annotated[Optional[Path], typer.Option(help="Write the explained file here instead of printing it.")] = None,
    show: Annotated[bool, typer.Option("--effective", help="Print the settings in force, from all sources.")] = False,
    config: Config = None,
    debug: Debug = False,
) -> None:
    """Print or write a settings file that explains every setting, or show the settings in force."""
    text = effective(_in_force(load_settings(config, {}))) if show else explain()
    if out is None:
        print(text, end="")
    else:
        _write(out, text)
        print(f"Wrote {out}.")


def _in_force(own: Settings) -> Settings:
    from fer_agent.update.tuner import settings_of_disk

    return settings_of_disk(own, own.state_dir / own.device / SETTINGS_FILE)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise AgentError(f"{path} already exists and is left as it is; give another --out or remove it.") from error
    except OSError as error:
        raise AgentError(f"Cannot write {path} ({error}); give another --out.") from error
