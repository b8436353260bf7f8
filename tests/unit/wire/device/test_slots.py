from fer_wire.device.slots import Occupied

OLD, NEW = "a" * 64, "b" * 64


def test_a_commit_keeps_the_model_before_to_return_to() -> None:
    occupied = Occupied(factory=OLD).trying(NEW).committed(NEW)
    assert (occupied.current, occupied.previous, occupied.trial, occupied.returns_to) == (NEW, OLD, None, OLD)


def test_during_a_trial_a_device_returns_to_the_current_model() -> None:
    assert Occupied(factory=OLD).trying(NEW).returns_to == OLD
    assert Occupied(current=OLD, previous=NEW).trying(NEW).returns_to == OLD


def test_committing_the_same_model_again_forgets_nothing() -> None:
    assert Occupied(current=NEW, previous=OLD).committed(NEW).previous == OLD


def test_a_trial_that_ends_changes_nothing_else() -> None:
    assert Occupied(current=OLD).trying(NEW).without_trial() == Occupied(current=OLD)


def test_letting_go_of_the_current_model_keeps_it_as_the_one_before() -> None:
    assert Occupied(current=NEW, previous=OLD).without_current() == Occupied(previous=NEW)
