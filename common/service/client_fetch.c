/* SPDX-License-Identifier: MIT */
#include "service/client_fetch.h"

#include "protocol/client_keys.h"
#include "protocol/http.h"
#include "protocol/http_freshness.h"
#include "protocol/ip_address.h"
#include "service/client_url.h"
#include "service/http_client.h"

#define NOTHING_SAID	3600	/* seconds: fresh where Cache-Control says nothing */

/* One text for all of it, so that nobody learns from us what stands where. */
#define UNREACHABLE	"the client's metadata document cannot be fetched"

bool
client_may_connect(const struct config *config, const struct sockaddr *sa)
{
	struct ip_network network;
	struct ip_address address;

	if (!ip_address_of(sa, &address))
		return false;
	for (const char *const *n = config->metadata_networks; *n != NULL; n++)
		if (ip_network_read(*n, &network) && ip_network_holds(&network, &address))
			return true;
	return ip_address_is_public(&address);
}

static enum client_fetched
refuse(struct request *rq, const char *what, const char *reason)
{
	(void)fail_because(&rq->failure, INVALID_CLIENT_METADATA, what, reason);
	return CLIENT_REFUSED;
}

static enum client_fetched
unreachable(struct request *rq, const char *reason)
{
	(void)fail_because(&rq->failure, INVALID_CLIENT_METADATA, UNREACHABLE, reason);
	return CLIENT_UNREACHABLE;
}

/* RFC 5861 section 4: what a server that is out of order says. */
static bool
is_out_of_order(int status)
{
	return status == 500 || (status >= 502 && status <= 504);
}

static enum client_fetched
get(struct request *rq, const char *url, const char *etag, struct http_answer *answer)
{
	int64_t timeout = rq->config->limits.document_timeout;
	struct http_call call = {
		.url = url, .header = { "Accept: application/json", etag == NULL ? NULL :
		    arena_printf(rq->arena, "If-None-Match: %s", etag) },
		.timeout = timeout, .connect = timeout, .most = CLIENT_DOCUMENT_MAX,
		.may_connect = client_may_connect,
	};

	switch (http_client_call(rq->http, rq->arena, &call, answer)) {
	case HTTP_ANSWERED:
		break;
	case HTTP_TOO_LONG:
		return refuse(rq, "the client's metadata document is longer than 5 KB", NULL);
	default:
		return unreachable(rq, http_client_error(rq->http));
	}
	if (answer->status == 304 && etag != NULL)
		return CLIENT_UNCHANGED;
	if (is_out_of_order(answer->status))
		return unreachable(rq, arena_printf(rq->arena, "status %d", answer->status));
	if (answer->status != 200)
		return refuse(rq, "the client's metadata document is not there: its server must answer with 200, "
		    "without a redirect", arena_printf(rq->arena, "status %d", answer->status));
	if (!http_media_type_is_json(answer->content_type))
		return refuse(rq, "the client's metadata document must be of type application/json", NULL);
	return CLIENT_FETCHED;
}

static int64_t
fresh_for(struct request *rq, const struct http_answer *answer)
{
	const struct config_limits *l = &rq->config->limits;
	int64_t n = http_fresh_for(rq->arena, answer->cache_control, answer->age);

	if (n < 0)
		n = NOTHING_SAID;
	return n < l->document_least ? l->document_least : n > l->document_most ? l->document_most : n;
}

enum client_fetched
client_fetch(struct request *rq, const char *url, const char *etag, struct client_published *out)
{
	AUTO(json) struct json_object *json = NULL;
	struct http_answer answer = { 0 };
	enum client_fetched fetched = get(rq, url, etag, &answer);

	if (fetched != CLIENT_FETCHED && fetched != CLIENT_UNCHANGED)
		return fetched;
	*out = (struct client_published){ .etag = http_etag(answer.etag), .fresh_for = fresh_for(rq, &answer) };
	if (fetched == CLIENT_UNCHANGED)
		return fetched;
	json = json_parse(rq->arena, answer.body, answer.len);
	if (json == NULL || !json_object_is_type(json, json_type_object))
		return refuse(rq, "the client's metadata document is not one JSON object", NULL);
	return client_document_read(rq->arena, json, url, rq->config->redirect_schemes, &out->document,
	    &rq->failure) == OAUTH_OK ? CLIENT_FETCHED : CLIENT_REFUSED;
}

enum client_fetched
client_fetch_keys(struct request *rq, const char *url, const char **jwks)
{
	AUTO(json) struct json_object *set = NULL;
	struct http_answer answer = { 0 };
	enum client_fetched fetched;

	if (client_url_check(rq, url) != OAUTH_OK)
		return CLIENT_REFUSED;
	if ((fetched = get(rq, url, NULL, &answer)) != CLIENT_FETCHED)
		return fetched;
	set = json_parse(rq->arena, answer.body, answer.len);
	if (set == NULL || !client_keys_valid(rq->arena, set))
		return refuse(rq, "the client's keys cannot be used", NULL);
	*jwks = answer.body;
	return CLIENT_FETCHED;
}
