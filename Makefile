# Light-FER Fleet. `make demo` and `make test` do all the set-up they need.

PYTHON   ?= python3
VENV     := .venv
BIN      := $(VENV)/bin
READY    := $(VENV)/.ready
PROGRAMS := ./wire ./agent ./simulator ./controller ./models ./client
DISTS    := $(PROGRAMS:%=-e %)
SECONDS  ?= 60
PARTS    ?=
JOBS     ?= 8
FUZZ_SECONDS ?= 60
CLUSTER_ROUNDS ?= 5
TESTS    := -m "not training and not hosts and not browser and not fuzz and not arm and not failover and not machines and not cluster and not dist"
MACHINE  ?= $(shell uname -m)
PYTHON_TAG ?= cp311
PIP      := -m pip --disable-pip-version-check
# What is pinned has hashes, and pip then takes nothing without one: what is ours comes in a call of its own.
PINNED   := $(PIP) install -q --require-hashes --no-build-isolation
OURS     := $(PIP) install -q --no-build-isolation --no-deps
# What the shell that starts make sets for Pythons of its own must not leak: hooks, and that nothing is kept compiled.
unexport PYTHONPATH PYTHONDONTWRITEBYTECODE

.PHONY: demo test deb soak check bench bench-peer bench-models test-browser test-clusters test-py38 test-hosts test-arm test-failover test-machines test-training check-ansible dist test-dist fuzz docs site lock format clean

demo: $(READY)          ## broker, controller and one agent, with a live table
	$(BIN)/fer-controller demo --seconds $(SECONDS)

test: $(READY)          ## unit, integration and acceptance tests
	$(BIN)/pytest $(TESTS) -n $(JOBS) --dist worksteal

check: $(READY)         ## lint, format, types, architecture, and that the docs are current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/docs.py --check

check-ansible: .venv-ansible/.ready  ## the roles, by ansible-lint's production profile
	cd ansible && PATH="$(CURDIR)/.venv-ansible/bin:$$PATH" ansible-lint

docs: $(READY)          ## write the generated pages anew
	$(BIN)/fer-models report
	$(BIN)/python scripts/docs.py

site: $(READY) .venv-docs/.ready  ## the documentation as pages, in site/
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --quiet

format: $(READY)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(READY)         ## measure the pipeline and the ingest on this machine
	$(BIN)/python tests/benchmarks/run.py $(PARTS)
	$(BIN)/python scripts/docs.py

bench-peer: .venv-bench/.ready  ## measure the `fer` package beside ours (several GB)
	$(MAKE) bench PARTS="pipeline peer"

bench-models: .venv-training/.ready .venv-compare/.ready  ## measure the models in every runtime (several GB)
	.venv-training/bin/fer-models bench --out docs/results/bench-$(MACHINE).json

soak: $(READY)          ## an hour of an unwell camera's clock: memory, file descriptors and threads do not grow
	FER_SOAK_MINUTES=60 $(BIN)/pytest -s tests/soak

fuzz: $(READY)          ## what takes bytes from others, given mutated seeds for FUZZ_SECONDS (60) each
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/pytest -s -m fuzz tests/fuzz

test-clusters: $(READY)  ## three nodes of NATS, and of RabbitMQ, killed and frozen in CLUSTER_ROUNDS (5) rounds each
	FER_CLUSTER_ROUNDS=$(CLUSTER_ROUNDS) $(BIN)/pytest -s tests/integration/clusters

test-browser: $(READY)  ## the page in Chromium
	$(BIN)/pytest -m browser tests/acceptance -n 2 --dist loadfile

test-py38: .venv-py38/.ready .venv-jetpack46/.ready  ## wire and agent on Python 3.8, as on JetPack 4.6 and 5
	.venv-py38/bin/pytest tests/unit/wire tests/unit/terminal tests/unit/agent tests/unit/client tests/integration/agent
	.venv-jetpack46/bin/pytest tests/integration/agent/test_shipped_models.py

test-hosts: $(READY) .venv-ansible/.ready deb  ## Ansible and packages on real hosts; needs root, debootstrap and systemd-container
	FER_ANSIBLE=$(CURDIR)/.venv-ansible/bin/ansible-playbook $(BIN)/pytest -m hosts --durations=0

test-failover: $(READY)  ## PostgreSQL under Patroni, its nodes killed and cut off under load; needs patroni and etcd-server
	$(BIN)/pytest -s -m failover

test-machines: $(READY)  ## many processes and brokers, killed in turn, and the commands of the tutorial and of a how-to
	$(BIN)/pytest -m machines -n 3 --dist load

dist: $(READY)          ## the wheels of our programs, in dist/
	rm -rf dist
	$(BIN)/python $(PIP) wheel -q --no-build-isolation --no-deps --wheel-dir dist $(PROGRAMS)

