#!/usr/bin/env bash
# Runs one `reconciler github` command for action.yml, which hands its inputs over as INPUT_… variables.
set -euo pipefail

# Says what is wrong with an input, without its value: what the log repeats could be a command to the runner.
refuse() {
  printf 'exit_code=64\nfailure_reason=usage\n' >>"$GITHUB_OUTPUT"
  printf '::error title=reconcile::%s\n' "$1"
  exit 64
}

# Ends the step where nothing of an input can be wrong.
fail() {
  printf 'exit_code=1\nfailure_reason=setup\n' >>"$GITHUB_OUTPUT"
  printf '::error title=reconcile::%s\n' "$1"
  exit 1
}

# Refuses an input that the command does not know, rather than leave somebody in the belief that it holds.
only_for() {
  local commands="$1" name="$2" value="$3"
  if [[ -n "$value" && " $commands " != *" $INPUT_COMMAND "* ]]; then
    refuse "The input $name is not for the command $INPUT_COMMAND, but for ${commands/ / and }."
  fi
}

has_form() {
  local LC_ALL=C # so that A-Z means these 26 letters
  [[ "$1" =~ $2 ]]
}

# Adds an option and its value as one word, so that the value cannot be taken for an option.
add() {
  local option="$1" value="$2"
  if [[ -n "$value" ]]; then
    arguments+=("$option=$value")
  fi
}

check_inputs() {
  local plain='^[^[:cntrl:]]+$' number='^[0-9]{1,9}$' name='^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' boolean='^(true|false)$'
  has_form "$INPUT_COMMAND" '^(plan|apply|drift)$' || refuse 'The input command has to be plan, apply or drift.'
  only_for 'plan' base "$INPUT_BASE"
  only_for 'plan apply' max_deletes "$INPUT_MAX_DELETES"
  only_for 'plan apply' max_registrants "$INPUT_MAX_REGISTRANTS"
  only_for 'plan apply' comment "$INPUT_COMMENT"
  only_for 'plan apply' allow_unreviewed "$INPUT_ALLOW_UNREVIEWED"
  only_for 'apply' preview "$INPUT_PREVIEW"
  only_for 'drift' propose "$INPUT_PROPOSE"
  has_form "$INPUT_PATH" "$plain" || refuse 'The input path has to be the path of a folder, on one line.'
  has_form "${INPUT_ENVIRONMENT:-none}" "$name" \
    || refuse 'The input environment has to be a name of letters, digits, dots, underscores and hyphens.'
  has_form "${INPUT_BASE:-none}" '^[^-[:cntrl:]][^[:cntrl:]]*$' || refuse 'The input base has to name a commit.'
  has_form "${INPUT_MAX_DELETES:-0}" "$number" || refuse 'The input max_deletes has to be a whole number.'
  has_form "${INPUT_MAX_REGISTRANTS:-0}" "$number" || refuse 'The input max_registrants has to be a whole number.'
  [[ -z "$INPUT_PREVIEW" ]] || has_form "$INPUT_PREVIEW" '^sha256:[0-9a-f]{64}$' \
    || refuse 'The input preview has to be the digest of a plan.'
  has_form "${INPUT_COMMENT:-true}" "$boolean" || refuse 'The input comment has to be true or false.'
  has_form "${INPUT_ALLOW_UNREVIEWED:-false}" "$boolean" || refuse 'The input allow_unreviewed has to be true or false.'
  has_form "${INPUT_PROPOSE:-false}" "$boolean" || refuse 'The input propose has to be true or false.'
}

build_arguments() {
  arguments=(github "$INPUT_COMMAND")
  add --env "$INPUT_ENVIRONMENT"
  add --base "$INPUT_BASE"
  add --max-deletes "$INPUT_MAX_DELETES"
  add --max-registrants "$INPUT_MAX_REGISTRANTS"
  add --preview "$INPUT_PREVIEW"
  case "$INPUT_COMMENT" in
    true) arguments+=(--comment) ;;
    false) arguments+=(--no-comment) ;;
  esac
  if [[ "$INPUT_ALLOW_UNREVIEWED" == true ]]; then
    arguments+=(--allow-unreviewed)
  fi
  if [[ "$INPUT_PROPOSE" == true ]]; then
    arguments+=(--propose)
  fi
  arguments+=(-- "$INPUT_PATH")
}

# Makes a venv that knows the locked packages and this action's own checkout. Nothing is looked up in the workspace,
# which a pull request fills: not by Python (-I), not by pip (it runs elsewhere), and no package is built.
set_up() {
  local root site
  unset HUBSPOT_ACCESS_TOKEN GITHUB_TOKEN # installing needs neither
  root="$(cd "$GITHUB_ACTION_PATH/../../.." && pwd -P)" \
    && cd "$home" \
    && "$PYTHON" -I -m venv venv \
    && venv/bin/python -I -m pip install --quiet --no-input --no-deps --disable-pip-version-check \
      --require-hashes --only-binary :all: --requirement "$GITHUB_ACTION_PATH/requirements.lock" \
    && site="$(venv/bin/python -I -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && printf '%s\n' "$root" >"$site/reconciler.pth"
}

check_inputs
build_arguments
home="$(mktemp -d "$RUNNER_TEMP/reconciler.XXXXXX")"
(set_up) || fail 'Python or the packages that reconciler needs could not be set up: the lines above say why.'

# Where GitHub cancels, it signals this process: exec makes that the command, which ends in order.
exec "$home/venv/bin/python" -I -B -m reconciler "${arguments[@]}"
