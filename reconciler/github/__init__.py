"""The reconciler inside GitHub Actions: triggers, GitHub's REST API, output for the runner."""