deb: $(READY)           ## Debian packages of agent and controller for PYTHON_TAG (cp311) and MACHINE, in dist/; needs debhelper
	scripts/wheelhouse.sh $(PYTHON_TAG) $(MACHINE)
	scripts/deb.sh $(PYTHON_TAG) $(MACHINE)

test-dist: dist         ## our wheels in empty environments, without an index
	$(BIN)/python $(PIP) wheel -q --require-hashes --no-build-isolation --no-deps --wheel-dir build/wheelhouse -r requirements/dev.txt
	FER_DIST=$(CURDIR)/dist FER_WHEELHOUSE=$(CURDIR)/build/wheelhouse $(BIN)/pytest -m dist --durations=0

test-arm: $(READY)      ## the agent on aarch64, emulated; needs root, debootstrap and qemu-user-static
	scripts/wheelhouse.sh cp311 aarch64
	$(BIN)/pytest -m arm --durations=0

# PyTorch's kernels for AVX-512 abort on the unit tests' small float32 networks on some EPYCs; whole runs use bfloat16.
test-training: .venv-training/.ready  ## what needs torch
	.venv-training/bin/pytest -m training tests/integration
	ONEDNN_MAX_CPU_ISA=AVX2 .venv-training/bin/pytest -m training tests/unit

$(READY): requirements/build.txt requirements/dev.txt */pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=python3.11." if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PINNED) -r requirements/build.txt
	$(BIN)/python $(PINNED) -r requirements/dev.txt
	$(BIN)/python $(OURS) $(DISTS)
	touch $@

.venv-py38/.ready: requirements/build-py38.txt requirements/py38.txt wire/pyproject.toml agent/pyproject.toml client/pyproject.toml
	test -x .venv-py38/bin/python || $$(sh scripts/find-python.sh 3.8) -m venv .venv-py38
	.venv-py38/bin/python $(PINNED) -r requirements/build-py38.txt
	.venv-py38/bin/python $(PINNED) -r requirements/py38.txt
	.venv-py38/bin/python $(OURS) -e wire -e agent -e client
	touch $@

.venv-ansible/.ready: requirements/ansible.txt
	test -x .venv-ansible/bin/python || $(PYTHON) -m venv .venv-ansible
	.venv-ansible/bin/python $(PINNED) -r requirements/ansible.txt
	touch $@

# ONNX Runtime of JetPack 4.6; the agent comes without what cameras and faces need.
.venv-jetpack46/.ready: requirements/build-py38.txt requirements/jetpack46.txt wire/pyproject.toml agent/pyproject.toml
	test -x .venv-jetpack46/bin/python || $$(sh scripts/find-python.sh 3.8) -m venv .venv-jetpack46
	.venv-jetpack46/bin/python $(PINNED) -r requirements/build-py38.txt
	.venv-jetpack46/bin/python $(PINNED) -r requirements/jetpack46.txt
	.venv-jetpack46/bin/python $(OURS) -e wire -e agent
	touch $@

# torch alone has no hash: it is another file for each accelerator, with companions of its own.
.venv-training/.ready: requirements/build.txt requirements/dev.txt requirements/training.txt requirements/torch.txt */pyproject.toml
	test -x .venv-training/bin/python || $(PYTHON) -m venv .venv-training
	.venv-training/bin/python $(PINNED) -r requirements/build.txt
	.venv-training/bin/python $(PINNED) -r requirements/dev.txt
	.venv-training/bin/python $(PINNED) --no-deps -r requirements/training.txt
	.venv-training/bin/python $(PIP) install -q -r requirements/torch.txt
	.venv-training/bin/python $(OURS) $(DISTS)
	touch $@

.venv-bench/.ready: requirements/bench.txt
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python $(PINNED) -r requirements/build.txt
	.venv-bench/bin/python $(PINNED) -r requirements/bench.txt
	touch $@

.venv-docs/.ready: requirements/docs.txt
	test -x .venv-docs/bin/python || $(PYTHON) -m venv .venv-docs
	.venv-docs/bin/python $(PINNED) -r requirements/docs.txt
	touch $@

# Only what Keras and TFLite need: a row's process imports nothing else of ours.
.venv-compare/.ready: requirements/build.txt requirements/compare.txt wire/pyproject.toml models/pyproject.toml
	test -x .venv-compare/bin/python || $(PYTHON) -m venv .venv-compare
	.venv-compare/bin/python $(PINNED) -r requirements/build.txt
	.venv-compare/bin/python $(PINNED) -r requirements/compare.txt
	.venv-compare/bin/python $(OURS) -e wire -e models
	touch $@

lock:                   ## pin the environments anew, with hashes (needs uv)
	scripts/lock.sh --upgrade

clean:
	rm -rf .venv .venv-ansible .venv-py38 .venv-jetpack46 .venv-training .venv-compare .venv-bench .venv-docs site dist build
