/* SPDX-License-Identifier: MIT */
/* config_file.h - reads a configuration from a text, under an environment that the test chose */
#ifndef UNIT_SERVICE_CONFIG_FILE_H
#define UNIT_SERVICE_CONFIG_FILE_H

#include <unistd.h>

#include "service/config.h"
#include "service/config_table.h"

#include "../test.h"

#define TENANT	"11111111-1111-4111-8111-111111111111"
#define APP	"33333333-3333-4333-8333-333333333333"

#define TOP	"public_url = https://mcp.example.org\n"
#define ENTRA	"[entra]\ntenant_id = " TENANT "\nclient_id = " APP \
	    "\ncredential = secret-file:/s\n"
#define SERVER	"[server mcp]\n"

static const char *why;		/* of the last read */
static char path[32];

/* Reads a file that holds this text; a test that reads it leaks it on purpose, as programs do. */
static inline const struct config *
read_config(const char *text)
{
	const struct config *c;
	int fd;

	memcpy(path, "/tmp/sallyport-XXXXXX", sizeof "/tmp/sallyport-XXXXXX");
	assert_true((fd = mkstemp(path)) >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	why = NULL;
	c = config_load_file(path, &why);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(c == NULL, why != NULL);
	return c;
}

/* The configuration must be read. */
static inline const struct config *
must_read(const char *text)
{
	const struct config *c = read_config(text);

	if (c == NULL)
		fail_msg("%s", why);
	return c;
}

/* It must be refused at that line (0: no line) with a reason that holds `reason`. */
static inline void
must_refuse(const char *text, int line, const char *reason)
{
	char place[64];

	if (read_config(text) != NULL)
		fail_msg("accepted: %s", text);
	if (line > 0)
		(void)snprintf(place, sizeof place, "%s:%d: ", path, line);
	else
		(void)snprintf(place, sizeof place, "%s: ", path);
	if (strncmp(why, place, strlen(place)) != 0 || strstr(why, reason) == NULL)
		fail_msg("%s (wanted line %d: %s)", why, line, reason);
}

/* No key is set by the environment that started the test. */
static inline int
clear_environment(UNUSED void **state)
{
	for (size_t i = 0; i < config_key_count; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "SALLYPORT_%s%s",
		    config_keys[i].section == CONFIG_ENTRA ? "ENTRA_" : "", config_keys[i].name);
		for (char *p = name; *p != '\0'; p++)
			if (*p >= 'a' && *p <= 'z')
				*p = (char)(*p - 'a' + 'A');
		(void)unsetenv(name);
		if (config_keys[i].azure != NULL)
			(void)unsetenv(config_keys[i].azure);
	}
	(void)unsetenv("SALLYPORT_CONF");
	(void)unsetenv("AZURE_FEDERATED_TOKEN_FILE");
	return 0;
}

#define CASE(test)	cmocka_unit_test_setup(test, clear_environment)

#endif
