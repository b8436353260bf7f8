"""How devices fetch models: HTTP, in a process of its own."""
