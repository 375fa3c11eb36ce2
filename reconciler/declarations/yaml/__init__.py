"""YAML text to nodes with positions; values to YAML text."""
