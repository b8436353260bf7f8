"""Everything fer-models raises on purpose.

ModelsError
├── UsageError        the command was given something it cannot take
├── DatasetError      the training or test images cannot be read as asked
│   └── EmptySplitError  the data set has no images of this split
├── TrainingError     a run cannot start, go on or be resumed
├── Interrupted       somebody stopped a run, and everything is saved
├── BudgetError       pruning cannot meet the budget
├── BenchError        a benchmark cannot be run as asked, or a row of it cannot be measured
├── AblationError     a row of an ablation cannot be run
├── ReportError       the records of runs cannot be read
└── ContractError     an .onnx file or a manifest breaks the model contract
"""


class ModelsError(Exception):
    """Base of all errors of fer-models; the message is what the user sees."""


class UsageError(ModelsError):
    """The command was given something it cannot take."""


class DatasetError(ModelsError):
    """The training or test images cannot be read as asked."""


class EmptySplitError(DatasetError):
    """The data set has no images of this split."""


class TrainingError(ModelsError):
    """A run cannot start, go on or be resumed."""


class Interrupted(ModelsError):  # noqa: N818  # not an error: somebody asked for it
    """Somebody stopped a run, and everything is saved."""


class BudgetError(ModelsError):
    """Pruning cannot meet the budget."""


class ContractError(ModelsError):
    """An .onnx file or a manifest breaks the model contract."""


class BenchError(ModelsError):
    """A benchmark cannot be run as asked, or a row of it cannot be measured."""


class AblationError(ModelsError):
    """A row of an ablation cannot be run."""


class ReportError(ModelsError):
    """The records of runs cannot be read."""
