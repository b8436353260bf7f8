"""Which names are those of devices."""

from collections.abc import Iterable
from difflib import get_close_matches

from fer_controller.errors import RequestError
from fer_controller.store.subjects import Subjects


def check(known: Subjects, names: Iterable[str], hint: str = "") -> None:
    """Raises RequestError, with a hint, for a name of which nothing was ever heard, enrolled or labelled."""
    there_are = known.devices.names()
    for name in names:
        if name not in there_are:
            near = get_close_matches(name, there_are, 1)
            raise RequestError(
                f"No device {name!r} was ever heard of or enrolled{f'; did you mean {near[0]}?' if near else '.'} "
                f"`fer-controller devices` lists those there are{hint}."
            )
