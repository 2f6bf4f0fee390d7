/* SPDX-License-Identifier: MIT */
/* A name whose resolver dawdles: this program's own, in place of the C library's. */
#include "service/http_client.h"

#include <netdb.h>
#include <pthread.h>
#include <time.h>

#include "fixture.h"

#define NAME		"dawdles.example"
#define PATIENCE	30	/* seconds: what waits for longer is not going to be let go */

static struct {
	pthread_mutex_t	 lock;
	pthread_cond_t	 changed;
	bool		 asked, may_answer, answered;
} resolver = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };

/* True once *what is; false when that takes too long. */
static bool
wait_for(const bool *what)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE;
	while (!*what)
		if (pthread_cond_timedwait(&resolver.changed, &resolver.lock, &until) != 0)
			return false;
	return true;
}

static void
set(bool *what)
{
	*what = true;
	(void)pthread_cond_broadcast(&resolver.changed);
}

/* Of other names, which libraries ask for themselves, nothing is known. */
int
getaddrinfo(const char *name, UNUSED const char *port, UNUSED const struct addrinfo *hints,
    UNUSED struct addrinfo **out)
{
	if (name == NULL || strcmp(name, NAME) != 0)
		return EAI_NONAME;
	(void)pthread_mutex_lock(&resolver.lock);
	set(&resolver.asked);
	(void)wait_for(&resolver.may_answer);
	set(&resolver.answered);
	(void)pthread_mutex_unlock(&resolver.lock);
	return EAI_AGAIN;
}

/* A stranger who names an address names its resolver: a call's time is a call's time. */
static void
a_resolver_that_dawdles_is_not_waited_for(UNUSED void **state)
{
	struct http_answer answer = { 0 };

	fix.rq.http = http_client_open(&fix.config);
	assert_int_equal(http_client_call(fix.rq.http, &fix.arena, &(struct http_call){
		.url = "http://" NAME "/", .direct = true, .timeout = 1,
	}, &answer), HTTP_TIMED_OUT);
	http_client_close(fix.rq.http);
	(void)pthread_mutex_lock(&resolver.lock);
	assert_true(wait_for(&resolver.asked));
	assert_false(resolver.answered);
	set(&resolver.may_answer);
	assert_true(wait_for(&resolver.answered));
	(void)pthread_mutex_unlock(&resolver.lock);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_resolver_that_dawdles_is_not_waited_for, fixture_open,
		    fixture_close),
	};

	return RUN(tests, NULL, NULL);
}
