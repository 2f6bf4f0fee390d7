# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the checks share.  Each check sources this file, runs at the root of the tree and calls `verdict` at its end.
set -euo pipefail

build=${1:-build}
findings=0

# One finding.
complain()
{
	printf '%s\n' "$*"
	findings=$((findings + 1))
}

# Each line of standard input is a finding; $1 says what is wrong with it.
complain_each()
{
	local line
	while IFS= read -r line; do
		complain "$line: $1"
	done
}

verdict()
{
	exit $((findings > 0))
}

# Files of the tree, without what is built, by the patterns of find -name.
files()
{
	local pattern names=()
	for pattern in "$@"; do
		names+=(-o -name "$pattern")
	done
	find . \( -path ./build -o -path ./.git -o -name node_modules \) -prune -o -type f \( "${names[@]:1}" \) -print |
		sed 's|^\./||' | sort
}

# Our C, in the layers and the programs; not the tests'.
sources()
{
	files "$@" | grep -E '^(common|cgi-bin)/'
}

# True if $1 stands in the table after the here-document's comments: "NAME<blanks>reason".
allowed()
{
	grep -qE "^$1[[:blank:]]+[^[:blank:]]" <<<"$2"
}

# Debian's plain build: gcc or clang, dynamic, without sanitizers.
is_plain()
{
	[[ $build != *san* && $build != *static* ]]
}
