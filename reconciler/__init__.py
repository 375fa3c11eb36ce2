"""Marketing events as code: HubSpot holds what the files in a git repository declare."""

__version__ = "0.2.0"
