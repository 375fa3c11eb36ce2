"""Warnings about declarations that are valid, but probably not meant; one file for each kind."""
