"""How the laws of the core are tried."""

from hypothesis import settings

# A slow machine is no reason for a law to fail. A quarter of the usual examples keeps all laws within seconds;
# `pytest tests/core --hypothesis-profile thorough` tries them for minutes.
settings.register_profile("core", settings.default, deadline=None, max_examples=25)
settings.register_profile("thorough", settings.default, deadline=None, max_examples=1000)
settings.load_profile("core")
