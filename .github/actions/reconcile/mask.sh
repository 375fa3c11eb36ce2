#!/usr/bin/env bash
# Has the runner hide HUBSPOT_ACCESS_TOKEN in the log from here on. It hides line by line, so each line of it is told.
set -euo pipefail

return=$'\r' newline=$'\n' # in variables, for the bash of macOS reads such quotes otherwise within others
token="${HUBSPOT_ACCESS_TOKEN:-}"
while read -r line || [[ -n "$line" ]]; do
  if [[ -n "$line" ]]; then
    printf '::add-mask::%s\n' "${line//\%/%25}"
  fi
done <<<"${token//$return/$newline}"
