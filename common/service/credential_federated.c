/* SPDX-License-Identifier: MIT */
#include "service/credential_federated.h"

#include "protocol/jws.h"
#include "service/credential_file.h"

enum oauth_error
credential_federated(struct request *rq, const char *path, const char **assertion)
{
	const char *why = NULL;
	char *text = credential_file_read(rq->arena, path, JWS_MAX, &why);
	struct jws jws;
	size_t n;

	if (text == NULL)
		return credential_unusable(rq, path, why);
	for (n = strlen(text); n > 0 && strchr(" \t\r\n", text[n - 1]) != NULL; n--)
		text[n - 1] = '\0';
	if (!jws_split(rq->arena, text, &jws))
		return credential_unusable(rq, path, "holds no token (three parts of base64url with dots "
		    "between): is it half-written?");
	*assertion = text;
	return OAUTH_OK;
}

static const char *
text_of(struct arena *a, struct json_object *claims, const char *name)
{
	const char *text = json_string(claims, name);

	return text == NULL ? NULL : arena_string(a, text);
}

/* RFC 7519 section 4.1.3: one audience may stand in a list. */
static const char *
audience_of(struct arena *a, struct json_object *claims)
{
	struct json_object *list = json_array_member(claims, "aud"), *first;

	if (list == NULL)
		return text_of(a, claims, "aud");
	first = json_object_array_length(list) == 0 ? NULL : json_object_array_get_idx(list, 0);
	return !json_object_is_type(first, json_type_string) ? NULL :
	    arena_string(a, json_object_get_string(first));
}

bool
federated_claims_read(struct arena *a, const char *token, struct federated_claims *out)
{
	AUTO(json) struct json_object *claims = NULL;
	struct jws jws;

	*out = (struct federated_claims){ 0 };
	if (!jws_split(a, token, &jws) ||
	    (claims = json_parse(a, (const char *)jws.payload.data, jws.payload.len)) == NULL)
		return false;
	out->issuer = text_of(a, claims, "iss");
	out->subject = text_of(a, claims, "sub");
	out->audience = audience_of(a, claims);
	if (!json_int(claims, "exp", &out->expires_at))
		out->expires_at = 0;
	return true;
}
