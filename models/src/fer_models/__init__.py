"""Light-FER's models: definition, training, export under the contract, evaluation."""

__version__ = "0.1.0"
