# SPDX-License-Identifier: MIT
# Makes one configuration file of three: awk -f merge.awk OVERRIDES DEFAULTS FILE.  A line of the first two is SECTION,
# KEY and VALUE between tabs; SECTION is empty for the keys above all sections.  An override replaces the key where
# FILE has it, a default counts where nothing else does, and a configuration without a server gets the built-in one.
BEGIN { FS = "\t" }

FILENAME == ARGV[1] { override[$1, $2] = $3; order[++count] = $1 SUBSEP $2; next }
FILENAME == ARGV[2] { if (!(($1, $2) in override)) { fallback[$1, $2] = $3; order[++count] = $1 SUBSEP $2 } next }

/^[ \t]*\[/ {
	finish(section)
	section = $0
	sub(/^[ \t]*\[[ \t]*/, "", section)
	sub(/[ \t]*\].*$/, "", section)
	gsub(/[ \t]+/, " ", section)
	seen[section] = 1
	if (section ~ /^server /)
		servers++
	print
	next
}

/^[ \t]*[A-Za-z0-9_.-]+[ \t]*=/ {
	key = $0
	sub(/^[ \t]*/, "", key)
	sub(/[ \t]*=.*$/, "", key)
	done[section, key] = 1
	if ((section, key) in override)
		print key " = " override[section, key]
	else
		print
	next
}

{ print }

END {
	finish(section)
	for (i = 1; i <= count; i++) {
		split(order[i], part, SUBSEP)
		if (!(part[1] in seen) && !((part[1], part[2]) in done)) {
			print "\n[" part[1] "]"
			finish(part[1])
		}
	}
	if (!servers)
		print "\n[server mcp]\ntools = builtin"
}

# What FILE did not say in this section.
function finish(name,	i, part)
{
	for (i = 1; i <= count; i++) {
		split(order[i], part, SUBSEP)
		if (part[1] != name || (order[i] in done))
			continue
		print part[2] " = " (order[i] in override ? override[order[i]] : fallback[order[i]])
		done[order[i]] = 1
	}
}
