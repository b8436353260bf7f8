"""The models that find faces and their landmarks: data, training, export and evaluation."""
