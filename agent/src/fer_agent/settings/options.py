"""What options of the command line say, as settings."""

import os
from typing import List, Optional, Tuple

from fer_wire import TopicError, checked_name
from pydantic import ValidationError

from fer_agent.errors import SettingsError
from fer_agent.settings.sections import CameraSettings
from fer_agent.settings.source import Source


def cameras_from(sources: List[str]) -> List[CameraSettings]:
    """SOURCE or NAME=SOURCE for each camera; unnamed ones are called camera, or camera-1, camera-2 and so on.

    Raises SettingsError that repeats no source, which may hold a password.
    """
    cameras = []
    for number, text in enumerate(sources, 1):
        unnamed = "camera" if len(sources) == 1 else f"camera-{number}"
        name, source = _told_apart_from_name(text)
        try:
            cameras.append(
                CameraSettings(name=checked_name(name) if name is not None else unnamed, source=Source(source))
            )
        except TopicError as error:
            raise SettingsError(
                f"--source NAME=SOURCE: {error} A source that holds a = and is not a file here takes a name before it, "
                "as in camera=SOURCE."
            ) from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            reason = first.get("ctx", {}).get("error") or first["msg"]
            raise SettingsError(f"--source, number {number}: {reason}.") from error
    return cameras


def _told_apart_from_name(text: str) -> Tuple[Optional[str], str]:
    """The name, if there is one, and the source: a file may hold a =, and so may an address or a path."""
    name, named, source = text.partition("=")
    is_source = "/" in name or name.startswith("~") or os.path.lexists(text)
    return (None, text) if not named or is_source else (name, source)
