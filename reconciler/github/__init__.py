"""The reconciler inside GitHub Actions: what starts it, whom it asks, what it tells the runner."""
