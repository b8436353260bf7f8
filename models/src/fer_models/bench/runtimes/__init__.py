"""One file a runtime: load(job, face) gives what classifies the face, and how. They know nothing of each other."""
