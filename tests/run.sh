#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# All tests of weir, from a fresh clone, as root on Debian 12:
#
#	tests/run.sh [--quick] [--filter WORD]
#
#	--quick		unit and conformance tests of the release build, and one page fetched
#			with curl: for the inner loop
#	--filter WORD	only programs and tests whose name contains WORD
#
# Installs what is missing, builds (build/ for release, build-asan/ under AddressSanitizer
# and UndefinedBehaviorSanitizer), runs the tests of both, then the integration tests: the
# real binary in network namespaces of its own.  An existing build directory keeps its
# configuration.  Logs are kept in build/test-logs.
#
# Integration tests measure real time on a machine that is not theirs.  Where at most
# three fail they are run once more, alone; one that passes then counts as passed, and
# the result names it and what it said the first time.  It is a fault to be looked for.
#
# The last line is "N passed, N failed, N skipped"; the exit status is 0 if something
# passed and nothing failed.

set -euo pipefail
exec </dev/null

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

readonly logs=$PWD/build/test-logs
readonly sanitized=build-asan
readonly python=/usr/bin/python3
readonly integration_limit=900
readonly repeats_max=3

# Namespaces of this run carry this number, see tests/integration/netns.py.
export WEIR_TEST_RUN=$$
export PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=0:detect_leaks=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}

quick=no
word=
child=
scratch= # of what runs, gone with us
broken=()  # steps that failed as a whole, for tally.py
results=() # LABEL=FILE, for tally.py

usage()
{
	sed -n '4,23s/^#[[:space:]]\{0,1\}//p' "${BASH_SOURCE[0]}"
}

