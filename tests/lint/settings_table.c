/* SPDX-License-Identifier: MIT */
/*
 * Prints the configuration table as the README has it, from the table that the programs use.  Its
 * own program, so that no other part of Sallyport is needed to build it.
 */
#include <inttypes.h>

#include "service/config_table.h"

static const char *
syntax(enum config_syntax s)
{
	static const char *const words[] = {
		[CONFIG_TEXT] = "text", [CONFIG_PATH] = "absolute path", [CONFIG_URL] = "URL",
		[CONFIG_LIST] = "list", [CONFIG_GUID] = "GUID", [CONFIG_NUMBER] = "number",
		[CONFIG_DURATION] = "time", [CONFIG_SIZE] = "size", [CONFIG_RULE] = "list",
		[CONFIG_RATE] = "number/time", [CONFIG_NETWORKS] = "list",
		[CONFIG_SINKS] = "list",
		[CONFIG_TENANT] = "tenant", [CONFIG_METADATA_URL] = "URL",
	};

	return words[s];
}

/* The largest unit that leaves a whole number. */
static void
print_amount(enum config_syntax s, int64_t n)
{
	static const struct { int64_t size; const char *unit; } times[] = {
		{ 86400, "d" }, { 3600, "h" }, { 60, "m" }, { 1, "s" },
	}, sizes[] = {
		{ (int64_t)1024 * 1024, "M" }, { 1024, "K" }, { 1, "" },
	};
	size_t i = 0;

	if (n == 0) {
		printf("0");
	} else if (s == CONFIG_DURATION) {
		while (n % times[i].size != 0)
			i++;
		printf("%" PRId64 "%s", n / times[i].size, times[i].unit);
	} else if (s == CONFIG_SIZE) {
		while (n % sizes[i].size != 0)
			i++;
		printf("%" PRId64 "%s", n / sizes[i].size, sizes[i].unit);
	} else {
		printf("%" PRId64, n);
	}
}

static void
print_syntax(const struct config_key *key)
{
	if (key->choice != NULL) {
		printf("%s`", key->syntax == CONFIG_LIST ? "list of " : "");
		for (const char *p = key->choice; *p != '\0'; p++)
			printf("%s", *p == ' ' ? "`, `" : (char[]){ *p, '\0' });
		printf("`");
		return;
	}
	printf("%s", syntax(key->syntax));
	if (key->most != 0) {
		printf(", ");
		print_amount(key->syntax, key->least);
		printf(" to ");
		print_amount(key->syntax, key->most);
	}
}

static void
print_standard(const struct config_key *key)
{
	if (key->standard == NULL)
		printf("required");
	else if (*key->standard != '\0')
		printf("`%s`", key->standard);
}

int
main(void)
{
	static const char *const titles[CONFIG_SECTIONS] = {
		[CONFIG_TOP] = "top of the file", [CONFIG_ENTRA] = "`[entra]`",
		[CONFIG_LIMITS] = "`[limits]`", [CONFIG_SERVER] = "`[server NAME]`",
		[CONFIG_CLIENT] = "`[client NAME]`",
	};

	printf("| section | key | syntax | default | |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < config_key_count; i++) {
		const struct config_key *key = &config_keys[i];

		printf("| %s | `%s` | ", titles[key->section], key->name);
		print_syntax(key);
		printf(" | ");
		print_standard(key);
		printf(" | %s", key->manual);
		if (key->azure != NULL)
			printf(" Without it: `%s`.", key->azure);
		printf(" |\n");
	}
	return 0;
}
