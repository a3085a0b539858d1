# Precis: two commands.
#   make reproduce    set up, build, run the five experiments, write the report
#   make test         set up, build, run every test
# and: make bench (speed of the kernels), make setup (only what must be installed), make clean
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
BENCHMARKS := kernel-benchmark
BIN := .build/release
# No test imports a module's internals, so the programs and the tests share one optimised build.
TEST_FLAGS := -c release --disable-testable-imports

.DEFAULT_GOAL := help
.PHONY: help reproduce test bench setup build clean
.NOTPARALLEL:

help:
	@awk '!/^#/{exit} {sub(/^# ?/, ""); print}' Makefile

reproduce: build
	@for experiment in $(EXPERIMENTS); do \
	    echo "==> Experiment $$experiment (preset $(PRESET))"; \
	    $(BIN)/$$experiment run --preset "$(PRESET)" --workspace "$(WORKSPACE)" $(ARGS) || exit $$?; \
	done
	@echo "==> Writing the report"
	@$(BIN)/report --workspace "$(WORKSPACE)"

test: setup
	@echo "==> Building and running the tests"
	@swift test $(TEST_FLAGS)

bench: build
	@for benchmark in $(BENCHMARKS); do \
	    echo "==> Benchmark $$benchmark"; \
	    $(BIN)/$$benchmark || exit $$?; \
	done

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
