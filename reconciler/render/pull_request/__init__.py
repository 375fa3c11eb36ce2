"""What GitHub shows people of a plan, an apply, a drift."""
