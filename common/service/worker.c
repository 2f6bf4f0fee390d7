/* SPDX-License-Identifier: MIT */
/*
 * The FastCGI server: N threads on one listening socket, and a calm end.
 *
 * libfcgi handles SIGTERM itself and would let the process exit under running requests; so the
 * main thread takes it, wakes the workers out of accept one by one, and waits for those that are
 * busy.  The listening socket is never shut down: the web server or systemd shares it.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/log.h"
#include "service/worker.h"

#define STACK_SIZE	((size_t)512 * 1024)	/* bytes */
#define STOP_WAIT_MS	5000			/* for requests under way */
#define WAKE_EVERY_MS	5
#define ACCEPT_PAUSE_MS	100			/* after an accept that failed */

struct worker {
	const struct endpoint	*endpoint;
	const struct config	*config;
	pthread_t		 thread;
	atomic_bool		 accepting;
	atomic_bool		*stop;
};

/* A stream is a descriptor, and its upstream another. */
static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static void
wake(int signal_number UNUSED)
{
}

static void
serve(struct worker *w, struct request *rq, FCGX_Request *fcgx)
{
	struct io io;
	int error;

	atomic_store(&w->accepting, true);
	error = FCGX_Accept_r(fcgx);
	atomic_store(&w->accepting, false);
	if (error < 0) {
		if (!atomic_load(w->stop) && error != -EINTR)
			clock_sleep_ms(ACCEPT_PAUSE_MS);
		return;
	}
	io = io_fcgx(fcgx);
	endpoint_serve(w->endpoint, rq, &io);
	FCGX_Finish_r(fcgx);
	arena_reset(rq->arena);
}

static void *
worker_main(void *argument)
{
	struct worker *w = argument;
	struct arena arena;
	struct request rq = { .arena = &arena, .config = w->config };
	FCGX_Request fcgx;

	arena_init(&arena, (size_t)w->config->limits.request_memory);
	if (FCGX_InitRequest(&fcgx, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		die("FCGX_InitRequest failed");
	while (!atomic_load(w->stop))
		serve(w, &rq, &fcgx);
	FCGX_Free(&fcgx, 1);
	endpoint_close(w->endpoint, &rq);
	return NULL;
}

static void
start(struct worker *w)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0 ||
	    pthread_attr_setstacksize(&attributes, STACK_SIZE) != 0 ||
	    pthread_create(&w->thread, &attributes, worker_main, w) != 0)
		die("a worker cannot be started");
	(void)pthread_attr_destroy(&attributes);
}

/* True when the worker ended in time. */
static bool
finish(struct worker *w, int64_t until_ms)
{
	while (clock_monotonic_ms() < until_ms) {
		struct timespec soon;

		if (atomic_load(&w->accepting))
			(void)pthread_kill(w->thread, SIGUSR2);
		(void)clock_gettime(CLOCK_REALTIME, &soon);
		soon.tv_nsec += (long)WAKE_EVERY_MS * 1000000;
		if (soon.tv_nsec >= 1000000000) {
			soon.tv_sec++;
			soon.tv_nsec -= 1000000000;
		}
		if (pthread_timedjoin_np(w->thread, NULL, &soon) == 0)
			return true;
	}
	return false;
}

int
workers_run(const struct endpoint *e, const struct config *config)
{
	struct worker *workers = calloc((size_t)config->workers, sizeof *workers);
	struct sigaction woken = { .sa_handler = wake };
	atomic_bool stop = false;
	sigset_t ending;
	int64_t until_ms;
	int number, unfinished = 0;

	if (workers == NULL || FCGX_Init() != 0)
		die("FastCGI cannot be set up");
	raise_descriptors();
	(void)sigemptyset(&ending);
	(void)sigaddset(&ending, SIGTERM);
	(void)sigaddset(&ending, SIGINT);
	(void)sigaddset(&ending, SIGUSR1);
	(void)pthread_sigmask(SIG_BLOCK, &ending, NULL);
	(void)sigaction(SIGUSR2, &woken, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	for (int64_t i = 0; i < config->workers; i++) {
		workers[i] = (struct worker){ .endpoint = e, .config = config, .stop = &stop };
		start(&workers[i]);
	}
	(void)sigwait(&ending, &number);
	atomic_store(&stop, true);
	FCGX_ShutdownPending();
	until_ms = clock_monotonic_ms() + STOP_WAIT_MS;
	for (int64_t i = 0; i < config->workers; i++)
		unfinished += !finish(&workers[i], until_ms);
	if (unfinished > 0) {
		log_line("stopped with %d requests unfinished after %d s", unfinished,
		    STOP_WAIT_MS / 1000);
		_exit(1);	/* what exit() would tear down is in use */
	}
	free(workers);
	return 0;
}
