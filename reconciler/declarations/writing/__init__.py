"""Writing: new files, files in canonical form, and HubSpot's values in files."""
