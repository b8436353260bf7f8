"""What every section of the settings is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A section of the settings; an unknown key is an error, so that a misspelling is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())
