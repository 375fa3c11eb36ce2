"""The plan: the ordered changes that make a portal hold what the files declare."""
