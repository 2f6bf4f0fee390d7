# embed.awk - turns sql/queries/*.sql and sql/migrations/*.sql into C
#
#   awk -v part=h|c -f embed.awk FILES
#
# part=h: enum query, one value per "-- name: xyz" block, and the tables' declarations.
# part=c: the tables: each query's SQL with the names of its parameters in order of appearance,
#         and each migration's whole text.  Comments are dropped.

function literal(text) {
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	return "\"" text "\\n\""
}

function strip(line) {
	sub(/[ \t]*--.*$/, "", line)
	return line
}

FNR == 1 { migration = FILENAME ~ /migrations\//
	if (migration) {
		base = FILENAME
		sub(/.*\//, "", base)
		version[++migrations] = base + 0
		title[migrations] = base
	}
}

!migration && /^-- name: / {
	name[++queries] = $3
	next
}

{
	line = strip($0)
	if (line ~ /^[ \t]*$/)
		next
	if (migration) {
		text[migrations] = text[migrations] "\n\t    " literal(line)
		next
	}
	if (queries == 0) {
		print FILENAME ": SQL before the first name" > "/dev/stderr"
		exit 1
	}
	sql[queries] = sql[queries] "\n\t    " literal(line)
}

END {
	if (part == "h") {
		print "/* Made by sql/embed.awk from sql/. */\n#ifndef GEN_SQL_H\n#define GEN_SQL_H\n"
		print "enum query {"
		for (i = 1; i <= queries; i++)
			print "\tQUERY_" toupper(name[i]) ","
		print "\tQUERY_COUNT\n};\n"
		print "struct sql_query {\n\tconst char *name;\n\tconst char *sql;\n};\n"
		print "struct sql_migration {\n\tint version;\n\tconst char *title;\n\tconst char *sql;\n};\n"
		print "extern const struct sql_query sql_queries[QUERY_COUNT];"
		print "#define SQL_MIGRATIONS " migrations
		print "extern const struct sql_migration sql_migrations[SQL_MIGRATIONS];\n\n#endif"
	} else {
		print "/* Made by sql/embed.awk from sql/. */\n#include \"sql.h\"\n"
		print "const struct sql_query sql_queries[QUERY_COUNT] = {"
		for (i = 1; i <= queries; i++)
			print "\t[QUERY_" toupper(name[i]) "] = { \"" name[i] "\"," sql[i] " },"
		print "};\n\nconst struct sql_migration sql_migrations[SQL_MIGRATIONS] = {"
		for (i = 1; i <= migrations; i++)
			print "\t{ " version[i] ", \"" title[i] "\"," text[i] " },"
		print "};"
	}
}
