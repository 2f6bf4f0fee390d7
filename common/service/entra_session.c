/* SPDX-License-Identifier: MIT */
#include "service/entra_session.h"

#include "base/clock.h"
#include "service/entra_verify.h"
#include "service/http_client.h"
#include "service/reauthentication.h"
#include "service/setback.h"

#define WAIT_FIRST_MS	50
#define WAIT_MOST_MS	1000
#define CHECKS		"entra check"	/* a setback's name */
#define SILENCE		15	/* seconds in which no check is made after one that got no answer */

/* How a token is wanted. */
struct need {
	bool		 waits;		/* for another request that refreshes it */
	bool		 hurried;	/* nobody needs it: Entra alone is asked, and not for long */
	int64_t		 word;		/* seconds that Entra's word may be old; 0: as old as its token */
	const char	*refused;	/* a token that Entra does not take any more; NULL: none */
	bool		*silent;	/* set when Entra was asked and gave no answer; NULL: not wanted */
};

static bool
is_due(const struct entra_tokens *tokens, const struct need *need, int64_t now)
{
	if (need->refused != NULL)
		return strcmp(tokens->access_token, need->refused) == 0;
	return tokens->renew_at <= now || (need->word > 0 && tokens->asked_at + need->word <= now);
}

static enum entra_outcome
unavailable(struct request *rq, const char *reason)
{
	rq->failure.reason = reason;
	return ENTRA_UNAVAILABLE;
}

/* The session's row does not open, or is gone. */
static enum entra_outcome
unreadable(struct request *rq, const struct session *s, enum stored stored)
{
	if (stored == STORE_FAILED)
		return unavailable(rq, "the store failed");
	session_end_now(rq, &s->sid, "its Entra tokens do not open");
	return ENTRA_REFUSED;
}

static enum entra_outcome
verify(struct request *rq, const struct session *s, const char *access_token)
{
	switch (entra_verify_access_token(rq, access_token, s->tenant_id, s->object_id)) {
	case OAUTH_OK:
		return ENTRA_GRANTED;
	case TEMPORARILY_UNAVAILABLE:
		return ENTRA_UNAVAILABLE;
	default:
		return ENTRA_MISCONFIGURED;
	}
}

static const char *
setback_name(struct request *rq, const struct session *s)
{
	return arena_printf(rq->arena, "entra session %s", sid_text(rq->arena, &s->sid));
}

/* A token that does not serve must not take a good one's place, nor be fetched by every request. */
static enum entra_outcome
verify_fresh(struct request *rq, const struct session *s, const char *access_token)
{
	enum entra_outcome outcome = verify(rq, s, access_token);

	if (outcome != ENTRA_GRANTED)
		setback_note(rq, setback_name(rq, s), (int)outcome, rq->failure.reason,
		    outcome == ENTRA_UNAVAILABLE ? SETBACK_BUSY : SETBACK_SAME);
	return outcome;
}

/* Asks Entra; the lease is ours. */
static enum entra_outcome
ask(struct request *rq, const struct session *s, const struct data_key *key,
    const struct opaque_token *owner, const struct need *need, struct entra_tokens *tokens)
{
	const struct entra_call call = { .tenant = s->tenant_id, .hurried = need->hurried };
	struct buf form = entra_form(rq, "refresh_token");
	struct entra_reply reply;
	struct setback setback;
	enum entra_outcome outcome;

	if (setback_read(rq, setback_name(rq, s), ENTRA_UNAVAILABLE, &setback)) {
		rq->failure.reason = arena_printf(rq->arena, "%s, a moment ago", setback.reason);
		rq->failure.retry_after = setback.seconds;
		return (enum entra_outcome)setback.outcome;
	}
	entra_form_add(&form, "refresh_token", tokens->refresh_token);
	entra_form_add(&form, "scope", arena_printf(rq->arena, "%s openid profile offline_access",
	    rq->config->entra.scope));
	outcome = entra_token_call(rq, &call, &form, &reply);
	if (need->silent != NULL)
		*need->silent = reply.silent;
	/* The session ends; the next sign-in meets what was demanded. */
	if (reply.claims != NULL && reauthentication_keep(rq, s, reply.claims) != STORED)
		return unavailable(rq, "the store failed");
	if (outcome != ENTRA_GRANTED ||
	    (outcome = verify_fresh(rq, s, reply.access_token)) != ENTRA_GRANTED)
		return outcome;
	tokens->access_token = reply.access_token;
	tokens->expires_at = reply.expires_at;
	tokens->renew_at = reply.renew_at;
	tokens->asked_at = rq->now;
	if (*reply.refresh_token != '\0')
		tokens->refresh_token = reply.refresh_token;
	/* If the lease ran out meanwhile another's result stands; ours serves this request. */
	if (session_store_entra_tokens(rq, s, key, owner, tokens) == STORE_FAILED)
		session_release(rq, &s->sid, owner);
	return ENTRA_GRANTED;
}

