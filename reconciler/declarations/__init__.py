"""Declarations: YAML files read into events, with all problems reported at once."""
