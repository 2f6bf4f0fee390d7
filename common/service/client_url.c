/* SPDX-License-Identifier: MIT */
#include "service/client_url.h"

#include "protocol/client_id_url.h"

#define HTTPS	443

static bool
is_of(const char *host, const char *domain)
{
	size_t n = strlen(host), m;

	if (strncmp(domain, "*.", 2) != 0)
		return strcmp(host, domain) == 0;
	m = strlen(++domain);
	return n > m && strcmp(host + n - m, domain) == 0;
}

static bool
is_of_any(const char *host, const char *const *domains)
{
	if (*domains == NULL)
		return true;
	for (; *domains != NULL; domains++)
		if (is_of(host, *domains))
			return true;
	return false;
}

static bool
is_port_of(struct arena *a, int port, const config_list ports)
{
	return config_list_has(ports, arena_printf(a, "%d", port == -1 ? HTTPS : port));
}

enum oauth_error
client_url_check(struct request *rq, const char *url)
{
	const struct config *c = rq->config;
	struct uri u;

	if (!config_list_has(c->registration, "metadata-document"))
		return fail(&rq->failure, INVALID_CLIENT, "client metadata documents are switched off here");
	if (!client_id_url_read(rq->arena, url, &u))
		return fail(&rq->failure, INVALID_CLIENT, "a client_id that is a URL must be https with a path, "
		    "without user information, fragment and dot segments");
	if (!is_of_any(u.host, c->metadata_domains) || !is_port_of(rq->arena, u.port, c->metadata_ports) ||
	    strcmp(uri_origin(rq->arena, &u), c->public_origin) == 0)
		return fail(&rq->failure, INVALID_CLIENT,
		    "client metadata documents of that host are not taken here");
	return OAUTH_OK;
}

const char *
client_url_host(struct arena *a, const char *url)
{
	struct uri u;

	return client_id_url_read(a, url, &u) ? strstr(uri_origin(a, &u), "://") + 3 : NULL;
}
