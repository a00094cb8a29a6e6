#!/bin/sh
# Counts what a command executes, repeatably on a busy machine.
#   instructions.sh instructions COMMAND…   instructions executed (callgrind)
#   instructions.sh allocations COMMAND…    heap allocations (memcheck)
# Run it for N and 2N products and subtract: start-up, profiles and vocabularies drop out.
set -eu
what=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
case $what in
  instructions)
    valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log" "$@" >/dev/null 2>&1 || [ $? -eq 3 ]
    sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$log"
    ;;
  allocations)
    valgrind --tool=memcheck --leak-check=no --undef-value-errors=no --log-file="$log" "$@" >/dev/null 2>&1 || [ $? -eq 3 ]
    sed -n 's/.*total heap usage: \([0-9,]*\) allocs.*/\1/p' "$log" | tr -d ,
    ;;
  *)
    sed -n '2,5p' "$0" >&2
    exit 64
    ;;
esac
