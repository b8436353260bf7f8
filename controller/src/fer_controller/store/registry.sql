-- The SQL of the model registry and of the tokens.

