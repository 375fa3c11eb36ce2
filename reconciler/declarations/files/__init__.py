"""The disk or a git commit, as a tree of files."""
