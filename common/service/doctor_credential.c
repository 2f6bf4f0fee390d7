/* SPDX-License-Identifier: MIT */
#include "service/doctor_credential.h"

#include <unistd.h>

#include "protocol/guid.h"
#include "service/assertion_cache.h"
#include "service/credential_certificate.h"
#include "service/credential_federated.h"
#include "service/entra_client.h"

#define DAY	86400

static const char *
reason_of(const struct doctor *d)
{
	return d->rq.failure.reason == NULL ? "no reason" : d->rq.failure.reason;
}

/* The file that serves. */
static void
check_term(struct doctor *d, const struct certificate *c)
{
	int64_t days = (c->not_after - d->rq.now) / DAY;

	doctor_says(d, days < CERTIFICATE_LATE ? PROBLEM : days < CERTIFICATE_SOON ? NOTE : FINE,
	    "certificate %s is used; days left: %lld%s", c->path, (long long)days,
	    days >= CERTIFICATE_SOON ? "" : ": add a new one to the application, and its file behind a comma");
}

/* The file beside it. */
static void
check_other(struct doctor *d, const struct certificate *c, const struct certificate *used)
{
	const char *fault = certificate_fault(d->rq.arena, c, d->rq.now);

	if (c->why != NULL)
		doctor_says(d, NOTE, "certificate %s %s: mend or remove it; %s is used", c->path, fault,
		    used->path);
	else if (d->rq.now < c->not_before)
		doctor_says(d, FINE, "certificate %s waits: %s", c->path, fault);
	else
		doctor_says(d, NOTE, "certificate %s is not used any more: its file may be removed", c->path);
}

static bool
check_certificates(struct doctor *d, const struct config_app *app)
{
	AUTO(certificates) struct certificates all;
	const struct certificate *used;

	certificates_read(d->rq.arena, app, &all);
	used = certificates_choose(&all, d->rq.now);
	for (size_t i = 0; i < all.count; i++) {
		const struct certificate *c = &all.file[i];

		if (used != NULL && used != c && c->why != NULL) {
			check_other(d, c, used);
			continue;
		}
		if (!doctor_path(d, "credential file", c->path, R_OK))
			continue;
		if (used == NULL)
			doctor_says(d, PROBLEM, "certificate %s: %s", c->path,
			    certificate_fault(d->rq.arena, c, d->rq.now));
		else if (used == c)
			check_term(d, c);
		else
			check_other(d, c, used);
	}
	return used != NULL;
}

