"""The tables of the model registry and of the devices' tokens, as the migrations make them."""

REGISTRY_TABLES: tuple[str, ...] = ()
