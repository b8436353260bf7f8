"""What the states of rollouts, waves, devices and gates look like."""

from fer_terminal import tones
from fer_terminal.columns import Cell

from fer_controller.rollout import transitions as moves

TONES = {
    moves.COMPLETED: tones.GOOD, moves.PASSED: tones.GOOD, moves.COMMITTED: tones.GOOD, moves.RUNNING: tones.BUSY,
    moves.UPDATING: tones.BUSY, moves.SOAKING: tones.BUSY, moves.PAUSED: tones.BEWARE, "inconclusive": tones.BEWARE,
    moves.FAILED: tones.BAD, moves.ROLLING_BACK: tones.BAD, moves.ROLLED_BACK: tones.BAD, moves.ABORTED: tones.BAD,
    moves.QUARANTINED: tones.BAD, moves.AWAITING_APPROVAL: tones.BEWARE, moves.REFUSED: tones.BAD,
    moves.EXPIRED: tones.BAD,
}  # fmt: skip


def toned(state: str) -> Cell:
    """A state in its color."""
    return state, TONES.get(state, tones.QUIET)
