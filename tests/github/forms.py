"""GitHub's JSON, in the smallest valid form."""

SHA = "a" * 40
USER = {"login": "octocat", "type": "User"}
COMMENT = {"id": 1, "body": "x", "user": USER}
ISSUE = {"number": 1, "title": "x", "body": "x", "state": "open", "user": USER}
SIDE = {"sha": SHA, "ref": "x", "repo": {"id": 1, "full_name": "acme/events"}}
PULL = {
    "number": 1,
    "state": "open",
    "draft": True,
    "merged_at": "2027-01-01T00:00:00Z",
    "merge_commit_sha": SHA,
    "head": SIDE,
    "base": SIDE,
}
REVIEW = {"user": USER, "state": "APPROVED", "commit_id": SHA, "submitted_at": "2027-01-01T00:00:00Z"}
RUN = {
    "id": 1,
    "run_attempt": 2,
    "path": ".github/workflows/plan.yml@refs/heads/main",
    "event": "push",
    "status": "completed",
    "conclusion": "success",
    "head_sha": SHA,
    "head_branch": "main",
    "head_repository": {"full_name": "acme/events"},
    "created_at": "2027-01-01T00:00:00Z",
}
JOB = {"name": "apply", "conclusion": "failure", "steps": [{"name": "Apply"}], "runner_id": 7}
SIGNED = {"name": "A", "email": "a@acme.example"}
SIGNED_COMMIT = {"author": SIGNED, "committer": SIGNED, "message": "x"}
BRANCH = {"commit": {"sha": SHA, "commit": SIGNED_COMMIT}}
ARTIFACT = {"id": 1, "name": "plan", "size_in_bytes": 3, "expired": False, "created_at": "2027-01-01T00:00:00Z"}
