"""HTTP as every client here speaks it: one request at a time, within bounds, and again where that may help."""