parse_arguments()
{
	while (($# > 0)); do
		case $1 in
		--quick)
			quick=yes
			;;
		--filter)
			word=${2:?--filter needs a word}
			shift
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

section()
{
	printf '\n=== %s (%d s)\n' "$1" "$SECONDS"
}

# A step in the background, so that a signal reaches us and we can end it.
run()
{
	local status=0

	"$@" &
	child=$!
	wait "$child" || status=$?
	child=
	return "$status"
}

# run_logged NAME COMMAND..: output to a log, its tail shown only on failure.
run_logged()
{
	local log=$logs/$1.log

	shift
	if run "$@" >"$log" 2>&1; then
		return 0
	fi
	printf 'FAILED: %s\n' "$*"
	tail -n 40 "$log"
	printf '(the whole log: %s)\n' "$log"
	return 1
}

# Whatever a killed pytest could not take away itself.
remove_namespaces()
{
	local name pid

	command -v ip >/dev/null || return 0
	ip netns list 2>/dev/null | while read -r name _; do
		[[ $name == "wt-$WEIR_TEST_RUN-"* ]] || continue
		for pid in $(ip netns pids "$name"); do
			kill -KILL "$pid" 2>/dev/null || true
		done
		ip netns del "$name" || true
	done
}

# shellcheck disable=SC2317 # called by trap
clean_up()
{
	trap - EXIT INT TERM HUP
	if [[ -n $child ]]; then
		kill "$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	fi
	remove_namespaces
	if [[ -n $scratch ]]; then
		rm -rf "$scratch"
	fi
}

install_packages()
{
	section 'packages'
	if ! run_logged install config/install-deps.sh test; then
		printf 'Going on with what is installed.\n'
	fi
}

# build DIRECTORY MESON-OPTIONS..
build()
{
	local directory=$1 type

	shift
	section "build $directory"
	if [[ ! -e $directory/build.ninja ]]; then
		run_logged "setup-$directory" meson setup "$directory" "$@" || return 1
	fi
	type=$(meson introspect "$directory" --buildoptions |
		"$python" -c 'import json, sys
o = {o["name"]: o["value"] for o in json.load(sys.stdin)}
print(o["buildtype"], "sanitize=" + o["b_sanitize"], "lto=" + str(o["b_lto"]).lower())')
	printf '%s: %s\n' "$directory" "$type"
	run_logged "build-$directory" ninja -C "$directory"
}

# The programs whose name has the word, or else those that hold a test whose name has it:
# TEST(name) in tests/harness/test.h leaves both a string and a function test_name.
# programs_named DIRECTORY: lines "whole NAME" or "some NAME"
programs_named()
{
	meson introspect "$1" --tests | "$python" -c '
import json, pathlib, re, sys
word = sys.argv[1]
function = re.compile(rb"\0test_(\w*%s\w*)" % re.escape(word.encode()))
for test in json.load(sys.stdin):
    program = pathlib.Path(test["cmd"][0])
    if word in test["name"]:
        print("whole", test["name"])
    elif len(test["cmd"]) == 1 and program.is_file():
        octets = program.read_bytes()
        if any(b"\0" + m[1] + b"\0" in octets for m in function.finditer(octets)):
            print("some", test["name"])
' "$word"
}

# run_programs DIRECTORY LABEL MESON-ARGUMENTS..: `meson test`, its result kept for tally.py
run_programs()
{
	local directory=$1 label=$2 status=0

	shift 2
	rm -f "$directory/meson-logs/$label.json"
	run meson test -C "$directory" --no-rebuild --print-errorlogs --logbase "$label" "$@" ||
		status=$?
	if [[ -e $directory/meson-logs/$label.json ]]; then
		cp "$directory/meson-logs/$label".{json,txt} "$logs/"
		results+=("$label=$logs/$label.json")
	elif ((status != 0)); then
		broken+=("meson test $label")
	fi
}

# run_meson_tests DIRECTORY LABEL MESON-ARGUMENTS..
run_meson_tests()
{
	local directory=$1 label=$2 names

	shift 2
	section "tests of $directory"
	if [[ -z $word ]]; then
		run_programs "$directory" "$label" "$@"
		return
	fi
	names=$(programs_named "$directory")
	mapfile -t whole < <(sed -n 's/^whole //p' <<<"$names")
	mapfile -t some < <(sed -n 's/^some //p' <<<"$names")
	if ((${#whole[@]} > 0)); then
		run_programs "$directory" "$label" "$@" "${whole[@]}"
	fi
	if ((${#some[@]} > 0)); then
		run_programs "$directory" "$label-some" "$@" --test-args="$word" "${some[@]}"
	fi
}

# run_pytest DIRECTORY LABEL PYTEST-ARGUMENTS..: the result in $logs/LABEL.xml; what failed
# is remembered in $logs/cache
run_pytest()
{
	local directory=$1 label=$2

	shift 2
	rm -f "$logs/$label.xml"
	WEIR_BUILD=$directory run timeout --kill-after=20 "$integration_limit" "$python" -m pytest \
		-o cache_dir="$logs/cache" -q -rfEs --tb=short --durations=5 --show-capture=no \
		--basetemp="$logs/$label" --junit-xml="$logs/$label.xml" "$@" tests/integration \
		> >(tee "$logs/$label.log") 2>&1
}

# How many tests the last run_pytest has seen fail.
count_failures()
{
	"$python" -c 'import json, sys; print(len(json.load(open(sys.argv[1]))))' \
		"$logs/cache/v/cache/lastfailed" 2>/dev/null || printf '0\n'
}

# run_integration DIRECTORY LABEL PYTEST-ARGUMENTS..
run_integration()
{
	local directory=$1 label=$2 status=0 failures result

	shift 2
	section "integration with $directory"
	if [[ ! -x $directory/app/weir ]]; then
		broken+=("$label: $directory/app/weir is not built")
		return
	fi
	if [[ -n $word ]]; then
		set -- "$@" -k "$word"
	fi
	rm -rf "$logs/cache"
	run_pytest "$directory" "$label" "$@" || status=$?
	if ((status == 124 || status == 137)); then
		broken+=("$label: took longer than $integration_limit s")
	fi
	if [[ -e $logs/$label.xml ]]; then
		result=$label=$logs/$label.xml
		failures=$(count_failures)
		if ((failures > 0 && failures <= repeats_max)); then
			section "once more, what failed with $directory"
			remove_namespaces
			run_pytest "$directory" "$label-again" "$@" --last-failed || true
			result+=,$logs/$label-again.xml
		fi
		results+=("$result")
	elif ((status != 0)); then
		broken+=("$label: pytest ended with $status")
	fi
	remove_namespaces
}

run_quick()
{
	if ! build build; then
		broken+=('build')
		return
	fi
	run_meson_tests build release --suite unit --suite conformance
	run_integration build integration -k "${word:-curl_fetches_a_page and tap and ipv4}"
}

run_all()
{
	if build build; then
		run_meson_tests build release
		run_integration build integration
	else
		broken+=('build of build')
	fi
	if CC=gcc build "$sanitized" -Dbuildtype=debugoptimized -Db_lto=false \
		-Db_sanitize=address,undefined; then
		run_meson_tests "$sanitized" sanitized --timeout-multiplier 5
		run_integration "$sanitized" sanitized-integration -m sanitize
	else
		broken+=("build of $sanitized")
	fi
}

main()
{
	local what

	parse_arguments "$@"
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	mkdir -p "$logs"
	scratch=$(mktemp -d /tmp/weir-test.XXXXXX)
	export TMPDIR=$scratch
	install_packages
	if [[ $quick == yes ]]; then
		run_quick
	else
		run_all
	fi
	section 'result'
	local arguments=()
	for what in "${broken[@]}"; do
		arguments+=(--broken "$what")
	done
	"$python" tests/tally.py "${arguments[@]}" "${results[@]}"
}

main "$@"
