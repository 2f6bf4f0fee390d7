/* SPDX-License-Identifier: MIT */
/* How a program starts: guarded, configured, in its sandbox, and then as a FastCGI server or for one request. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/crypto.h"
#include "base/log.h"
#include "service/sandbox.h"
#include "service/worker.h"

static int
run_once(const struct endpoint *e, struct request *worker, struct io *io)
{
	struct arena arena;

	arena_init(&arena, (size_t)worker->config->limits.request_memory);
	worker->arena = &arena;
	endpoint_serve(e, worker, io);
	endpoint_close(e, worker);
	return 0;
}

/*
 * What must be open when the sandbox shuts.  Under CGI it serves the one request; under FastCGI each
 * worker opens its own, and this one holds the place.  One that fails is tried again by a request,
 * which can say so.
 */
static void
open_early(const struct endpoint *e, struct request *first)
{
	const char *why;

	for (size_t i = 0; i < NEEDS_MAX && e->needs[i] != NULL; i++)
		if (e->needs[i]->early)
			*(void **)(void *)((char *)first + e->needs[i]->slot) =
			    e->needs[i]->open(first->config, &why);
	sandbox_enter(e->name, first->config, first->store != NULL);
}

/* libfcgi, curl and json-c keep secrets on an ordinary heap: no core file, no ptrace by others. */
static void
guard_memory(void)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
}

int
endpoint_run(const struct endpoint *e)
{
	bool cgi = FCGX_IsCGI();
	struct io io = io_cgi();
	struct request first = { 0 };
	const char *why;

	if (!cgi || !io.by_hand)
		guard_memory();
	crypto_begin();
	(void)signal(SIGPIPE, SIG_IGN);
	if ((first.config = config_load(&why)) == NULL) {
		static const char answer[] = "Status: 500\r\nContent-Type: text/plain\r\n\r\n"
		    "The server is not configured; its error log says what is wrong.\n";

		log_line("%s", why);
		if (cgi && !io.by_hand)
			(void)io.write(&io, answer, sizeof answer - 1);
		return 78;	/* sysexits EX_CONFIG */
	}
	open_early(e, &first);
	return cgi ? run_once(e, &first, &io) : workers_run(e, first.config);
}
