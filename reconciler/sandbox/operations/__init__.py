"""The operations of HubSpot's API, each from a call to an answer."""
