"""Everything fer-models raises on purpose.

ModelsError
├── DatasetError      the training or test images cannot be read as asked
├── TrainingError     a run cannot start, go on or be resumed
└── ContractError     an .onnx file or a manifest breaks the model contract
"""


class ModelsError(Exception):
    """Base of all errors of fer-models; its text is the sentence that the user sees."""


class DatasetError(ModelsError):
    """The training or test images cannot be read as asked."""


class TrainingError(ModelsError):
    """A run cannot start, go on or be resumed."""


class ContractError(ModelsError):
    """An .onnx file or a manifest breaks the model contract."""
