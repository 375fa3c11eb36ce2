"""Comments, job summaries and issues for GitHub."""
