"""Reading a portal against the declarations, to an ordered plan."""
