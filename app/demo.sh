#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# weir in two minutes, from a fresh clone, without hugepages or a NIC:
#
#	sudo app/demo.sh [--keep]
#
# Installs the packages that are missing, builds, starts weir on a TAP device in a network
# namespace of its own, and shows it at work: a handshake and a close on the wire, pages
# over IPv4 and IPv6, thousands of connections, a SYN flood that does not stop curl, and
# the counters that explain every packet.  Then it takes everything away again.
#
#	--keep	leaves weir running until Ctrl-C, to play with
#
# The exit status is 0 if all of it worked.

set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

readonly namespace=weir-demo-$$
readonly device=weir0
readonly ipv4=192.0.2.1 ipv6=2001:db8::1
readonly client_ipv4=192.0.2.2 client_ipv6=2001:db8::2
readonly http=80 echo_port=7
readonly load_seconds=3 flood_seconds=5
readonly weir=build/app/weir
readonly marker='     '

keep=no
step_number=0
failures=0
weir_pid=
background_pid=
directory=

usage()
{
	sed -n '4,17s/^#[[:space:]]\{0,1\}//p' "${BASH_SOURCE[0]}"
}

bold() { printf '\033[1m%s\033[0m' "$*"; }
if [[ ! -t 1 ]]; then
	bold() { printf '%s' "$*"; }
fi

step()
{
	step_number=$((step_number + 1))
	printf '\n%s\n' "$(bold "$step_number. $1")"
}

ok() { printf '%s%s  %s\n' "$marker" "$(bold ok)" "$1"; }

failed()
{
	printf '%s%s  %s\n' "$marker" "$(bold FAILED)" "$1"
	failures=$((failures + 1))
}

# verify SENTENCE COMMAND..: the sentence is true if the command succeeds.
verify()
{
	local sentence=$1

	shift
	if "$@" >/dev/null 2>&1; then
		ok "$sentence"
	else
		failed "$sentence"
	fi
}

show() { sed "s/^/$marker  /"; }

give_up()
{
	failed "$1"
	if [[ -n ${2:-} && -e $2 ]]; then
		tail -n 20 "$2" | show
	fi
	exit 1
}

inside() { ip netns exec "$namespace" "$@"; }

# Ends a process that we started, kindly first.
end_process()
{
	local pid=$1

	kill "$pid" 2>/dev/null || return 0
	for _ in {1..100}; do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

# shellcheck disable=SC2317 # called by trap
clean_up()
{
	local pid

	trap - EXIT INT TERM HUP
	if [[ -n $background_pid ]]; then
		end_process "$background_pid"
	fi
	if [[ -n $weir_pid ]]; then
		end_process "$weir_pid"
	fi
	if [[ -e /run/netns/$namespace ]]; then
		for pid in $(ip netns pids "$namespace"); do
			kill -KILL "$pid" 2>/dev/null || true
		done
		ip netns del "$namespace"
	fi
	if [[ -n $directory ]]; then
		rm -rf "$directory"
	fi
}

parse_arguments()
{
	while (($# > 0)); do
		case $1 in
		--keep)
			keep=yes
			;;
		-h | --help)
			usage
			exit 0
			;;
		*)
			usage >&2
			exit 2
			;;
		esac
		shift
	done
}

install_packages()
{
	step 'Packages from Debian'
	if config/install-deps.sh demo >"$directory/install.log" 2>&1; then
		ok 'everything that is needed is installed'
	else
		give_up 'packages could not be installed' "$directory/install.log"
	fi
}

build_weir()
{
	step 'Build'
	if [[ ! -e build/build.ninja ]]; then
		meson setup build >"$directory/build.log" 2>&1 ||
			give_up 'meson setup' "$directory/build.log"
	fi
	ninja -C build app/weir >>"$directory/build.log" 2>&1 ||
		give_up 'ninja' "$directory/build.log"
	ok "$("$weir" --version | head -n 1) in $weir"
}

write_configuration()
{
	local -a cpus

	# One CPU for the worker, which polls, and one for all the rest.
	mapfile -t cpus < <(list_cpus)
	cat >"$directory/weir.conf" <<-END
		[weir]
		main_core = ${cpus[0]}
		cores = ${cpus[1]:-${cpus[0]}}
		hugepages = no
		memory = 512
		eal = --file-prefix=$namespace

		[port tap]
		device = net_tap0,iface=$device

		[address v4]
		port = tap
		ip = $ipv4/24

		[address v6]
		port = tap
		ip = $ipv6/64

		[listener web]
		address = all
		tcp = $http
		application = http

		[listener echo]
		address = all
		tcp = $echo_port
		application = echo
	END
}

