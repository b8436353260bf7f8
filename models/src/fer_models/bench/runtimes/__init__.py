"""One file for each runtime: load(job, face) gives a model that classifies the face. They are independent."""
