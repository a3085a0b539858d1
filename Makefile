# Precis: two commands.
#   make reproduce    set up, build, run the five experiments, write the report
#   make test         set up, build, run every test
# and: make preferences (the two experiments on instructions, and the report),
#   make bench (speed and memory, beside other programs; PEERS=0: alone), make setup (only what must be installed), make clean
# All can be repeated: what is done is not done again, and an interrupted run continues.
#
#   PRESET=quick      smoke | quick | full | paper
#   WORKSPACE=path    where results are kept (default: workspace)
#   ARGS="..."        more options for every experiment, e.g. ARGS="--articles mine.jsonl"
#   PRECIS_CACHE=path where the model and the articles are kept (default: ~/.cache/precis)

PRESET ?= quick
WORKSPACE ?= workspace
ARGS ?=

EXPERIMENTS := baseline beta-sweep sft lora-rank64 iteration2
INSTRUCTION_EXPERIMENTS := pairrm self-rewarding
# make bench: PEERS=0 leaves out what Precis is compared with; BENCH_ARGS go to Benchmarks/run.
PEERS ?= 1
PRECIS_CACHE_FOLDER := $(or $(PRECIS_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/precis)
PEERS_VENV ?= $(PRECIS_CACHE_FOLDER)/peers
BENCH_OUTPUT ?= bench-results
BENCH_ARGS ?=
BIN := .build/release
# One test at a time: the engine's use every core themselves, and servers and kills are not starved.
# No test imports a module's internals, so the programs and the tests share one optimised build.
TEST_FLAGS := -c release --disable-testable-imports

.DEFAULT_GOAL := help
.PHONY: help reproduce preferences test bench setup build clean
.NOTPARALLEL:

help:
	@awk '!/^#/{exit} {sub(/^# ?/, ""); print}' Makefile

reproduce: build
	$(call experiments,$(EXPERIMENTS))

preferences: build
	$(call experiments,$(INSTRUCTION_EXPERIMENTS))

# Runs experiments one after another, then the report.
define experiments
@for experiment in $(1); do \
    echo "==> Experiment $$experiment (preset $(PRESET))"; \
    $(BIN)/$$experiment run --preset "$(PRESET)" --workspace "$(WORKSPACE)" $(ARGS) || exit $$?; \
done
@echo "==> Writing the report"
@$(BIN)/report --workspace "$(WORKSPACE)"
endef

test: setup
	@sh Scripts/install-browser-checks.sh
	@sh Scripts/install-server-checks.sh
	@echo "==> Building and running the tests"
	@sh Scripts/run-tests.sh $(TEST_FLAGS) --no-parallel

bench: build
	@echo "==> Kernels"
	@mkdir -p "$(BENCH_OUTPUT)"
	@$(BIN)/kernel-benchmark --json "$(BENCH_OUTPUT)/kernels.json"
ifneq ($(PEERS),0)
	@sh Benchmarks/Peers/install.sh "$(PEERS_VENV)"
endif
	@PEERS_VENV="$(PEERS_VENV)" Benchmarks/run --output "$(BENCH_OUTPUT)" $(if $(filter 0,$(PEERS)),--no-peers) $(BENCH_ARGS)

build: setup
	@echo "==> Building"
	@swift build -c release

setup:
	@sh Scripts/check-swift.sh
	@sh Scripts/install-packages.sh
	@sh Scripts/fetch-inputs.sh

# Leaves the results and the downloaded inputs alone.
clean:
	rm -rf .build
