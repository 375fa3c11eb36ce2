# Works with GNU make 3.81 (macOS) and newer. All it installs goes into .venv; the system's Python stays as it is.

PYTHON ?=
ARGS ?=
UPGRADE ?=
MODULE ?=
FIGURE ?=
FULL ?=
SCHEDULES ?=
SECONDS ?= 60
SEED ?=
TARGET ?=

PYTHONS := $(if $(PYTHON),"$(PYTHON)",python3.14 python3.13 python3.12 python3.11 python3 python)
FIT := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
# A lock names all that is installed, so pip resolves nothing: the pips that come with Python 3.11.0 to 3.11.7 would look
# for the newest release of whatever a package asks for with an extra.
PIP_INSTALL := -m pip install --quiet --quiet --no-input --no-deps
UV := uv==0.13.9
ACTION_LOCK := .github/actions/reconcile/requirements.lock
AUDIT_LOCK := .github/audit.lock
BENCH_LOCK := tests/bench/requirements.lock
FUZZ_LOCK := tests/fuzz/requirements.lock
MUTANTS_LOCK := tests/mutants/requirements.lock
RELEASE_LOCK := .github/release.lock
LOCKS := requirements.lock $(ACTION_LOCK) $(AUDIT_LOCK) $(BENCH_LOCK) $(FUZZ_LOCK) $(MUTANTS_LOCK) $(RELEASE_LOCK)

# On all cores; an idle process takes tests from a busy one.
PYTEST := .venv/bin/python -m pytest --numprocesses auto --dist worksteal

