"""The fer-models command line: one file for each command; errors are printed as sentences."""

import sys
from collections.abc import Sequence

from fer_terminal.program import program
from fer_wire.terminal import spell_out

from fer_models import __version__
from fer_models.cli.ablate import ablate
from fer_models.cli.average import average
from fer_models.cli.bench import bench
from fer_models.cli.data import data
from fer_models.cli.evaluate import evaluate
from fer_models.cli.export import export
from fer_models.cli.finder import finder
from fer_models.cli.landmarker import landmarker
from fer_models.cli.pace import pace
from fer_models.cli.prune import prune
from fer_models.cli.quantize import quantize
from fer_models.cli.report import report
from fer_models.cli.train import train
from fer_models.cli.verify import verify
from fer_models.errors import Interrupted, ModelsError, UsageError

DEBUG = "--debug"
INTERRUPTED = 130
WRONG_USE = 2
EXIT_STATUS: dict[type[Exception], int] = {Interrupted: INTERRUPTED, UsageError: WRONG_USE}
TRAINING_PACKAGES = {"cv2": "OpenCV", "torch": "PyTorch", "torch_pruning": "Torch-Pruning", "matplotlib": "matplotlib"}

app = program(
    "fer-models",
    __version__,
    "Trains, exports, evaluates and verifies emotion models. "
    "With --debug, anywhere on the command line, an error also shows its traceback.",
)
app.command()(data)
app.command()(train)
app.command()(average)
app.command()(pace)
app.command()(prune)
app.command()(quantize)
app.command()(export)
app.command()(evaluate)
app.command()(bench)
app.command()(ablate)
app.command()(report)
app.command()(verify)
app.add_typer(finder, name="finder")
app.add_typer(landmarker, name="landmarker")


def main() -> None:
    """The console script; its exit status is 0 for success, 1 for failure, 2 for wrong use."""
    spell_out()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; its errors are printed and its exit status is returned."""
    try:
        app([each for each in arguments if each != DEBUG])
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ModelsError, OSError, ModuleNotFoundError) as error:
        sentence = _sentence(error)
        if DEBUG in arguments or sentence is None:
            raise
        print(sentence if isinstance(error, Interrupted) else f"error: {sentence}", file=sys.stderr)
        return EXIT_STATUS.get(type(error), 1)
    return 0


def _sentence(error: Exception) -> str | None:
    if isinstance(error, ModelsError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}; check the path, its permissions and the free space."
    if isinstance(error, ModuleNotFoundError) and error.name in TRAINING_PACKAGES:
        name = TRAINING_PACKAGES[error.name]
        return f"This command needs {name}, which is not installed; run: pip install 'fer-models[train]'."
    return None


__all__ = ["app", "main", "run"]
