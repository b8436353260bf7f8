"""Whether the new model does a wave good: metrics, their measurement, and the gates that judge them."""
