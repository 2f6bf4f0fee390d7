/* SPDX-License-Identifier: MIT */
/*
 * A program that stands under each of the product's names and answers with what the web server gave it, as JSON.
 * The query steers it:
 *
 *	status=N	answer with this status, and complain on standard error from 400 on
 *	stream=N	N events instead, with gap=MS between them
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcgiapp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct exchange {
	FCGX_Request	*rq;	/* NULL in CGI mode, in which libfcgi moves no byte */
	char		**envp;
	size_t		 body;
};

extern char **environ;

static void	serve_fcgi(void);
static void	answer(struct exchange *);
static void	read_body(struct exchange *);
static void	events(struct exchange *, int count, int gap);
static void	report(struct exchange *, int status);
static void	complain(struct exchange *);
static void	entry(struct exchange *, const char *separator, const char *text);
static void	put(struct exchange *, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void	flush(struct exchange *);
static int	query_number(struct exchange *, const char *name, int otherwise);

int
main(void)
{
	if (FCGX_Init() != 0)
		return 1;
	if (!FCGX_IsCGI()) {
		serve_fcgi();
		return 0;
	}
	answer(&(struct exchange){ .envp = environ });
	return 0;
}

static void
serve_fcgi(void)
{
	FCGX_Request rq;

	if (FCGX_InitRequest(&rq, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		exit(1);
	while (FCGX_Accept_r(&rq) >= 0) {
		answer(&(struct exchange){ .rq = &rq, .envp = rq.envp });
		FCGX_Finish_r(&rq);
	}
}

static void
answer(struct exchange *x)
{
	int count = query_number(x, "stream=", 0);

	read_body(x);
	if (count > 0)
		events(x, count, query_number(x, "gap=", 100));
	else
		report(x, query_number(x, "status=", 200));
	flush(x);
}

static void
read_body(struct exchange *x)
{
	char	 bytes[16384];
	ssize_t	 n;

	for (;;) {
		n = x->rq != NULL ? FCGX_GetStr(bytes, sizeof(bytes), x->rq->in)
		    : read(STDIN_FILENO, bytes, sizeof(bytes));
		if (n <= 0)
			return;
		x->body += (size_t)n;
	}
}

static void
events(struct exchange *x, int count, int gap)
{
	put(x, "Content-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n");
	for (int i = 0; i < count; i++) {
		if (i > 0)
			nanosleep(&(struct timespec){ .tv_nsec = gap * 1000000L }, NULL);
		put(x, "data: %d\n\n", i);
		flush(x);
	}
}

static void
report(struct exchange *x, int status)
{
	char **p;

	if (status >= 400)
		complain(x);
	put(x, "Status: %d\r\nContent-Type: application/json\r\n", status);
	if (status == 401)
		put(x, "WWW-Authenticate: Bearer resource_metadata=\"x\"\r\n");
	put(x, "\r\n{\"program\":\"%s\",\"cgi\":%s,\"body\":%zu,\"parameters\":[",
	    program_invocation_short_name, x->rq == NULL ? "true" : "false", x->body);
	for (p = x->envp; *p != NULL; p++)
		entry(x, p == x->envp ? "" : ",", *p);
	put(x, "],\"environment\":[");
	for (p = environ; *p != NULL; p++)
		entry(x, p == environ ? "" : ",", *p);
	put(x, "]}\n");
}

static void
complain(struct exchange *x)
{
	static const char text[] = "probe: complaint\n";

	if (x->rq != NULL)
		FCGX_PutS(text, x->rq->err);
	else
		fputs(text, stderr);
}

/* Everything but plain letters is escaped, so that the test sees the bytes. */
static void
entry(struct exchange *x, const char *separator, const char *text)
{
	put(x, "%s\"", separator);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
			put(x, "\\u%04x", c);
		else
			put(x, "%c", c);
	}
	put(x, "\"");
}

static void
put(struct exchange *x, const char *format, ...)
{
	char	 text[512];	/* libfcgi's own printf does not know %zu */
	va_list	 ap;
	int	 n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(text))
		abort();
	if (x->rq != NULL)
		FCGX_PutStr(text, n, x->rq->out);
	else
		fwrite(text, 1, (size_t)n, stdout);
}

static void
flush(struct exchange *x)
{
	if (x->rq != NULL)
		FCGX_FFlush(x->rq->out);
	else
		fflush(stdout);
}

static int
query_number(struct exchange *x, const char *name, int otherwise)
{
	const char *query = FCGX_GetParam("QUERY_STRING", x->envp);
	const char *at = query != NULL ? strstr(query, name) : NULL;

	return at != NULL ? atoi(at + strlen(name)) : otherwise;
}
