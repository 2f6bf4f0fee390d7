/* SPDX-License-Identifier: MIT */
/*
 * metadata: discovery.
 *
 *	/.well-known/oauth-protected-resource[/SERVER]	RFC 9728 section 3
 *	/.well-known/oauth-authorization-server		RFC 8414 section 3
 *	/.well-known/openid-configuration		the same, where the issuer has a path
 *
 * With a path P in the issuer each document also answers at the well-known name followed by P
 * (RFC 8414 section 3.1), for whoever controls the root, besides P followed by the well-known name.
 * Everything else is 404: clients then try their next address.
 */
#include "protocol/resource_metadata.h"
#include "protocol/server_metadata.h"
#include "service/endpoint.h"

static enum oauth_error	metadata(struct request *, struct response *);

int
main(void)
{
	return endpoint_run(&(struct endpoint){
		.name     = "metadata",
		.standard = "/.well-known/oauth-authorization-server",
		.methods  = "GET, HEAD, OPTIONS",
		.cors     = true,
		.handle   = metadata,
	});
}

/*
 * `rest` is what follows the well-known name and the issuer's path.  Who dials the address of a
 * server's event stream looks for its metadata; the resource is the server all the same.
 */
static bool
protected_resource(const struct config *config, const char *rest, struct buf *out)
{
	bool sse = strcmp(config->sse_transport, "on") == 0;
	size_t n = strlen(rest), suffix = sse && n > 4 && strcmp(rest + n - 4, "/sse") == 0 ? 4 : 0;
	const struct config_server *server = n == 0 ? &config->server[0] :
	    config_server(config, rest + 1, n - 1 - suffix);

	if (server == NULL)
		return false;
	resource_metadata(out, server->resource, config->public_url, server->scope_needed,
	    server->name);
	return true;
}

static bool
write_server_metadata(const struct config *config, bool openid, struct buf *out)
{
	struct server_metadata m = {
		.issuer       = config->public_url,
		.registration = config_list_has(config->registration, "dynamic"),
		.introspection = config->introspection,
		.documents    = config_list_has(config->registration, "metadata-document"),
		.openid       = openid,
	};

	m.keys = m.documents;
	for (size_t i = 0; i < config->clients && config_list_has(config->registration, "configured"); i++) {
		m.secrets |= config->client[i].secret_sha256[0] != NULL;
		m.keys |= config->client[i].key_file != NULL;
	}
	server_metadata(out, &m);
	return true;
}

static bool
authorization_server(const struct config *config, const char *rest, struct buf *out)
{
	return *rest == '\0' && write_server_metadata(config, false, out);
}

static bool
openid_configuration(const struct config *config, const char *rest, struct buf *out)
{
	if (*config->public_path == '\0')
		return false;
	if (strcmp(rest, "/keys") == 0) {
		buf_lit(out, "{\"keys\":[]}");
		return true;
	}
	return *rest == '\0' && write_server_metadata(config, true, out);
}

static const struct document {
	const char	*name;
	bool		(*write)(const struct config *, const char *rest, struct buf *);
} documents[] = {
	{ "/.well-known/oauth-protected-resource",   protected_resource },
	{ "/.well-known/oauth-authorization-server", authorization_server },
	{ "/.well-known/openid-configuration",	     openid_configuration },
};

/* What follows `prefix` in `path`, if that is nothing or begins with a slash. */
static const char *
after(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return path != NULL && strncmp(path, prefix, n) == 0 && (path[n] == '\0' || path[n] == '/') ?
	    path + n : NULL;
}

static enum oauth_error
metadata(struct request *rq, struct response *rs)
{
	for (size_t i = 0; i < COUNT(documents); i++) {
		const char *rest = after(rq->route, documents[i].name);

		if (rest == NULL && (rest = after(rq->path, documents[i].name)) != NULL)
			rest = after(rest, rq->config->public_path);
		if (rest != NULL && documents[i].write(rq->config, rest, &rs->body)) {
			rs->content_type = "application/json";
			rs->cache_control = "public, max-age=300";
			return OAUTH_OK;
		}
	}
	return fail(&rq->failure, NOT_FOUND, "there is no such document");
}