/* Another process may have refreshed between our look and our lease. */
static enum entra_outcome
refresh(struct request *rq, const struct session *s, const struct data_key *key,
    const struct opaque_token *owner, const struct need *need, struct entra_tokens *tokens)
{
	enum stored stored = session_entra_tokens(rq, s, key, tokens);
	enum entra_outcome outcome;

	if (stored != STORED)
		return unreadable(rq, s, stored);
	if (!is_due(tokens, need, clock_seconds())) {
		session_release(rq, &s->sid, owner);
		return ENTRA_GRANTED;
	}
	outcome = *tokens->refresh_token == '\0' ? ENTRA_REFUSED :
	    ask(rq, s, key, owner, need, tokens);
	if (outcome == ENTRA_REFUSED || outcome == ENTRA_INTERACTION) {
		if (*tokens->refresh_token == '\0' && tokens->expires_at > clock_seconds()) {
			session_release(rq, &s->sid, owner);
			return ENTRA_GRANTED;	/* no refresh token, but not over yet */
		}
		session_end_now(rq, &s->sid, rq->failure.reason != NULL ? rq->failure.reason :
		    "Entra gave no refresh token");
		return ENTRA_REFUSED;
	}
	if (outcome != ENTRA_GRANTED) {
		session_release(rq, &s->sid, owner);
		if (tokens->expires_at > clock_seconds())
			return ENTRA_GRANTED;	/* the old one still serves */
	}
	return outcome;
}

/* Waits for whoever holds the lease, and takes it over from one who died or failed. */
static enum entra_outcome
wait(struct request *rq, const struct session *s, const struct data_key *key,
    const struct opaque_token *owner, const struct need *need, struct entra_tokens *tokens)
{
	int64_t until = clock_monotonic_ms() + rq->config->entra.timeout * 1000;

	for (int64_t pause = WAIT_FIRST_MS; clock_monotonic_ms() < until; pause += pause / 2) {
		enum stored stored;

		if (!http_client_pause(rq->http, pause < WAIT_MOST_MS ? pause : WAIT_MOST_MS))
			return unavailable(rq, "nobody waits any more");
		if ((stored = session_entra_tokens(rq, s, key, tokens)) == ABSENT)
			return ENTRA_REFUSED;
		if (stored == STORED && tokens->expires_at > clock_seconds())
			return ENTRA_GRANTED;
		if (session_lease(rq, &s->sid, owner, 2 * rq->config->entra.timeout))
			return refresh(rq, s, key, owner, need, tokens);
	}
	return unavailable(rq, "another request is still refreshing Entra's token");
}

