"""How good a classifier is on labelled faces, and how far its probabilities can be believed."""

from fer_models.evaluation.scores import EmotionScore, Evaluation, evaluate, score, score_probabilities

__all__ = ["EmotionScore", "Evaluation", "evaluate", "score", "score_probabilities"]
