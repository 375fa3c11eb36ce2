#!/usr/bin/env bash
# Keeps the branch with HubSpot's values for action.yml, which hands its inputs over as INPUT_… variables.
# The patch holds what people typed into HubSpot, and another job made it: it is data, and git alone reads it.
set -euo pipefail

BOT='github-actions[bot]'
MAIL='41898282+github-actions[bot]@users.noreply.github.com'
# By the last line a commit of ours is known.
MESSAGE="Take over what was changed in HubSpot

Somebody changed these values in HubSpot after they were applied. This branch is kept up to date by the workflow drift,
as long as nobody else pushes to it.

Made-By: reconciler drift"

# Says why the step fails, without a value: what the log repeats could be a command to the runner.
fail() {
  printf '::error title=propose::%s\n' "$1"
  exit 1
}

# Ends the step well, and says what became of the branch.
finish() {
  local outcome="$1" what="$2"
  printf 'outcome=%s\n' "$outcome" >>"$GITHUB_OUTPUT"
  printf '%s\n' "$what"
  printf '%s\n' "$what" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
  exit 0
}

has_form() {
  local LC_ALL=C # so that A-Z means these 26 letters
  [[ "$1" =~ $2 ]]
}

check_inputs() {
  has_form "$INPUT_PROPOSED" '^(true|false)$' || fail 'The input proposed has to be true or false.'
  has_form "${INPUT_ENVIRONMENT:-none}" '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' \
    || fail 'The input environment has to be a name of letters, digits, dots, underscores and hyphens.'
  has_form "$INPUT_PATH" '^[^/[:cntrl:]][^[:cntrl:]]*$' || fail 'The input path has to be the path of a folder.'
  git check-ref-format "$ref" || fail 'The input environment cannot be in the name of a branch.'
  [[ "$(git rev-parse --is-shallow-repository)" == false ]] \
    || fail 'The checkout lacks commits: set fetch-depth: 0 for actions/checkout.'
}

# Lets git open the repository on GitHub with the token, which no process shows among its arguments.
sign_in() {
  local header
  header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 | tr -d '\n')"
  printf '::add-mask::%s\n' "${header##* }"
  export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader" GIT_CONFIG_VALUE_0="$header"
  export GIT_CONFIG_KEY_1=http.followRedirects GIT_CONFIG_VALUE_1=false GIT_TERMINAL_PROMPT=0
}

# Sets $seen to the commit of the branch on GitHub; empty if there is no such branch.
look() {
  local listed commit name
  seen=''
  listed="$(git ls-remote "$url" "$ref")" || fail 'The repository on GitHub cannot be read: the lines above say why.'
  while read -r commit name; do
    if [[ "$name" == "$ref" ]]; then
      seen="$commit"
    fi
  done <<<"$listed"
}

# Ends the step where the branch is not to be touched: its commit is not as this script makes them, or is newer.
leave_what_is_not_ours() {
  local parents
  git fetch --quiet --no-tags "$url" "$seen" || fail 'The branch cannot be fetched: the lines above say why.'
  read -r -a parents <<<"$(git show --no-patch --format=%P "$seen")"
  if [[ "$(git show --no-patch --format='%an <%ae>, %cn <%ce>' "$seen")" != "$BOT <$MAIL>, $BOT <$MAIL>" ]] \
    || [[ "$(git show --no-patch --format=%B "$seen")" != "$MESSAGE" || "${#parents[@]}" != 1 ]]; then
    leave
  fi
  if ! git merge-base --is-ancestor "${parents[0]}" HEAD; then
    git merge-base --is-ancestor HEAD "${parents[0]}" || leave
    finish kept "A run for a later commit has made the branch $branch already."
  fi
}

leave() {
  local what="Somebody else has pushed to the branch $branch, so it is left as it is."
  printf '::warning title=propose::%s\n' "$what"
  finish left "$what Delete it to have it made anew."
}

