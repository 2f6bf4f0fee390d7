/* SPDX-License-Identifier: MIT */
#include "service/streams.h"

#include "base/clock.h"
#include "base/die.h"
#include "service/endpoint.h"
#include "service/keyring.h"
#include "service/store.h"

#define STACK_SIZE	((size_t)512 * 1024)	/* bytes */
#define MEMORY_OF_ONE	16		/* one event, or a body that is bridged, may use so many times its most */
#define STORE_WAIT_MS	250			/* for a locked database */
#define STOP_WAIT_MS	2000			/* for the last bytes of streams, when the program ends */

/* One for the process; its workers share it. */
static pthread_mutex_t sharing = PTHREAD_MUTEX_INITIALIZER;
static struct streams *shared;
static unsigned sharers;

bool
streams_reserve(struct streams *home, struct stream *s)
{
	int64_t own = 0;
	bool room;

	pthread_mutex_lock(&home->lock);
	for (const struct stream *other = home->all; other != NULL; other = other->all_next)
		own += strcmp(other->person, s->person) == 0;
	room = home->count < home->config->limits.streams_max &&
	    own < home->config->limits.streams_person;
	if (room) {
		home->count++;
		s->all_next = home->all;
		if (home->all != NULL)
			home->all->all_previous = s;
		home->all = s;
	}
	pthread_mutex_unlock(&home->lock);
	return room;
}

void
streams_release(struct streams *home, struct stream *s)
{
	pthread_mutex_lock(&home->lock);
	home->count--;
	if (s->all_previous != NULL)
		s->all_previous->all_next = s->all_next;
	else
		home->all = s->all_next;
	if (s->all_next != NULL)
		s->all_next->all_previous = s->all_previous;
	pthread_mutex_unlock(&home->lock);
}

/* Starts those that were handed over meanwhile. */
static void
start_waiting(void *argument)
{
	struct streams *home = argument;
	struct stream *s, *next;

	pthread_mutex_lock(&home->lock);
	s = home->waiting;
	home->waiting = NULL;
	pthread_mutex_unlock(&home->lock);
	for (; s != NULL; s = next) {
		next = s->next;
		s->next = home->first;
		s->previous = NULL;
		if (home->first != NULL)
			home->first->previous = s;
		home->first = s;
		stream_start(s);
		loop_served(home->loop);
	}
}

void
streams_remove(struct streams *home, struct stream *s)
{
	if (s->previous != NULL)
		s->previous->next = s->next;
	else
		home->first = s->next;
	if (s->next != NULL)
		s->next->previous = s->previous;
}

static void
forget(void *argument)
{
	struct streams *home = argument;

	arena_reset(&home->arena);
}

static bool
stopping(struct streams *home)
{
	bool stop;

	pthread_mutex_lock(&home->lock);
	stop = home->stop;
	pthread_mutex_unlock(&home->lock);
	return stop;
}

/* Each is asked to end well, and has a moment for its last bytes. */
static void
stop_all(struct streams *home)
{
	int64_t until_ms = clock_monotonic_ms() + STOP_WAIT_MS;
	struct stream *next;

	start_waiting(home);
	for (struct stream *s = home->first; s != NULL; s = next) {
		next = s->next;
		s->is->stop(s);
	}
	while (home->first != NULL && clock_monotonic_ms() < until_ms) {
		loop_wake(home->loop);
		loop_turn(home->loop);
		clock_sleep_ms(1);
	}
	while (home->first != NULL)
		stream_abandon(home->first);
}

static void *
thread_main(void *argument)
{
	struct streams *home = argument;

	while (!stopping(home))
		loop_turn(home->loop);
	stop_all(home);
	return NULL;
}

static void
start_thread(struct streams *home)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0 ||
	    pthread_attr_setstacksize(&attributes, STACK_SIZE) != 0 ||
	    pthread_create(&home->thread, &attributes, thread_main, home) != 0)
		die("the streams' thread cannot be started");
	(void)pthread_attr_destroy(&attributes);
	home->threaded = true;
}

/* Most requests of a CGI program need none of it. */
static void
set_up(struct streams *home)
{
	const struct config_limits *l = &home->config->limits;
	int64_t most = l->body_max > l->response_max ? l->body_max : l->response_max;

	if (home->loop != NULL)
		return;
	home->loop = loop_new(start_waiting, forget, home);
	home->transfers = transfers_new(home->loop, home->config);
	arena_init(&home->arena, MEMORY_OF_ONE * (size_t)most);
	home->request = (struct request){
		.arena = &home->arena, .config = home->config, .keys = keyring_open(home->config),
	};
}

void
streams_add(struct streams *home, struct stream *s, bool threaded)
{
	pthread_mutex_lock(&home->lock);
	set_up(home);
	s->next = home->waiting;
	home->waiting = s;
	if (threaded && !home->threaded)
		start_thread(home);
	pthread_mutex_unlock(&home->lock);
	loop_wake(home->loop);
}

/* A CGI program's one stream. */
static void
finish(struct streams *home)
{
	start_waiting(home);
	while (home->first != NULL)
		loop_turn(home->loop);
}

struct request *
stream_request(struct stream *s)
{
	struct request *rq = &s->home->request;
	const char *why;

	rq->now = clock_seconds();
	rq->id = s->id;
	rq->failure = (struct failure){ 0 };
	/* All streams wait while one waits for the database. */
	if (rq->store == NULL && (rq->store = store_open(rq->config, &why)) != NULL)
		store_patience(rq->store, STORE_WAIT_MS);
	return rq;
}

struct transfers *
stream_transfers(struct stream *s)
{
	return s->home->transfers;
}

struct loop *
stream_loop(struct stream *s)
{
	return s->home->loop;
}

static struct streams *
new_streams(const struct config *config)
{
	struct streams *home = calloc(1, sizeof *home);

	if (home == NULL)
		die("no memory for streams");
	home->config = config;
	(void)pthread_mutex_init(&home->lock, NULL);
	return home;
}

static void
free_streams(struct streams *home)
{
	if (home->loop != NULL && !home->threaded)
		finish(home);
	if (home->threaded) {
		pthread_mutex_lock(&home->lock);
		home->stop = true;
		pthread_mutex_unlock(&home->lock);
		loop_wake(home->loop);
		(void)pthread_join(home->thread, NULL);
	}
	if (home->mailboxes != NULL)
		home->close_mailboxes(home);
	transfers_free(home->transfers);
	loop_free(home->loop);
	store_close(home->request.store);
	keyring_close(home->request.keys);
	arena_free(&home->arena);
	(void)pthread_mutex_destroy(&home->lock);
	free(home);
}

static void *
open_service(const struct config *config, const char **why UNUSED)
{
	struct streams *home;

	pthread_mutex_lock(&sharing);
	if (shared == NULL)
		shared = new_streams(config);
	home = shared;
	sharers++;
	pthread_mutex_unlock(&sharing);
	return home;
}

static void
close_service(void *streams UNUSED)
{
	pthread_mutex_lock(&sharing);
	if (--sharers == 0) {
		free_streams(shared);
		shared = NULL;
	}
	pthread_mutex_unlock(&sharing);
}

const struct service streams_service = {
	.name = "streams", .slot = offsetof(struct request, streams),
	.open = open_service, .close = close_service,
};
