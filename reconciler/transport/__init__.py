"""HTTP for every client here: one bounded request at a time, retries, JSON."""
