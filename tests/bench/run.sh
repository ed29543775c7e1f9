#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Benchmarks.  Figures, not tests: nothing here passes or fails by a time.
#
#	tests/bench/run.sh --engine [--json FILE] [--flows N] [--rounds N] [--hugepages]
#
#   --engine  cycles per packet of the packet path alone, no device, beside the
#             cost of exchanging addresses in the same packets in the same run
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)

usage() {
	sed -n '5,10s/^# \{0,1\}//p' "$0"
}

if [ "${1:-}" != --engine ]; then
	usage >&2
	exit 2
fi
shift

"$top/config/install-deps.sh" build
if [ ! -f "$top/build/build.ninja" ]; then
	meson setup "$top/build" "$top" >/dev/null
fi
ninja -C "$top/build" tests/bench/bench_engine >/dev/null

# One core to itself; the last, since the first takes most interrupts.
exec taskset -c "$(($(nproc) - 1))" "$top/build/tests/bench/bench_engine" "$@"
