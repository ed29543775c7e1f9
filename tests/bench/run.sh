#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Benchmarks.  Figures, not tests: nothing here passes or fails by a time.
#
#	tests/bench/run.sh --engine [--json FILE] [--flows N] [--rounds N] [--hugepages]
#	tests/bench/run.sh --forge [--json FILE] [--count N] [--seed N] [--hugepages]
#
#   --engine  cycles per packet of the packet path alone, no device, beside the
#             cost of exchanging addresses in the same packets in the same run
#   --forge   random acknowledgments, 2^27 of each kind, through the packet path:
#             how many opened a connection, beside how many may.  The exit status
#             says if chance can explain it
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)

usage() {
	sed -n '5,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"
}

build() {
	"$top/config/install-deps.sh" build
	if [ ! -f "$top/build/build.ninja" ]; then
		meson setup "$top/build" "$top" >/dev/null
	fi
	ninja -C "$top/build" "$@" >/dev/null
}

# run_alone PROGRAM ARGUMENTS..: one core to itself; the last, since the first takes most
# interrupts.
run_alone() {
	local program=tests/bench/$1

	shift
	build "$program"
	exec taskset -c "$(($(nproc) - 1))" "$top/build/$program" "$@"
}

mode=${1:-}
shift || true
case $mode in
--engine) run_alone bench_engine "$@" ;;
--forge) run_alone bench_forge "$@" ;;
*)
	usage >&2
	exit 2
	;;
esac
