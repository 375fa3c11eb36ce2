"""A local stand-in for HubSpot's Marketing Events API, which shares no code with the client that it tests.

In its modules, `FACTS` and a number name a section of `hubspot/FACTS.md`: what is known of HubSpot.
"""


class SandboxError(Exception):
    """Why the sandbox cannot start, in one line: its seed, its faults, its database, its options or its port."""
