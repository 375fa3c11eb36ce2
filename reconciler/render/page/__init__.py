"""The page: a calendar of events in one HTML file."""
