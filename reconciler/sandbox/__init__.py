"""A local stand-in for HubSpot's Marketing Events API, which shares no code with the client that it tests.

In its modules, `FACTS` and a number name a section of `hubspot/FACTS.md`: what is known of HubSpot.
"""


class SandboxError(Exception):
    """The sandbox cannot start; the message names the seed, faults, database, option or port that is wrong."""
