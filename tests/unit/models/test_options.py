"""A field that is an option has its default, and tells its help and bounds."""

from dataclasses import dataclass

from fer_models.options import Option, option, options_of


@dataclass(frozen=True)
class Oven:
    size: int = 3
    heat: float = option(200.0, "How hot it gets.", least=50, most=300, name="temperature")


def test_an_option_has_the_default_of_its_field() -> None:
    assert Oven() == Oven(size=3, heat=200.0)


def test_only_fields_that_are_declared_so_are_options() -> None:
    assert [(field.name, told) for field, told in options_of(Oven)] == [
        ("heat", Option("How hot it gets.", 50, 300, "temperature"))
    ]
