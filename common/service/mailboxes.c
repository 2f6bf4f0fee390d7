/* SPDX-License-Identifier: MIT */
/* mailboxes.c - what the mailboxes of one process share: the socket for hints, the look once a second */
#include "base/clock.h"
#include "base/die.h"
#include "service/hint.h"
#include "service/mailbox_part.h"

#define HINTS_AT_ONCE	64
#define LOOK_AT_ONCE	256	/* streams that a lost hint may have left waiting */

/* What the streams of one process share: the socket for hints, and the look once a second. */
struct mailboxes {
	struct hint_socket	 hints;
	struct loop_watch	 watch;
	struct loop_timer	 look;
	struct streams		*home;
	size_t			 open;
};

struct mailbox *
mailboxes_find(struct streams *home, const uint8_t *hash)
{
	for (struct stream *s = home->first; s != NULL; s = s->next)
		if (s->is == &mailbox_kind && memcmp(OWNER(s, struct mailbox, s)->id.hash, hash,
		    SHA256_SIZE) == 0)
			return OWNER(s, struct mailbox, s);
	return NULL;
}

static void
hinted(struct loop_watch *w, uint32_t events UNUSED)
{
	struct mailboxes *all = OWNER(w, struct mailboxes, watch);
	uint8_t hash[SHA256_SIZE];

	/* The rest of a flood waits for the next turn, as all others do. */
	for (int i = 0; i < HINTS_AT_ONCE && hint_receive(&all->hints, hash); i++) {
		struct mailbox *m = mailboxes_find(all->home, hash);

		if (m != NULL)
			mailbox_deliver(m);
		loop_served(all->home->loop);
	}
}

/* The safety net: one question for all streams of the process. */
static void
look(struct loop_timer *t)
{
	struct mailboxes *all = OWNER(t, struct mailboxes, look);
	struct request *rq = all->home->first == NULL ? NULL : stream_request(all->home->first);
	uint8_t waiting[LOOK_AT_ONCE][SHA256_SIZE];
	int count = 0;

	loop_timer_set(all->home->loop, t, clock_monotonic_ms() + MAILBOX_LOOK_EVERY);
	if (rq == NULL || rq->store == NULL)
		return;
	{
		AUTO(statement) struct statement *q = store_query(rq->store, QUERY_STREAM_MESSAGE_WAITING);

		statement_text(q, ":socket", all->hints.name);
		while (count < LOOK_AT_ONCE && statement_row(q) == STORED) {
			struct bytes hash = statement_column_blob(q, 0, rq->arena);

			if (hash.len == SHA256_SIZE)
				memcpy(waiting[count++], hash.data, SHA256_SIZE);
		}
	}
	for (int i = 0; i < count; i++) {
		struct mailbox *m = mailboxes_find(all->home, waiting[i]);

		if (m != NULL && !peer_full(&m->s.peer))
			mailbox_deliver(m);
		loop_served(all->home->loop);
	}
}

void
mailboxes_join(struct streams *home)
{
	struct mailboxes *all = home->mailboxes;

	if (all->open++ > 0)
		return;
	if (all->hints.fd >= 0 && !loop_watch(all->home->loop, &all->watch, EPOLLIN))
		die("hints cannot be waited for");
	loop_timer_set(all->home->loop, &all->look, clock_monotonic_ms() + MAILBOX_LOOK_EVERY);
}

void
mailboxes_leave(struct streams *home)
{
	struct mailboxes *all = home->mailboxes;

	if (--all->open == 0)
		loop_timer_clear(all->home->loop, &all->look);
}

static void
close_mailboxes(struct streams *home)
{
	struct mailboxes *all = home->mailboxes;

	if (all == NULL)
		return;
	loop_unwatch(home->loop, &all->watch);
	hint_close(home->config, &all->hints);
	free(all);
}

const char *
mailboxes_socket(struct request *rq)
{
	struct streams *home = rq->streams;
	bool first = false;
	struct mailboxes *all;

	pthread_mutex_lock(&home->lock);
	if ((all = home->mailboxes) == NULL) {
		if ((all = calloc(1, sizeof *all)) == NULL)
			die("no memory for mailboxes");
		(void)hint_open(home->config, &all->hints);
		all->watch = (struct loop_watch){ .fd = all->hints.fd, .ready = hinted };
		all->look.due = look;
		all->home = home;
		home->mailboxes = all;
		home->close_mailboxes = close_mailboxes;
		first = true;
	}
	pthread_mutex_unlock(&home->lock);
	if (first)
		mailbox_delete_dead(rq);
	return all->hints.name;
}
