/* SPDX-License-Identifier: MIT */
/* transfers.c - libcurl's sockets and its timer on a loop */
#include "base/clock.h"
#include "base/die.h"
#include "service/transfer_part.h"

#define CONNECTIONS_KEPT	32L

/* One socket of libcurl's. */
struct connection {
	struct loop_watch	 watch;
	struct transfers	*home;
};

/* Those that libcurl says are over. */
void
transfers_finish(struct transfers *home)
{
	CURLMsg *message;
	int left;

	while ((message = home->lib->multi_info_read(home->multi, &left)) != NULL) {
		CURLcode code = message->data.result;
		char *private = NULL;

		(void)home->lib->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		if (private != NULL)
			transfer_over((struct transfer *)(void *)private, code);
		loop_served(home->loop);
	}
}

static void
act(struct transfers *home, curl_socket_t fd, int what)
{
	int running;

	(void)home->lib->multi_socket_action(home->multi, fd, what, &running);
	transfers_finish(home);
}

static void
timer_due(struct loop_timer *timer)
{
	act(OWNER(timer, struct transfers, timer), CURL_SOCKET_TIMEOUT, 0);
}

static int
set_timer(CURLM *multi UNUSED, long ms, void *argument)
{
	struct transfers *home = argument;

	if (ms < 0)
		loop_timer_clear(home->loop, &home->timer);
	else
		loop_timer_set(home->loop, &home->timer, clock_monotonic_ms() + ms);
	return 0;
}

static void
socket_ready(struct loop_watch *w, uint32_t events)
{
	act(OWNER(w, struct connection, watch)->home, w->fd,
	    ((events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
	    ((events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
	    ((events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0));
}

static int
watch_socket(CURL *easy UNUSED, curl_socket_t fd, int what, void *argument, void *known)
{
	struct transfers *home = argument;
	struct connection *c = known;

	if (what == CURL_POLL_REMOVE) {
		if (c != NULL)
			loop_unwatch(home->loop, &c->watch);
		(void)home->lib->multi_assign(home->multi, fd, NULL);
		free(c);
		return 0;
	}
	if (c == NULL) {
		if ((c = calloc(1, sizeof *c)) == NULL)
			die("no memory for a connection");
		*c = (struct connection){ .watch = { .fd = fd, .ready = socket_ready }, .home = home };
		(void)home->lib->multi_assign(home->multi, fd, c);
	}
	return loop_watch(home->loop, &c->watch, ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0u) |
	    ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0u)) ? 0 : -1;
}

struct transfers *
transfers_new(struct loop *loop, const struct config *config)
{
	struct transfers *home = calloc(1, sizeof *home);

	if (home == NULL)
		die("no memory for transfers");
	*home = (struct transfers){ .loop = loop, .config = config, .timer.due = timer_due };
	return home;
}

void
transfers_free(struct transfers *home)
{
	if (home == NULL)
		return;
	if (home->multi != NULL)
		(void)home->lib->multi_cleanup(home->multi);
	loop_timer_clear(home->loop, &home->timer);
	free(home);
}

bool
transfers_open(struct transfers *home)
{
	if (home->multi != NULL)
		return true;
	if ((home->lib = curl_library()) == NULL || (home->multi = home->lib->multi_init()) == NULL)
		return false;
	return home->lib->multi_setopt(home->multi, CURLMOPT_SOCKETFUNCTION, watch_socket) == CURLM_OK &&
	    home->lib->multi_setopt(home->multi, CURLMOPT_SOCKETDATA, home) == CURLM_OK &&
	    home->lib->multi_setopt(home->multi, CURLMOPT_TIMERFUNCTION, set_timer) == CURLM_OK &&
	    home->lib->multi_setopt(home->multi, CURLMOPT_TIMERDATA, home) == CURLM_OK &&
	    home->lib->multi_setopt(home->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT) == CURLM_OK;
}
