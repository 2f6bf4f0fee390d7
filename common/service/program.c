/* SPDX-License-Identifier: MIT */
/* How a program starts: guarded, configured, and then as a FastCGI server or for one request. */
#include <openssl/crypto.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/log.h"
#include "service/worker.h"

static int
run_once(const struct endpoint *e, const struct config *config, struct io *io)
{
	struct arena arena;
	struct request worker = { .arena = &arena, .config = config };

	arena_init(&arena, (size_t)config->limits.request_memory);
	endpoint_serve(e, &worker, io);
	endpoint_close(e, &worker);
	return 0;
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
	const struct config *config;
	const char *why;

	if (!cgi || !io.by_hand)
		guard_memory();
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if ((config = config_load(&why)) == NULL) {
		static const char answer[] = "Status: 500\r\nContent-Type: text/plain\r\n\r\n"
		    "The server is not configured; its error log says what is wrong.\n";

		log_line("%s", why);
		if (cgi && !io.by_hand)
			(void)io.write(&io, answer, sizeof answer - 1);
		return 78;	/* sysexits EX_CONFIG */
	}
	return cgi ? run_once(e, config, &io) : workers_run(e, config);
}
