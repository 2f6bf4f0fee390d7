/* SPDX-License-Identifier: MIT */
/* door.c - one input: the requests that it holds, one after the other */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/crypto.h"
#include "door.h"

#define SIZE_MAX_TRIED	65536
#define REQUESTS_MAX	4
#define VARIABLES_MAX	64
#define FILES_MAX	64

static int in = -1, out = -1;	/* the program's standard input and output: files of no name */
static struct arena arena;

char *
part(char **rest, const char *separator)
{
	char *from = *rest, *end = from == NULL ? NULL : strstr(from, separator);

	*rest = end == NULL ? NULL : end + strlen(separator);
	if (end != NULL)
		*end = '\0';
	return from;
}

/* What web servers pass on of a request; the program's own environment is not the client's. */
static bool
is_passed(const char *variable)
{
	static const char *const names[] = { "REQUEST_METHOD=", "REQUEST_URI=", "QUERY_STRING=", "SCRIPT_NAME=",
	    "PATH_INFO=", "CONTENT_TYPE=", "CONTENT_LENGTH=", "REMOTE_ADDR=", "HTTPS=", "HTTP_" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return strchr(variable, '=') != NULL;
	return false;
}

static const char *
find(char **envp, const char *name)
{
	for (size_t n = strlen(name); *envp != NULL; envp++)
		if (strncmp(*envp, name, n) == 0)
			return *envp + n;
	return NULL;
}

/* The web server's part: the variables, and those that it makes of the others. */
static void
make_environment(char *variables, size_t body, char **envp)
{
	size_t n = 0;
	char *line;

	envp[n++] = arena_printf(&arena, "SALLYPORT_CONF=%s", world_config());
	while ((line = part(&variables, "\n")) != NULL && n < VARIABLES_MAX)
		if (is_passed(line))
			envp[n++] = line;
	envp[n] = NULL;
	if (body > 0 && find(envp, "CONTENT_LENGTH=") == NULL) {
		envp[n++] = arena_printf(&arena, "CONTENT_LENGTH=%zu", body);
		envp[n] = NULL;
	}
}

static void
put(int fd, const char *text, size_t n)
{
	EXPECT(ftruncate(fd, 0) == 0 && pwrite(fd, text, n, 0) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
}

static const char *
answer_of(size_t *n)
{
	off_t size = lseek(out, 0, SEEK_END);
	char *text;

	EXPECT(size >= 0);
	text = arena_alloc(&arena, (size_t)size + 1);
	EXPECT(pread(out, text, (size_t)size, 0) == (ssize_t)size);
	*n = (size_t)size;
	return text;
}

static size_t
open_files(void)
{
	size_t n = 0;

	for (int fd = 0; fd < FILES_MAX; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Its main, as a web server starts it; nothing that it opened stays open. */
static void
run_program(char **envp)
{
	char **before = environ;
	int kept_in = dup(0), kept_out = dup(1), status;
	size_t opened = open_files();

	EXPECT(dup2(in, 0) == 0 && dup2(out, 1) == 1);
	environ = envp;
	arenas_begin();
	status = program_main();
	environ = before;
	EXPECT(dup2(kept_in, 0) == 0 && dup2(kept_out, 1) == 1);
	EXPECT(open_files() == opened);
	close(kept_in);
	close(kept_out);
	EXPECT(status == 0);
	EXPECT(arenas_end() == 1);	/* the configuration's, which lives as long as the process */
}

static void
serve(const char *input, char *request, bool told)
{
	char *body = request, *variables = part(&body, "\n\n"), *envp[VARIABLES_MAX + 3];
	struct exchange e = { .input = input, .told = told };

	body = body == NULL ? request + strlen(request) : body;
	make_environment(variables, strlen(body), envp);
	e.method = find(envp, "REQUEST_METHOD=");
	e.method = e.method == NULL || *e.method == '\0' ? "GET" : e.method;
	put(in, body, strlen(body));
	put(out, "", 0);
	run_program(envp);
	e.answer = answer_of(&e.len);
	answer_judge(&arena, &e);
}

static void
open_once(void)
{
	if (in >= 0)
		return;
	crypto_begin();
	time_begin();
	world_open();
	in = memfd_create("in", MFD_CLOEXEC);
	out = memfd_create("out", MFD_CLOEXEC);
	EXPECT(in >= 0 && out >= 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *rest, *requests, *request;
	const char *input;

	if (size == 0 || size > SIZE_MAX_TRIED || memchr(data, '\0', size) != NULL)
		return 0;
	open_once();
	arena_init(&arena, (size_t)8 * 1024 * 1024);
	rest = world_fill(&arena, (const char *)data, size);
	input = arena_string(&arena, rest);
	requests = part(&rest, "\n~~~ ");
	world_reset();
	time_begin();
	network_begin(rest);
	for (size_t i = 0; i < REQUESTS_MAX && (request = part(&requests, "\n===\n")) != NULL; i++)
		serve(input, request, rest != NULL);
	arena_free(&arena);
	return 0;
}
