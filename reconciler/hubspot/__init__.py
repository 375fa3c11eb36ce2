"""HubSpot's Marketing Events API."""
