/* SPDX-License-Identifier: MIT */
#include "service/upstream_session.h"

#include "base/base64url.h"

#define SEALED_MAX	(2 * (size_t)UPSTREAM_ID_MAX)	/* bytes of base64url */

static const char *
column(struct arena *a, const char *use)
{
	return arena_printf(a, "upstream_session %s", use);
}

const char *
upstream_session_seal(struct arena *a, const struct data_key *key, const struct sid *sid,
    const char *use, const char *id)
{
	struct bytes sealed;

	if (strlen(id) > UPSTREAM_ID_MAX)
		return NULL;
	sealed = seal_column(a, key, column(a, use), sid, id);
	return base64url_encode(a, sealed.data, sealed.len);
}

const char *
upstream_session_open(struct arena *a, const struct data_key *key, const struct sid *sid,
    const char *use, const char *text)
{
	struct bytes sealed;

	if (strlen(text) > SEALED_MAX ||
	    !base64url_decode(a, text, strlen(text), &sealed.data, &sealed.len))
		return NULL;
	return seal_open_column(a, key, column(a, use), sid, sealed);
}
