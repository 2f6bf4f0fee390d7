/* SPDX-License-Identifier: MIT */
/* written.h - the administrator's commands with what they write, as texts */
#ifndef UNIT_SERVICE_WRITTEN_H
#define UNIT_SERVICE_WRITTEN_H

#include "service/admin.h"

#include "signed_in.h"

static struct {
	char	*out, *err;
	size_t	 out_len, err_len;
} written;

static inline void
forget_written(void)
{
	free(written.out);
	free(written.err);
	memset(&written, 0, sizeof written);
}

/* Runs a command with the blank-separated words of `line` as its arguments. */
static inline int
run(int (*command)(struct admin *, int, char **), const char *line)
{
	char *argv[16], *words = arena_string(&fix.arena, line);
	int argc = 0, status;
	struct admin a = { .config = &fix.config };

	forget_written();
	a.out = open_memstream(&written.out, &written.out_len);
	a.err = open_memstream(&written.err, &written.err_len);
	assert_true(a.out != NULL && a.err != NULL);
	for (char *word; (word = strsep(&words, " ")) != NULL;)
		if (*word != '\0')
			argv[argc++] = word;
	status = command(&a, argc, argv);
	assert_int_equal(fclose(a.out), 0);
	assert_int_equal(fclose(a.err), 0);
	return status;
}

static inline int
written_lines(void)
{
	int n = 0;

	for (const char *p = written.out; *p != '\0'; p++)
		n += *p == '\n';
	return n;
}

static inline void
wrote(const char *text)
{
	if (strstr(written.out, text) == NULL)
		fail_msg("no %s in: %s", text, written.out);
}

static inline void
told(const char *text)
{
	if (strstr(written.err, text) == NULL)
		fail_msg("no %s in: %s", text, written.err);
}

#endif
