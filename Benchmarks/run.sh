#!/usr/bin/env bash
# Builds the release and measures it against limits and peers; see run.py --help. `make bench` is this with its defaults.
set -euo pipefail
cd "$(dirname "$0")/.."
.ci/bootstrap bench
swift build -c release --static-swift-stdlib --product ocop
exec .ci/python Benchmarks/run.py --ocop "$(swift build -c release --show-bin-path)/ocop" "$@"
