# What people do here. Each target is a script of .ci/ that also runs by itself; `make` alone lists them.

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

demo: ## build the command and turn one producer's workbook into five partners' files in out/
	@.ci/bootstrap
	@.ci/demo

test: ## style, build, demo and its independent check, profiles, all tests
	@.ci/bootstrap test
	@.ci/test

test-full: ## both with the third-party files of ../shared; nothing may be skipped
	@.ci/bootstrap test
	@.ci/bootstrap system
	@OCOP_REQUIRE_SYSTEM=1 .ci/test --full
	@OCOP_REQUIRE_SYSTEM=1 .ci/system --check

test-system: ## transfers against real servers and against every fault; installs the servers
	@.ci/bootstrap system
	@.ci/system

build: ## the release build, .build/release/ocop, which runs without Swift on the machine
	@.ci/bootstrap
	@swift build -c release --static-swift-stdlib --product ocop

lint: ## style and house rules, no build
	@.ci/lint

format: ## format the Swift files in place
	@.ci/lint --fix

docs: ## the reference pages in Documentation/, made from the command
	@.ci/bootstrap
	@.ci/docs

bench: ## measure speed, memory and allocations against other tools; writes Documentation/performance.md
	@.ci/bootstrap bench
	@Benchmarks/run.sh --large 1000000

clean: ## remove what was built and written
	@rm -rf .build out

.PHONY: help demo test test-full test-system build lint format docs bench clean