static enum entra_outcome
current_tokens(struct request *rq, const struct session *s, const struct data_key *key,
    const struct need *need, struct entra_tokens *tokens)
{
	struct opaque_token owner;
	enum stored stored = session_entra_tokens(rq, s, key, tokens);

	if (stored != STORED)
		return unreadable(rq, s, stored);
	if (!is_due(tokens, need, rq->now))
		return ENTRA_GRANTED;
	owner = opaque_token_new(rq->arena);
	if (session_lease(rq, &s->sid, &owner, 2 * rq->config->entra.timeout))
		return refresh(rq, s, key, &owner, need, tokens);
	if (tokens->expires_at > rq->now)
		return ENTRA_GRANTED;
	return need->waits ? wait(rq, s, key, &owner, need, tokens) :
	    unavailable(rq, "another request is refreshing Entra's token");
}

enum entra_outcome
entra_session_token(struct request *rq, const struct session *s, const struct data_key *key,
    const char **access_token)
{
	struct entra_tokens tokens;
	enum entra_outcome outcome = current_tokens(rq, s, key, &(struct need){ .waits = true }, &tokens);

	if (outcome != ENTRA_GRANTED)
		return outcome;
	*access_token = tokens.access_token;
	if ((outcome = verify(rq, s, tokens.access_token)) == ENTRA_GRANTED)
		return outcome;
	/* A key that Entra withdrew, an audience that is another now: a new token may serve. */
	return entra_session_renew(rq, s, key, access_token) == ENTRA_REFUSED ? ENTRA_REFUSED :
	    *access_token == tokens.access_token ? outcome : verify(rq, s, *access_token);
}

/* While Entra is silent no session's check asks it again, and none waits. */
static bool
is_silent(struct request *rq)
{
	struct setback setback;

	return setback_read(rq, CHECKS, ENTRA_UNAVAILABLE, &setback);
}

enum entra_outcome
entra_session_check(struct request *rq, const struct session *s, const struct data_key *key,
    const char **access_token)
{
	bool silent = false;
	const struct need need = { .hurried = true, .word = ENTRA_WORD_LASTS, .silent = &silent };
	const char *name = arena_printf(rq->arena, CHECKS " %s", sid_text(rq->arena, &s->sid));
	struct entra_tokens before = { .access_token = "" }, tokens;
	struct setback setback;
	enum entra_outcome outcome;

	if (is_silent(rq) || setback_read(rq, name, ENTRA_UNAVAILABLE, &setback) ||
	    session_entra_tokens(rq, s, key, &before) == STORE_FAILED)
		return ENTRA_UNAVAILABLE;
	if ((outcome = current_tokens(rq, s, key, &need, &tokens)) == ENTRA_GRANTED) {
		*access_token = tokens.access_token;
		/* The old one serves while Entra does not answer; that is no word of Entra's. */
		if (is_due(&tokens, &need, rq->now) && strcmp(tokens.access_token, before.access_token) == 0)
			outcome = ENTRA_UNAVAILABLE;
		else
			outcome = verify(rq, s, tokens.access_token);
	}
	if (silent)
		setback_note(rq, CHECKS, (int)ENTRA_UNAVAILABLE, rq->failure.reason, SILENCE);
	if (outcome != ENTRA_GRANTED && outcome != ENTRA_REFUSED)
		setback_note(rq, name, (int)outcome, rq->failure.reason, SETBACK_SAME);
	return outcome;
}

enum entra_outcome
entra_session_renew(struct request *rq, const struct session *s, const struct data_key *key,
    const char **access_token)
{
	const struct need need = { .refused = *access_token };
	const char *name = arena_printf(rq->arena, "entra renew %s", sid_text(rq->arena, &s->sid));
	struct entra_tokens tokens;
	struct setback setback;
	enum entra_outcome outcome;

	if (setback_read(rq, name, ENTRA_UNAVAILABLE, &setback))
		return ENTRA_GRANTED;
	setback_note(rq, name, (int)ENTRA_REFUSED, "renewed", SETBACK_SAME);
	if ((outcome = current_tokens(rq, s, key, &need, &tokens)) != ENTRA_GRANTED)
		return outcome;
	if (strcmp(*access_token, tokens.access_token) != 0)
		*access_token = tokens.access_token;
	return verify(rq, s, tokens.access_token);
}
