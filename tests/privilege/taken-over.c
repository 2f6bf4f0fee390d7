/* SPDX-License-Identifier: MIT */
/*
 * taken-over.c - a program in the hands of somebody who has found the worst of defects in it
 *
 * It starts as the program does whose name it bears, by the same endpoint_run: same user, groups, files and sandbox.
 * Then it does whatever the request's body says, a line for each deed ("read PATH"), and answers a line for each:
 * "ok", with what came of it, or the name of the error.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "service/endpoint.h"

static char result[65536];	/* of the present deed */

static long
opening(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0600);
	ssize_t n = fd < 0 ? -1 : (flags & O_ACCMODE) == O_WRONLY ? 0 : read(fd, result, sizeof result - 1);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : n;
}

static long
reading(const char *path)
{
	return opening(path, O_RDONLY);
}

static long
writing(const char *path)
{
	return opening(path, O_WRONLY);
}

static long
creating(const char *path)
{
	return opening(path, O_WRONLY | O_CREAT | O_EXCL);
}

static long
listing(const char *path)
{
	DIR *dir = opendir(path);

	return dir == NULL ? -1 : closedir(dir);
}

static long
removing(const char *path)
{
	return unlink(path);
}

static long
opening_to_all(const char *path)
{
	return chmod(path, 0666);
}

static long
running(const char *path)
{
	return execl(path, path, (char *)NULL);
}

static long
at_port(const char *port, int type, int (*reach)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int64_t number = 0;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), failed;

	if (fd < 0 || !number_read(port, 65535, &number))
		return -1;
	at.sin_port = htons((uint16_t)number);
	failed = reach(fd, (struct sockaddr *)&at, sizeof at);
	close(fd);
	return failed;
}

static long
connecting(const char *port)
{
	return at_port(port, SOCK_STREAM, connect);
}

static long
sending(const char *port)
{
	return at_port(port, SOCK_DGRAM, connect);
}

static long
listening(const char *port)
{
	return at_port(port, SOCK_STREAM, bind);
}

static long
signalling(const char *pid)
{
	int64_t number = 0;

	return number_read(pid, INT32_MAX, &number) ? kill((pid_t)number, 0) : -1;
}

static long
tracing(const char *pid)
{
	int64_t number = 0;

	return number_read(pid, INT32_MAX, &number) ? ptrace(PTRACE_SEIZE, (pid_t)number, NULL, NULL) : -1;
}

/* The first column of each row; text or hexadecimal is the asker's to choose. */
static const char *database;

static long
asking(const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *q = NULL;
	size_t used = 0;
	int got = SQLITE_ERROR;

	if (sqlite3_open_v2(database, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(db, 5000) == SQLITE_OK && sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK)
		while ((got = sqlite3_step(q)) == SQLITE_ROW && used < sizeof result / 2)
			used += (size_t)snprintf(result + used, sizeof result / 2, "%s ", sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	sqlite3_close_v2(db);
	errno = EACCES;
	return got == SQLITE_DONE ? 0 : -1;
}

static const struct {
	const char	*name;
	long		(*do_it)(const char *);
} deeds[] = {
	{ "read", reading }, { "write", writing }, { "create", creating }, { "list", listing }, { "remove", removing },
	{ "open-to-all", opening_to_all }, { "run", running }, { "connect", connecting }, { "send", sending },
	{ "listen", listening }, { "signal", signalling }, { "trace", tracing }, { "sql", asking },
};

static const char *
obey(struct arena *a, char *line)
{
	char *argument = strchr(line, ' ');

	for (size_t i = 0; argument != NULL && i < COUNT(deeds); i++) {
		size_t n = strlen(deeds[i].name);

		if (strncmp(deeds[i].name, line, n) != 0 || line + n != argument)
			continue;
		memset(result, 0, sizeof result);
		return deeds[i].do_it(argument + 1) < 0 ? strerrorname_np(errno) : arena_printf(a, "ok %s", result);
	}
	return "no such deed";
}

static enum oauth_error
taken_over(struct request *rq, struct response *rs)
{
	char *line = arena_copy(rq->arena, rq->body, rq->body_len), *end;

	database = strchr(rq->config->database, ':') + 1;
	rs->content_type = "application/json";
	for (buf_lit(&rs->body, "["); *line != '\0'; line = end) {
		end = line + strcspn(line, "\n");
		if (*end == '\n')
			*end++ = '\0';
		if (rs->body.len > 1)
			buf_lit(&rs->body, ",");
		buf_json(&rs->body, obey(rq->arena, line));
	}
	buf_lit(&rs->body, "]");
	return OAUTH_OK;
}

int
main(void)
{
	struct endpoint e = { .name = program_invocation_short_name, .handle = taken_over };

	if (strcmp(e.name, "metadata") != 0)
		e.needs[0] = &store_service;
	return endpoint_run(&e);
}