# The rooms that decide nothing about a portal. Every branch of all others is tested, of a new room too.
BESIDE_CORE := reconciler/cli/*,reconciler/sandbox/*
# The slowest tests, which reach no branch of the core that others do not. Coverage is measured without them, so that no
# branch counts as tested only because a whole run came through it.
WIDE := bench browser campaign editor fuzz test_distributions.py test_layers.py test_locks.py \
    cli/test_killed.py doctor/test_probe_faults.py \
    github/test_action.py github/test_end_to_end.py github/test_interleavings.py github/test_whole_story.py \
    sandbox/test_fault_laws.py sandbox/test_hostile_input.py \
    story/test_fault_matrix.py story/test_laws.py story/test_two_applies.py

# The workflows that users copy, each with a commit that they fill in: for zizmor, which knows a pin by its form, any does.
TO_COPY := $(wildcard reconciler/github/workflows/*.yml)
ANY_COMMIT := 0000000000000000000000000000000000000000

# Where the wheel and the sdist of a release are built, and where the wheel is installed to be tried.
DIST := dist
TRIAL := .tools/release

# What the demo runs.
PROGRAM := .venv/bin/reconciler
DEMO_DB := .reconciler/demo.sqlite
DEMO_PLAN := .reconciler/demo-plan.json
DEMO_PAGE := .reconciler/demo-plan.html
# The day is given, so that the demo shows the same when its events are over.
DEMO := events --sandbox --sandbox-db $(DEMO_DB) --sandbox-date 2027-02-01

# The caller's shell must not bend what runs here: no other packages, no other place to install to, no real portal.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP __PYVENV_LAUNCHER__ VIRTUAL_ENV
unexport PIP_CONSTRAINT PIP_DRY_RUN PIP_NO_BINARY PIP_PREFIX PIP_REQUIRE_HASHES PIP_REQUIREMENT
unexport PIP_ROOT PIP_TARGET PIP_USER
unexport UV_CONSTRAINT UV_FIND_LINKS UV_OVERRIDE
unexport $(filter-out RECONCILER_TEST_%,$(filter COVERAGE_% HUBSPOT_% PYTEST_% RECONCILER_%,$(.VARIABLES)))
# Without byte code, each process that a test starts would compile the whole program.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo demonstrate test coverage cases pictures campaign fuzz mutants bench check audit dist try-dist format lock clean
.DEFAULT_GOAL := help

help:
	@echo 'make setup    set up .venv; the targets that need it do this by themselves'
	@echo 'make demo     plan, apply and prove the events in events/ against a local HubSpot'
	@echo 'make test     run the tests on all cores (ARGS="-k guard" picks some)'
	@echo 'make coverage measure which branches the tests reach; fails where the core is not reached whole'
	@echo 'make cases    rewrite what the cases expect; review the difference'
	@echo 'make pictures take the pictures of the README anew; look at them (needs Chromium and tests/browser)'
	@echo 'make campaign try ten thousand schedules of faults (SEED=1 SCHEDULES=500 repeats or bounds it)'
	@echo 'make fuzz     look for inputs that break a reader (SECONDS=60 for each; TARGET=settings picks one; Linux x86-64)'
	@echo 'make mutants  break the lines that decide, one by one, and see whether a test notices (MODULE=applying/guard: only there)'
	@echo 'make bench    measure speed against floors (FULL=1: the long figures too; FIGURE=validate-loader: only that)'
	@echo 'make check    lint, formatting, types, workflows, locks'
	@echo 'make audit    look the locked packages up among known vulnerabilities; this needs the network'
	@echo 'make dist     build the wheel and the sdist of a release in dist/, and check them'
	@echo 'make try-dist install that wheel as a user does, and run the demo with it'
	@echo 'make format   repair formatting, and what lint can repair'
	@echo 'make lock     remake the locks from pyproject.toml (UPGRADE=1: newest versions)'
	@echo 'make clean    remove .venv and all that was built, cached or found by the fuzzer'
	@echo 'PYTHON=/path/to/python3 picks the Python that .venv is made with.'

# Sets $python, or ends the recipe with what to install. A candidate must run: a version manager's shim may only say no.
define find_python
for python in $(PYTHONS) ''; do \
    if [ -n "$$python" ] && "$$python" -c '$(FIT)' >/dev/null 2>&1 </dev/null; then break; fi; \
done; \
if [ -z "$$python" ]; then \
    echo '$(if $(PYTHON),PYTHON=$(PYTHON) is not,No) Python 3.11 or newer with its venv module$(if $(PYTHON),., was found.)' >&2; \
    echo 'Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), or set PYTHON.' >&2; \
    exit 1; \
fi
endef

# Makes a venv in $(1) that holds what the lock $(2) names. It takes $python from the recipe before it.
define make_venv
rm -rf $(1) \
&& "$$python" -m venv $(1) \
&& $(1)/bin/python $(PIP_INSTALL) --only-binary :all: --require-hashes -r $(2) </dev/null
endef

# .venv/made-from is written last, so that a set-up that was cut short is done again. It holds all that asks for a new
# .venv: the lock, the project file up to the tools' settings, the folder (a venv cannot be moved), the Python asked for.
setup:
	@made_from="$$(sed '/^\[tool\./,$$d' requirements.lock pyproject.toml | cksum) $$(pwd -P)"; \
	if [ "$$(head -n 1 .venv/made-from 2>/dev/null)" = "$$made_from" ] \
	    && { [ -z "$(PYTHON)" ] || [ "$$(tail -n 1 .venv/made-from)" = "$(PYTHON)" ]; } \
	    && [ -x .venv/bin/reconciler ] && .venv/bin/python -c '' 2>/dev/null; then exit 0; fi; \
	$(find_python); \
	echo 'Setting up .venv (once, about a minute)'; \
	$(call make_venv,.venv,requirements.lock) \
	&& .venv/bin/python $(PIP_INSTALL) --no-build-isolation --editable . </dev/null \
	&& printf '%s\n%s\n' "$$made_from" "$$python" > .venv/made-from \
	|| { echo 'Setting up needs PyPI, or the mirror that pip is configured for. The next make begins anew.' >&2; exit 1; }

demo: setup
	@$(MAKE) --no-print-directory demonstrate

demonstrate:
	@rm -f $(DEMO_DB) $(DEMO_DB)-shm $(DEMO_DB)-wal $(DEMO_PLAN) $(DEMO_PAGE)
	@mkdir -p .reconciler
	@echo 'A local HubSpot stands in for the real one. It starts with the events in docs/sandbox-seed.json.'
	@echo
	@echo '1. What would change? Nothing is written to HubSpot.'
	$(call run,plan $(DEMO) --sandbox-seed docs/sandbox-seed.json --out $(DEMO_PLAN) --html $(DEMO_PAGE))
	@echo
	@echo '2. Apply that plan and nothing else, then read everything again as proof.'
	$(call run,apply $(DEMO) --plan $(DEMO_PLAN))
	@echo
	@echo '3. Nothing is left to do.'
	$(call run,plan $(DEMO) --detailed-exitcode)
	@echo
	@echo 'The first plan is a page too, with a calendar of before and after. Open it in a browser: $(CURDIR)/$(DEMO_PAGE)'

run = @echo '$$ reconciler $(1)' && $(PROGRAM) $(1)

test: setup
	@$(PYTEST) $(ARGS)

coverage: setup
	@ls -d $(addprefix tests/,$(WIDE)) >/dev/null
	@$(PYTEST) --cov --cov-report= $(addprefix --ignore=tests/,$(WIDE))
	@.venv/bin/coverage report --omit='$(BESIDE_CORE)' --fail-under=100

campaign: setup
	@.venv/bin/python -m tests.campaign $(if $(SEED),--seed $(SEED)) $(if $(SCHEDULES),--schedules $(SCHEDULES))

cases: setup
	@.venv/bin/python -m pytest -q tests/test_cases.py tests/advice tests/declarations tests/render --rewrite

pictures: setup
	@.venv/bin/python -m tests.browser.portraits

# Large tools that few need have a lock and a venv of their own, so that set-up stays short.
define tool
@made_from="$$(cksum < $(2)) $$(pwd -P) $(PYTHON)"; \
if [ "$$(cat .tools/$(1)/made-from 2>/dev/null)" = "$$made_from" ] \
    && .tools/$(1)/bin/python -c '' 2>/dev/null; then exit 0; fi; \
$(find_python); \
echo 'Setting up .tools/$(1) (once, about a minute)'; \
$(call make_venv,.tools/$(1),$(2)) \
&& printf '%s\n' "$$made_from" > .tools/$(1)/made-from
endef

fuzz:
	$(call tool,fuzz,$(FUZZ_LOCK))
	@.tools/fuzz/bin/python -m tests.fuzz '$(SECONDS)' $(TARGET)

# Always from scratch: of the tests that have changed, mutmut would believe its older results.
mutants:
	$(call tool,mutants,$(MUTANTS_LOCK))
	@rm -rf mutants
	@PYTHONHASHSEED=0 .tools/mutants/bin/mutmut run $(if $(MODULE),'reconciler.$(subst /,.,$(MODULE)).*')
	@.tools/mutants/bin/python -m tests.mutants

# What the figures compare with has a venv of its own; the product is measured as `make setup` installs it.
bench: setup
	$(call tool,bench,$(BENCH_LOCK))
	@.venv/bin/python -m tests.bench $(if $(FULL),--full) $(FIGURE)

# pip check finds a package that the lock lacks (but one that is only asked for by an extra): installing it does not.
check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/zizmor --quiet --offline --persona auditor .github
	@set -e; for file in $(TO_COPY); do \
	    echo "zizmor $$file"; \
	    sed 's/@COMMIT/@$(ANY_COMMIT)/' "$$file" | .venv/bin/zizmor --quiet --offline --persona auditor -; \
	done
	.venv/bin/shellcheck .ci/run .github/actions/*/*.sh .github/scripts/*.sh
	.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml $(TO_COPY)
	.venv/bin/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	.venv/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	.venv/bin/python -m pip check
	$(PYTEST) --quiet tests/test_locks.py

# Fails where a package is known to be vulnerable, and where nobody can tell: without --strict, packages that cannot be
# looked up are passed over.
audit:
	@$(find_python); \
	tools="$$(mktemp -d)" && trap 'rm -rf "$$tools"' EXIT \
	&& $(call make_venv,"$$tools/venv",$(AUDIT_LOCK)) \
	&& for lock in $(LOCKS); do \
	    echo "$$lock" \
	    && "$$tools/venv/bin/pip-audit" --strict --require-hashes --disable-pip --progress-spinner off -r "$$lock" \
	    || exit 1; \
	done

# Whoever builds the same commit gets the same bytes: the time in them is that of the commit.
define build
rm -rf '$(DIST)' && mkdir -p '$(DIST)' \
&& SOURCE_DATE_EPOCH="$$(git log -1 --format=%ct)" $(1) -c "from flit_core import buildapi; \
buildapi.build_wheel('$(DIST)'); buildapi.build_sdist('$(DIST)')" \
&& $(1) -m tests.distributions '$(DIST)'
endef

dist: setup
	@$(call build,.venv/bin/python)

# The environment holds what a user gets with the extra `sandbox`, in the locked versions, and nothing else. Pip check
# finds what the wheel asks for and the lock lacks.
try-dist:
	@$(find_python); \
	$(call make_venv,'$(TRIAL)',$(RELEASE_LOCK)) \
	&& '$(TRIAL)'/bin/python $(PIP_INSTALL) --no-index '$(DIST)'/*.whl </dev/null \
	&& '$(TRIAL)'/bin/python -m pip check \
	&& '$(TRIAL)'/bin/reconciler --version
	@$(MAKE) --no-print-directory demonstrate PROGRAM='$(TRIAL)'/bin/reconciler

format: setup
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# Packages younger than a week are left out: most bad releases are found within days. The action's lock holds what the
# product itself needs, that of a release what the local HubSpot needs too, those of the fuzzer and of the mutants also
# hold their tool, that of the bench what it compares with, all in the versions of the first one.
lock:
	@$(find_python); \
	tools="$$(mktemp -d)" && trap 'rm -rf "$$tools"' EXIT \
	&& "$$python" -m venv "$$tools" \
	&& "$$tools/bin/python" $(PIP_INSTALL) '$(UV)' \
	&& $(call compile,pyproject.toml --extra sandbox --group dev $(if $(UPGRADE),--upgrade) --output-file requirements.lock) \
	&& $(call compile,pyproject.toml $(LIKE_FIRST) --output-file $(ACTION_LOCK)) \
	&& $(call compile,pyproject.toml $(LIKE_FIRST) --extra sandbox --group fuzz --output-file $(FUZZ_LOCK)) \
	&& $(call compile,pyproject.toml $(LIKE_FIRST) --extra sandbox --group mutants --output-file $(MUTANTS_LOCK)) \
	&& $(call compile,pyproject.toml $(LIKE_FIRST) --extra sandbox --output-file $(RELEASE_LOCK)) \
	&& $(call compile,--group bench $(LIKE_FIRST) --output-file $(BENCH_LOCK)) \
	&& $(call compile,--group audit $(if $(UPGRADE),--upgrade) --output-file $(AUDIT_LOCK))
	@if grep -n '://' $(LOCKS); then echo 'A lock must name no address.' >&2; exit 1; fi

LIKE_FIRST = --constraint requirements.lock --upgrade
compile = UV_CUSTOM_COMPILE_COMMAND='make lock' "$$tools/bin/uv" pip compile --universal \
    --python-version 3.11 --generate-hashes --only-binary :all: --exclude-newer '7 days' --no-emit-index-url --quiet $(1)

clean:
	rm -rf .venv .tools .fuzz mutants .reconciler .coverage .coverage.* htmlcov build dist
	rm -rf .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find reconciler tests -name __pycache__ -type d -prune -exec rm -rf {} +
