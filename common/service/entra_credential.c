/* SPDX-License-Identifier: MIT */
#include "service/entra_credential.h"

#include "protocol/client_assertion.h"
#include "service/assertion_cache.h"
#include "service/credential_certificate.h"
#include "service/credential_federated.h"
#include "service/credential_file.h"
#include "service/entra_client.h"

static enum oauth_error
add_secret(struct request *rq, const char *path, struct buf *form)
{
	const char *why = NULL;
	char *secret = credential_file_read(rq->arena, path, CREDENTIAL_FILE_MAX, &why);

	if (secret == NULL)
		return credential_unusable(rq, path, why);
	secret[strcspn(secret, "\r\n")] = '\0';
	entra_form_add(form, "client_secret", secret);
	return OAUTH_OK;
}

/* RFC 7523 section 2.2. */
static enum oauth_error
find_assertion(struct request *rq, const struct config_app *app, const char *token_endpoint,
    int64_t now, bool hurried, const char **assertion)
{
	switch (app->credential) {
	case CREDENTIAL_MANAGED_IDENTITY:
		return assertion_cached(rq, app, hurried, assertion);
	case CREDENTIAL_FEDERATED_TOKEN:
		return credential_federated(rq, app->path[0], assertion);
	default:
		return credential_certificate(rq, app, token_endpoint, now, assertion);
	}
}

enum oauth_error
entra_credential_add(struct request *rq, const struct config_app *app, const char *token_endpoint,
    int64_t now, bool hurried, struct buf *form)
{
	const char *assertion = NULL;

	entra_form_add(form, "client_id", app->client_id);
	if (app->credential == CREDENTIAL_SECRET)
		return add_secret(rq, app->path[0], form);
	TRY(find_assertion(rq, app, token_endpoint, now, hurried, &assertion));
	entra_form_add(form, "client_assertion_type", CLIENT_ASSERTION_TYPE);
	entra_form_add(form, "client_assertion", assertion);
	return OAUTH_OK;
}
