"""Events: the documents of a file, merged with what they inherit, as declared events."""
