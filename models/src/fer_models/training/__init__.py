"""Training: recipes, labels and teachers, the run in its folder, and its checkpoint."""
