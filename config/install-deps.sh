#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Installs from Debian what weir needs, as root:
#
#	config/install-deps.sh build	to build it and its unit tests
#	config/install-deps.sh demo	that, and what app/demo.sh shows it with
#	config/install-deps.sh test	all that the tests and fuzz targets need
#
# Does nothing, not even ask the network, if all of it is there already.

set -euo pipefail

readonly build=(
	gcc
	libcmocka-dev
	libdpdk-dev
	libnuma-dev
	libpcap-dev
	meson
	ninja-build
	pkg-config
	python3
	python3-pyelftools
)

readonly demo=(
	curl
	dpdk
	hping3
	iproute2
	iputils-ping
	netcat-openbsd
	procps
	tcpdump
	util-linux
	wrk
)

readonly test=(
	clang
	clang-format
	dpdk-dev
	ethtool
	iputils-arping
	libclang-rt-14-dev
	nftables
	python3-pytest
	tshark
)

usage()
{
	sed -n '4,10s/^#[[:space:]]\{0,1\}//p' "${BASH_SOURCE[0]}"
}

# missing PACKAGE..: those that are not installed, a line each
missing()
{
	local package

	for package; do
		[[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
			printf '%s\n' "$package"
	done
}

install_packages()
{
	if ((EUID != 0)); then
		printf '%s: not installed, and only root can: %s\n' "$0" "$*" >&2
		return 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	# A package list may be there, and be good enough.
	if ! apt-get install -y --no-install-recommends "$@"; then
		apt-get update
		apt-get install -y --no-install-recommends "$@"
	fi
}

main()
{
	local wanted absent

	case ${1:-} in
	build)
		wanted=("${build[@]}")
		;;
	demo)
		wanted=("${build[@]}" "${demo[@]}")
		;;
	test)
		wanted=("${build[@]}" "${demo[@]}" "${test[@]}")
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
	mapfile -t absent < <(missing "${wanted[@]}")
	if ((${#absent[@]} > 0)); then
		printf 'Installing %s\n' "${absent[*]}"
		install_packages "${absent[@]}"
	fi
	printf 'Everything for "%s" is installed.\n' "$1"
}

main "$@"
