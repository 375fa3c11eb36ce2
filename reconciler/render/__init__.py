"""Plans and receipts as text for people."""