/* A claim on one line: nothing of it can write another. */
static const char *
shown(struct arena *a, const char *claim)
{
	char *text;

	if (claim == NULL)
		return "(none)";
	text = arena_string(a, claim);
	for (char *p = text; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return text;
}

/* These are what Entra compares with the federated credential; a token itself is never printed. */
static void
show_claims(struct doctor *d, const char *token)
{
	struct federated_claims claims;

	if (!federated_claims_read(d->rq.arena, token, &claims)) {
		doctor_says(d, NOTE, "the token is none that can be looked into");
		return;
	}
	doctor_says(d, FINE, "the token's issuer is %s, its subject %s, its audience %s",
	    shown(d->rq.arena, claims.issuer), shown(d->rq.arena, claims.subject),
	    shown(d->rq.arena, claims.audience));
	if (claims.expires_at <= d->rq.now)
		doctor_says(d, PROBLEM, "the token is over, or does not say until when it is valid: whoever "
		    "gives it must renew it");
	else
		doctor_says(d, FINE, "the token's minutes left: %lld",
		    (long long)(claims.expires_at - d->rq.now) / 60);
}

static bool
check_token_file(struct doctor *d, const char *path)
{
	const char *token;

	/* A platform that projects it makes it as open as it likes. */
	if (access(path, R_OK) != 0)
		return doctor_path(d, "credential file", path, R_OK);
	doctor_says(d, FINE, "credential file: %s", path);
	if (credential_federated(&d->rq, path, &token) != OAUTH_OK) {
		doctor_says(d, PROBLEM, "%s", reason_of(d));
		return false;
	}
	show_claims(d, token);
	return true;
}

bool
doctor_check_credential(struct doctor *d, const struct config_app *app)
{
	switch (app->credential) {
	case CREDENTIAL_CERTIFICATE:
		doctor_says(d, FINE, "application %s: its credential is a certificate", app->client_id);
		return check_certificates(d, app);
	case CREDENTIAL_FEDERATED_TOKEN:
		doctor_says(d, FINE, "application %s: its credential is a federated token", app->client_id);
		return check_token_file(d, app->path[0]);
	case CREDENTIAL_MANAGED_IDENTITY:
		doctor_says(d, FINE, "application %s: its credential is the managed identity %s, from %s",
		    app->client_id, app->identity == NULL ? "of this machine" : app->identity,
		    managed_identity_place(&d->rq.config->entra));
		return true;
	default:
		doctor_says(d, FINE, "application %s: its credential is a secret", app->client_id);
		return doctor_path(d, "credential file", app->path[0], R_OK);
	}
}

/* What to do about an answer that is no token. */
static const char *
remedy(const struct config_app *app, const struct identity_answer *answer)
{
	if (answer->status == 0)
		return "nobody answers there: is this machine in Azure, or on Arc, and does no firewall stand "
		    "between? IDENTITY_ENDPOINT must be in the programs' environment where the platform sets it";
	if (answer->status == 400 && app->identity != NULL)
		return "no identity with this client id is assigned to this machine";
	if (answer->status == 400)
		return "no identity is assigned to this machine, or several are: name one, "
		    "managed-identity:CLIENT_ID";
	if (answer->status == 401 || answer->status == 403)
		return "the source does not know us: on Arc the user must be in the group himds, elsewhere "
		    "IDENTITY_HEADER must be the platform's own";
	return "try again in a minute";
}

static bool
ask_identity(struct doctor *d, const struct config_app *app)
{
	struct identity_answer answer;
	const struct config_entra *e = &d->rq.config->entra;

	if (assertion_renew(&d->rq, app, &answer) != IDENTITY_GIVEN) {
		doctor_says(d, PROBLEM, "%s: %s", reason_of(d), remedy(app, &answer));
		return false;
	}
	doctor_says(d, FINE, "%s gives a token for %s", managed_identity_place(e), e->exchange_audience);
	show_claims(d, answer.token);
	return true;
}

/* Another refusal than one of the credential speaks for it.  70021 comes as invalid_request too. */
static bool
is_accepted(const struct doctor *d, const struct entra_reply *reply)
{
	static const char *const refusals[] = { "invalid_client", "unauthorized_client" };

	if (reply->error == NULL)
		return false;
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (strcmp(reply->error, refusals[i]) == 0)
			return false;
	return strstr(reason_of(d), "AADSTS70021") == NULL;
}

/* A token for ourselves shows that Entra accepts the credential; it is thrown away. */
void
doctor_ask_credential(struct doctor *d, const struct config_app *app)
{
	const struct config_entra *entra = &d->rq.config->entra;
	const struct entra_call call = {
		.app = app, .once = true, .tenant = entra->multi_tenant ? entra->allowed_tenants[0] : NULL,
	};
	struct buf form = entra_form(&d->rq, "client_credentials");
	struct entra_reply reply;
	enum entra_outcome outcome;

	if (app->credential == CREDENTIAL_MANAGED_IDENTITY && !ask_identity(d, app))
		return;
	if (call.tenant != NULL && !guid_is(call.tenant)) {
		doctor_says(d, NOTE, "allowed_tenants names no tenant in which the credential could be tried");
		return;
	}
	entra_form_add(&form, "scope", arena_printf(d->rq.arena, "%s/.default", app->client_id));
	outcome = entra_token_call(&d->rq, &call, &form, &reply);
	if (outcome == ENTRA_GRANTED || is_accepted(d, &reply))
		doctor_says(d, FINE, "Entra accepts the credential of %s", app->client_id);
	else if (outcome == ENTRA_UNAVAILABLE)
		doctor_says(d, PROBLEM, "Entra's token endpoint does not answer properly (%s): try again later",
		    reason_of(d));
	else
		doctor_says(d, PROBLEM, "Entra does not accept the credential (%s): is it the one that was "
		    "added to the application %s, and not expired?", reason_of(d), app->client_id);
}
