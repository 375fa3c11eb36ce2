"""Keys: every key of declarations and settings, with its type and its meaning."""
