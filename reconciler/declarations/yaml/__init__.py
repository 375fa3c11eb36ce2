"""YAML text read into nodes with positions, or written from values."""
