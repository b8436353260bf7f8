"""Which models a device holds for which purpose: the one that serves, the one before, and the one on trial."""

from typing import Optional

from pydantic import BaseModel, ConfigDict


class Occupied(BaseModel):
    """The sha256 in each slot. Every change is a new one; the device saves it before it acts on it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    current: Optional[str] = None
    """None is the model of the settings or, without one, the packaged model."""
    previous: Optional[str] = None
    trial: Optional[str] = None
    factory: Optional[str] = None
    """The settings' or packaged model that served last."""
    configured: str = ""
    """emotion.model when the current model was committed."""

    @property
    def returns_to(self) -> Optional[str]:
        """The model that the device can return to by itself."""
        return (self.current or self.factory) if self.trial else self.previous

    def trying(self, sha256: str) -> "Occupied":
        """A model goes on trial; a device that starts now serves it."""
        return self.model_copy(update={"trial": sha256})

    def without_trial(self) -> "Occupied":
        """The current model serves again."""
        return self.model_copy(update={"trial": None})

    def committed(self, sha256: str, configured: str = "") -> "Occupied":
        """A model is the current one, and the one before is kept to return to."""
        before = self.current or self.factory
        previous = before if before != sha256 else self.previous
        return self.model_copy(
            update={"current": sha256, "previous": previous, "trial": None, "configured": configured}
        )

    def without_current(self) -> "Occupied":
        """The settings' or packaged model is the current one again; what was is kept as the one before."""
        return self.model_copy(update={"current": None, "previous": self.current})