# Puts the patch into the index, and makes sure that it changes the text of declarations and nothing else. The files in
# the workspace stay as they are.
take_patch() {
  local meta file old new blob entries="$RUNNER_TEMP/reconciler-entries"
  [[ -f "$PATCH" && ! -L "$PATCH" ]] || fail 'There is no patch in the artifact.'
  apply_patch || fail 'The patch does not fit the files of this commit.'
  git diff-index --cached --raw --no-renames -z HEAD >"$entries"
  [[ -s "$entries" ]] || fail 'The patch changes nothing.'
  while IFS= read -r -d '' meta && IFS= read -r -d '' file; do
    read -r old new _ blob _ <<<"$meta" # the modes: a new file has none before, one that goes has none after
    if [[ "$old" != ":$new" || "$new" != 100* ]] || ! is_declaration "$file" || ! is_text "$blob"; then
      fail 'The patch changes more than the text of declarations.'
    fi
  done <"$entries"
}

# Hands the patch to git. What git says of it may repeat a word of it, such as a file's name, so it is printed in a form
# that is no command to the runner: that knows `::` at the start of a line, and `##[` anywhere.
apply_patch() {
  local said="$RUNNER_TEMP/reconciler-said" taken=true
  git apply --cached --whitespace=nowarn "$PATCH" >"$said" 2>&1 || taken=false
  tr '\r' ' ' <"$said" | LC_ALL=C sed -e 's/^/git: /' -e 's/##\[/# #[/g'
  [[ "$taken" == true ]]
}

# Whether a file's new content is text, which a person can review: UTF-8 without a zero byte.
is_text() {
  local blob="$1" zeros
  zeros="$(git cat-file blob "$blob" | tr -d -c '\000' | wc -c)"
  [[ "$zeros" -eq 0 ]] && git cat-file blob "$blob" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1
}

# Whether a file stands at the path of the declarations, and declares events: settings, defaults, hidden files do not.
is_declaration() {
  local file="$1" folder="${INPUT_PATH#./}"
  folder="${folder%/}"
  [[ -z "$folder" || "$folder" == . || "$file" == "$folder" || "$file" == "$folder"/* ]] || return 1
  case "/$file" in
    */.* | */reconciler.yaml | */_defaults.yaml) return 1 ;;
    *.yaml | *.yml) return 0 ;;
    *) return 1 ;;
  esac
}

# Sets the branch to a commit, or removes it for an empty one, unless somebody has pushed to it since it was seen.
push() {
  local commit="$1" before="$seen"
  if ! git push --quiet --no-verify --force-with-lease="$ref:$before" "$url" "$commit:$ref"; then
    look
    [[ "$seen" == "$before" ]] || leave
    fail 'The branch cannot be pushed: the lines above say why. A rule for branches may forbid it.'
  fi
}

propose() {
  local commit proposed
  take_patch
  proposed="$(git diff-index --cached --raw --no-renames HEAD)"
  # What is proposed already stays as it is: a new commit would take away the approvals of an open pull request.
  if [[ -n "$seen" && "$(git diff-tree --raw --no-renames -r "$seen^" "$seen")" == "$proposed" ]]; then
    finish kept "The branch $branch holds already what is changed in HubSpot."
  fi
  commit="$(git commit-tree -p HEAD -m "$MESSAGE" "$(git write-tree)")"
  push "$commit"
  finish pushed "The branch $branch proposes what is changed in HubSpot; the issue about drift links to its page."
}

# A pull request that is open for it would put back what HubSpot no longer holds.
remove() {
  [[ -n "$seen" ]] || finish absent 'There is nothing to propose.'
  push ''
  finish removed "There is nothing to propose any more, so the branch $branch is removed."
}

branch="reconciler/drift${INPUT_ENVIRONMENT:+-$INPUT_ENVIRONMENT}"
ref="refs/heads/$branch"
url="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY"
export GIT_AUTHOR_NAME="$BOT" GIT_AUTHOR_EMAIL="$MAIL" GIT_COMMITTER_NAME="$BOT" GIT_COMMITTER_EMAIL="$MAIL"
check_inputs
printf 'branch=%s\n' "$branch" >>"$GITHUB_OUTPUT"
sign_in
look
[[ -z "$seen" ]] || leave_what_is_not_ours
if [[ "$INPUT_PROPOSED" == true ]]; then propose; else remove; fi
