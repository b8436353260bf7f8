"""How a device gets files: from a process that downloads them, or from memory."""
