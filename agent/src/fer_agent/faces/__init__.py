"""Finding faces, following them, and cutting them out as the model wants them."""
