"""Reading declarations: YAML files in, events out, every problem at once."""
