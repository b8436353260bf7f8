"""How a measured figure is said: where it comes from, what was asked for, how it spreads."""

from statistics import median
from typing import Any

HEAD = ("what", "measured", "target", "met")


def origin(found: dict[str, Any]) -> str:
    """Command, machine and load."""
    machine = found["machine"]
    sets = ", ".join(machine["instruction_sets"])
    return (
        f"Measured with `{found['command']}` on {machine['cpu']}, {machine['cores']} cores ({sets}), "
        f"{machine['memory_gib']} GiB, Python {machine['python']}; load before it began {machine['load_before']}.\n"
    )


def at_least(what: str, value: float, target: float, spread: str = "") -> tuple[str, ...]:
    """A row with what was asked for at least."""
    return what, _measured(value, spread), f"≥ {target:g}", "yes" if value >= target else "**no**"


def at_most(what: str, value: float, target: float, spread: str = "") -> tuple[str, ...]:
    """A row with what was asked for at most."""
    return what, _measured(value, spread), f"≤ {target:g}", "yes" if value <= target else "**no**"


def _measured(value: float, spread: str) -> str:
    return f"{value:g} ({spread})" if spread else f"{value:g}"


def spread_of(rounds: list[dict[str, dict[str, float]]], when: str, key: str) -> str:
    """The median of several rounds, and the least and the most."""
    values = [each[when][key] for each in rounds]
    return f"{median(values):.5g} ({min(values):g} to {max(values):g})"
