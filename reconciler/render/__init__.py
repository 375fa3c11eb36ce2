"""Plans, receipts and diagnostics in every output format."""
