"""What the agent keeps of itself as JSON, so that it goes on where it stopped: each file is read alike."""

import logging
from pathlib import Path
from typing import Optional, Type, TypeVar

from pydantic import BaseModel, ValidationError

log = logging.getLogger(__name__)

Kept = TypeVar("Kept", bound=BaseModel)


def kept_in(path: Path, kind: Type[Kept], loss: str) -> Optional[Kept]:
    """What the file holds; None where there is none. Where it cannot be read, reason and loss are logged."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as error:
        log.error("%s cannot be read (%s); %s.", path, _why(error), loss)
        return None


def _why(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(getattr(error, "strerror", None) or error)
    first = error.errors(include_url=False, include_input=False)[0]
    return ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
