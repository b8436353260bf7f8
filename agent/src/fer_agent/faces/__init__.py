"""Finding faces, following them, and cropping them as the model expects."""
