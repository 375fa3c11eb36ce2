#!/usr/bin/env bash
# Prints the changelog's section of the release that a tag names; fails where tag, version and changelog disagree.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

tag="${1:?the tag is missing: release-notes.sh vX.Y.Z}"
version="$(sed -n 's/^__version__ = "\([0-9]*\.[0-9]*\.[0-9]*\)"$/\1/p' reconciler/__init__.py)"
if [[ -z "$version" || "$tag" != "v$version" ]]; then
  fail "The tag $tag is not that of the version in reconciler/__init__.py, which is v$version."
fi

# A section is dated when it is released. Until then its heading says so, and no tag releases it.
heading="^## ${version//./\\.} - [0-9]{4}-[0-9]{2}-[0-9]{2}\$"
grep -qE "$heading" CHANGELOG.md || fail "CHANGELOG.md has no section with the heading \"## $version - YYYY-MM-DD\"."
section="$(awk -v heading="## $version - " 'index($0, "## ") == 1 { inside = index($0, heading) == 1; next } inside' CHANGELOG.md)"
[[ -n "${section//[[:space:]]/}" ]] || fail "The section of $version in CHANGELOG.md is empty."

# A release's page is at the top of the repository's address, so that links to its files need all of theirs.
if [[ -n "${GITHUB_REPOSITORY:-}" ]]; then
  section="${section//](docs\//]($GITHUB_SERVER_URL/$GITHUB_REPOSITORY/blob/$tag/docs/}"
fi
printf '%s\n' "$section"
