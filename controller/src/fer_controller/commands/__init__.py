"""Commands to single devices: asked for, sent until they are answered, and audited."""
