#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
#	install-once.sh FILE DIRECTORY
#
# Installs a configuration where there is none yet.  Called by `meson install`.  It may come
# to hold a secret, so root alone reads it.

set -eu

target=${DESTDIR:-}$2/$(basename "$1")
if [ -e "$target" ]; then
	echo "Keeping $target"
	exit 0
fi
echo "Installing $1 to ${DESTDIR:-}$2"
install -d "${DESTDIR:-}$2"
install -m 0600 "$1" "$target"