list_cpus()
{
	taskset -cp $$ | sed 's/.*: //' | tr , '\n' | while IFS=- read -r first last; do
		seq "$first" "${last:-$first}"
	done
}

start_weir()
{
	step "Start weir on the TAP device $device in the network namespace $namespace"
	write_configuration
	show <"$directory/weir.conf"
	ip netns add "$namespace"
	inside ip link set lo up
	RUNTIME_DIRECTORY=$directory ip netns exec "$namespace" "$weir" -c "$directory/weir.conf" \
		>"$directory/weir.log" 2>"$directory/weir.err" </dev/null &
	weir_pid=$!
	for _ in {1..300}; do
		if grep -q '^weir: ready' "$directory/weir.log"; then
			break
		fi
		kill -0 "$weir_pid" 2>/dev/null || give_up 'weir ended' "$directory/weir.err"
		sleep 0.1
	done
	verify 'weir is ready' grep -q '^weir: ready' "$directory/weir.log"
	inside ip addr add "$client_ipv4/24" dev "$device"
	inside ip addr add "$client_ipv6/64" dev "$device" nodad
	verify "the kernel finds weir at $ipv4 (ARP, ping)" inside ping -c 1 -W 2 "$ipv4"
	verify "and at $ipv6 (neighbour discovery, ping)" inside ping -c 1 -W 2 "$ipv6"
}

# flags_seen SENDER FLAGS: a segment of that sender in the capture
flags_seen()
{
	grep -Eq "^[^>]*IP $1\.[0-9]+ > .*Flags \[$2\]" "$directory/capture"
}

show_one_connection()
{
	step 'One connection on the wire, as tcpdump sees it'
	inside tcpdump -i "$device" -nn -ttt -l --immediate-mode -Z root "tcp port $echo_port" \
		>"$directory/capture" 2>"$directory/tcpdump.err" &
	background_pid=$!
	for _ in {1..50}; do
		grep -q 'listening on' "$directory/tcpdump.err" && break
		sleep 0.1
	done
	echo 'hello, weir' | inside nc -N -w 5 "$ipv4" "$echo_port" >"$directory/answer" || true
	sleep 0.5
	end_process "$background_pid"
	background_pid=
	sed 's/, options \[[^]]*\]//; s/, win [0-9]*//' "$directory/capture" | show
	verify 'three segments open it: S from the client, S. from weir, . from the client' \
		opened_by_three
	verify 'the echo came back' grep -qx 'hello, weir' "$directory/answer"
	verify 'both sides close it with a FIN (F)' closed_by_both
}

# shellcheck disable=SC2317 # called by verify
opened_by_three()
{
	local flags

	flags=$(sed -n 's/.*Flags \[\([^]]*\)\].*/\1/p' "$directory/capture" | head -n 3 | tr '\n' ' ')
	[[ $flags == 'S S. . ' ]] && flags_seen "$ipv4" 'S\.'
}

# shellcheck disable=SC2317 # called by verify
closed_by_both()
{
	flags_seen "$client_ipv4" 'FP?\.' && flags_seen "$ipv4" 'FP?\.'
}

fetch_page()
{
	inside curl -gfsS --max-time 10 "$@"
}

fetch_pages()
{
	step 'A page with curl, over IPv4 and IPv6'
	fetch_page -i "http://$ipv4:$http/" 2>&1 | head -n 12 | cut -c 1-100 | show || true
	verify "curl http://$ipv4/" fetch_page "http://$ipv4:$http/"
	verify "curl http://[$ipv6]/" fetch_page "http://[$ipv6]:$http/"
}

run_load()
{
	local requests

	step "As many connections as wrk opens in $load_seconds seconds, one page on each"
	inside wrk -t 1 -c 50 -d "${load_seconds}s" -H 'Connection: close' "http://$ipv4:$http/" \
		>"$directory/wrk" 2>&1 || true
	requests=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$directory/wrk")
	grep -E 'requests in|Requests/sec|Socket errors|Non-2xx' "$directory/wrk" | show
	verify "${requests:-no} connections, each opened, served and closed" \
		test "${requests:-0}" -ge 1000
	verify 'none failed' no_errors
}

