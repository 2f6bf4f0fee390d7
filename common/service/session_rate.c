/* SPDX-License-Identifier: MIT */
#include "service/session_rate.h"

#include <pthread.h>

#include "base/clock.h"
#include "service/audit.h"
#include "service/endpoint.h"

#define TOLD_EVERY	60	/* seconds */

struct bucket {
	struct sid	 sid;
	int64_t		 full_at;	/* microseconds since 1970, as a row of the table rate */
	int64_t		 told_at;	/* seconds: when a refusal was last audited */
};

struct session_rates {
	pthread_mutex_t	 lock;
	struct bucket	 bucket[SESSION_RATES_SETS][SESSION_RATES_WAYS];
};

/* A session's id is random and verified before: nobody chooses a set. */
static struct bucket *
find(struct session_rates *r, const struct sid *sid)
{
	struct bucket *set = r->bucket[(sid->id[0] << 8 | sid->id[1]) % SESSION_RATES_SETS], *out = set;

	for (size_t i = 0; i < SESSION_RATES_WAYS; i++) {
		if (memcmp(set[i].sid.id, sid->id, SID_SIZE) == 0)
			return &set[i];
		if (set[i].full_at < out->full_at)
			out = &set[i];
	}
	*out = (struct bucket){ .sid = *sid };
	return out;
}

/* Microseconds until there is a token; 0: one was taken.  *news: a refusal that is worth a word. */
static int64_t
take(struct bucket *b, int64_t now, int64_t interval, int64_t size, bool *news)
{
	int64_t second = now / 1000000;

	if (b->full_at < now || b->full_at > now + size)
		b->full_at = now;
	*news = false;
	if (b->full_at + interval > now + size) {
		*news = b->told_at > second || b->told_at <= second - TOLD_EVERY;
		b->told_at = *news ? second : b->told_at;
		return b->full_at + interval - (now + size);
	}
	b->full_at += interval;
	return 0;
}

enum oauth_error
session_rate_take(struct request *rq, const struct sid *sid)
{
	const struct config_rate *rate = &rq->config->limits.rate_mcp;
	int64_t interval = rate->period * 1000000 / rate->count, wait;
	struct session_rates *r = rq->session_rates;
	bool news;

	if (r == NULL || strcmp(rq->config->limits.rates, "on") != 0)
		return OAUTH_OK;
	pthread_mutex_lock(&r->lock);
	wait = take(find(r, sid), clock_microseconds(), interval, interval * rate->count,
	    &news);
	pthread_mutex_unlock(&r->lock);
	if (wait == 0)
		return OAUTH_OK;
	if (news)
		audit_sid(rq, AUDIT_RATE_LIMITED, sid, "mcp, by session");
	wait = (wait + 999999) / 1000000;
	return fail_too_many(&rq->failure, arena_printf(rq->arena,
	    "too many requests of this session; come again in %lld s", (long long)wait), NULL, wait);
}

/* The process's: its workers share it. */
static void *
open_service(const struct config *config UNUSED, const char **why UNUSED)
{
	static struct session_rates shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

	return &shared;
}

static void
close_service(void *shared UNUSED)
{
}

const struct service session_rates_service = {
	.name = "session rates", .slot = offsetof(struct request, session_rates),
	.open = open_service, .close = close_service,
};
