"""Calendars and tables of other programs, read as the events that they declare."""