# shellcheck disable=SC2317 # called by verify
no_errors() { ! grep -qE 'Socket errors|Non-2xx' "$directory/wrk"; }

run_flood()
{
	local pages=0 tries=0

	step "A SYN flood from spoofed sources: hping3 for $flood_seconds seconds, as fast as it can"
	inside timeout "$flood_seconds" hping3 --flood --rand-source -S -q -p "$http" "$ipv4" \
		>"$directory/hping3" 2>&1 &
	background_pid=$!
	sleep 1
	while ((tries < 10)) && kill -0 "$background_pid" 2>/dev/null; do
		tries=$((tries + 1))
		fetch_page -o /dev/null "http://$ipv4:$http/" && pages=$((pages + 1))
	done
	verify 'the flood began' test "$tries" -gt 0
	wait "$background_pid" || true
	background_pid=
	verify "$pages of $tries pages came through it" test "$pages" -eq "$tries"
	sleep 0.5
	verify 'and curl still works after it' fetch_page "http://$ipv4:$http/"
}

play()
{
	step 'weir is yours until Ctrl-C'
	show <<-END
		In another terminal, as root:

		  ip netns exec $namespace curl http://$ipv4/
		  ip netns exec $namespace curl -g 'http://[$ipv6]/'
		  ip netns exec $namespace nc -N $ipv4 $echo_port
		  ip netns exec $namespace tcpdump -i $device -nn tcp
		  ip netns exec $namespace hping3 --flood --rand-source -S -p $http $ipv4
		  RUNTIME_DIRECTORY=$directory dpdk-telemetry.py -f $namespace

		Its output: $directory/weir.log
	END
	trap ':' INT
	# `wait` rather than `sleep`, so that the signal is seen at once.
	sleep infinity &
	background_pid=$!
	wait "$background_pid" || true
	end_process "$background_pid"
	background_pid=
	trap 'exit 130' INT
}

# counter NAME: its value in what weir printed at its end, 0 if it said nothing
counter()
{
	sed -n "s/^ *$1  *\([0-9]*\).*/\1/p" "$directory/weir.log" | tail -n 1 | grep . || echo 0
}

# shellcheck disable=SC2317 # called by verify
all_explained()
{
	local dropped

	dropped=$(sed -n 's/^ *drop\.[a-z0-9_]*  *\([0-9]*\).*/\1/p' "$directory/weir.log" |
		awk '{ n += $1 } END { print n + 0 }')
	(($(counter rx_packets) > 0 &&
		$(counter rx_packets) == $(counter rx_served) + dropped))
}

# shellcheck disable=SC2317 # called by verify
all_closed() { (($(counter flow_opened) > 0 && $(counter flow_opened) == $(counter flow_closed))); }

stop_weir()
{
	local status=0

	step 'Stop weir, and look at its counters'
	kill "$weir_pid"
	wait "$weir_pid" || status=$?
	weir_pid=
	sed '1,/^weir: ready/d' "$directory/weir.log" | cut -c 1-120 | show
	verify 'weir ended with exit status 0' test "$status" -eq 0
	verify 'every packet is explained: rx_packets = rx_served + the sum of all drops' \
		all_explained
	verify "every connection that opened has closed: $(counter flow_opened)" all_closed
	verify "$(counter cookie_sent) SYNs were answered with cookies, which take no memory" \
		test "$(counter cookie_sent)" -gt 1000
}

main()
{
	parse_arguments "$@"
	if ((EUID != 0)); then
		printf 'demo.sh makes a network namespace and a TAP device: run it with sudo.\n' >&2
		exit 1
	fi
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	directory=$(mktemp -d /tmp/weir-demo.XXXXXX)

	install_packages
	build_weir
	start_weir
	show_one_connection
	fetch_pages
	run_load
	run_flood
	if [[ $keep == yes ]]; then
		play
	fi
	stop_weir

	if ((failures > 0)); then
		printf '\n%s\n' "$(bold "$failures FAILED")"
		return 1
	fi
	printf '\n%s\n' "$(bold "All of it worked, in $SECONDS seconds.")"
}

main "$@"
