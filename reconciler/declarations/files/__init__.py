"""The disk, or a commit of git, as a tree of files to read."""
