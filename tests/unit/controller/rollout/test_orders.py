import pytest
from fer_controller.rollout.orders import BY_NAME, ORDERS, possible
from fer_controller.rollout.transitions import ROLLOUT


@pytest.mark.parametrize(
    ("state", "waves", "devices", "orders"),
    [
        ("planned", ["waiting"], ["pending"], ("abort",)),
        ("scheduled", ["waiting"], ["pending"], ("abort",)),
        ("awaiting_approval", ["waiting"], ["pending"], ("approve", "refuse", "abort")),
        ("refused", ["stopped"], ["skipped"], ()),
        ("expired", ["stopped"], ["skipped"], ()),
        ("running", ["updating"], ["desired"], ("pause", "promote", "abort", "rollback")),
        ("running", ["passed", "waiting"], ["committed"], ("pause", "abort", "rollback")),
        ("paused", ["soaking"], ["committed", "failed"], ("resume", "promote", "abort", "retry", "rollback")),
        ("completed", ["passed"], ["committed", "unreachable"], ("retry", "rollback")),
        ("completed", ["passed"], ["committed"], ("rollback",)),
        ("rolling_back", ["failed"], ["failed"], ()),
        ("superseded", ["stopped"], ["superseded"], ()),
    ],
)
def test_what_can_be_ordered_depends_on_the_rollout_its_waves_and_its_devices(
    state: str, waves: list[str], devices: list[str], orders: tuple[str, ...]
) -> None:
    assert possible(state, waves, devices) == orders


def test_each_order_is_an_event_of_the_rollouts_table_and_says_what_it_does() -> None:
    assert len(BY_NAME) == len(ORDERS)
    for kind in ORDERS:
        assert ROLLOUT.starts_of(kind.name)
        assert kind.help.endswith(".")
