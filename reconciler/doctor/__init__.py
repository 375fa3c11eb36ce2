"""Whether the way to HubSpot is in order: questions asked, findings told."""
