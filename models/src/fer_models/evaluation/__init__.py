"""How good a classifier is on labelled faces, and how well its probabilities are calibrated."""

from fer_models.evaluation.scores import EmotionScore, Evaluation, evaluate, score, score_probabilities

__all__ = ["EmotionScore", "Evaluation", "evaluate", "score", "score_probabilities"]
