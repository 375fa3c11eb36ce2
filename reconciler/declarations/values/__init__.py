"""Values: how the text of one value is understood, whatever key it stands at."""
