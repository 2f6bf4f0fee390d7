/* SPDX-License-Identifier: MIT */
/* forge.h - tokens that only a thief of the sign key could make, from an honest one */
#ifndef UNIT_SERVICE_FORGE_H
#define UNIT_SERVICE_FORGE_H

#include "protocol/jws.h"

#include "signed_in.h"

#define HEADER	"{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"%s\"}"

static struct signed_in in;

/* The claims of the honest token, as text. */
static inline const char *
claims(void)
{
	struct jws jws;

	assert_true(jws_split(&fix.arena, in.grant.access_token, &jws));
	return (const char *)jws.payload.data;
}

/* Signs claims under the server's own key, as whoever stole the sign key could. */
static inline const char *
forge(const char *header, const char *payload)
{
	const struct key *key = keyring_current(fix.rq.keys, KEY_SIGN);

	return jws_sign_hs256(&fix.arena, key->hmac, header, payload);
}

static inline const char *
our_header(void)
{
	return arena_printf(&fix.arena, HEADER, keyring_current(fix.rq.keys, KEY_SIGN)->kid);
}

/* The honest claims with one text in them replaced. */
static inline const char *
claims_with(const char *old, const char *new)
{
	const char *text = claims(), *found = strstr(text, old);

	assert_non_null(found);
	return arena_printf(&fix.arena, "%.*s%s%s", (int)(found - text), text, new,
	    found + strlen(old));
}

#endif
