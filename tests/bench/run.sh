#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Benchmarks.  Figures, not tests: nothing here passes or fails by a time.
#
#	tests/bench/run.sh --engine [--json FILE] [--flows N] [--rounds N] [--hugepages]
#	tests/bench/run.sh --scale [--json FILE] [--flows N] [--rounds N] [--hugepages]
#	tests/bench/run.sh --forge [--json FILE] [--count N] [--seed N] [--hugepages]
#	tests/bench/run.sh --device [--json FILE] [--rounds N] [--seconds N] [--rows NAME,..]
#	                            [--small-pages]
#	tests/bench/run.sh --honest [--json FILE] [--svg FILE] [--seconds N] [--subjects NAME,..]
#	                            [--parts PERCENT,..] [--small-pages]
#
#   --engine  cycles per packet of the packet path alone, no device, beside the
#             cost of exchanging addresses in the same packets in the same run;
#             with --flows N so many other connections are in the table
#   --scale   cycles of the flow table, and memory, with a thousand, a million and
#             ten million connections
#   --forge   random acknowledgments, 2^27 of each kind, through the packet path:
#             how many opened a connection, beside how many may.  The exit status
#             says if chance can explain it
#   --device  packets and connections per second through a memif, beside testpmd
#             exchanging addresses on the same memif.  Two CPUs, 512 hugepages, root
#   --honest  clients beside a SYN flood that grows beyond what can be answered: who is
#             served, how fast, and what established connections get; weir on a memif,
#             and weir and Linux on a veth.  Two CPUs, root, 512 hugepages
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)

usage() {
	sed -n '5,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"
}

# build PACKAGES TARGET..
build() {
	"$top/config/install-deps.sh" "$1"
	shift
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
	build build "$program"
	exec taskset -c "$(($(nproc) - 1))" "$top/build/$program" "$@"
}

run_device() {
	build test app/weir tests/bench/gen/bench_gen
	exec python3 "$top/tests/bench/device.py" "$top/build" "$@"
}

run_honest() {
	build test app/weir tests/bench/gen/bench_gen tests/bench/epoll_http
	exec python3 "$top/tests/bench/honest.py" "$top/build" "$@"
}

mode=${1:-}
shift || true
case $mode in
--engine) run_alone bench_engine "$@" ;;
--device) run_device "$@" ;;
--scale) run_alone bench_scale "$@" ;;
--forge) run_alone bench_forge "$@" ;;
--honest) run_honest "$@" ;;
*)
	usage >&2
	exit 2
	;;
esac
