/* SPDX-License-Identifier: MIT */
#include "service/config_client.h"

#include "base/number.h"
#include "protocol/ip_address.h"
#include "protocol/redirect_uri.h"
#include "protocol/scope.h"

#define UNRESERVED	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
#define HOST		"abcdefghijklmnopqrstuvwxyz0123456789-."
#define NAME_MAX_BYTES	128
#define HASHES_MAX	2	/* the old secret and the new one */

bool
config_client_begin(struct config_reader *r, const char *name)
{
	struct config *c = r->config;
	size_t n = strlen(name);

	if (n == 0 || n > NAME_MAX_BYTES || strspn(name, UNRESERVED) != n)
		return config_wrong(r, "a [client NAME] is named in letters, digits, -, ., _ and ~");
	for (size_t i = 0; i < c->clients; i++)
		if (strcmp(c->client[i].section, name) == 0)
			return config_wrong(r, arena_printf(r->arena, "[client %s] stands here twice", name));
	if (c->clients == CONFIG_CLIENTS_MAX)
		return config_wrong(r, "there are too many [client] sections");
	r->client = &c->client[c->clients++];
	*r->client = (struct config_client){ .section = arena_string(r->arena, name) };
	return config_begin_named(r, CONFIG_CLIENT);
}

/* --- what follows, once all is read ---------------------------------------------------------------- */

static bool
wrong(struct config_reader *r, const struct config_client *c, const char *what)
{
	return config_wrong(r, arena_printf(r->arena, "[client %s]: %s", c->section, what));
}

static bool
check_redirect_uris(struct config_reader *r, const struct config_client *c)
{
	if (c->redirect_uris[0] == NULL)
		return wrong(r, c, "redirect_uris must be given");
	for (const char *const *u = c->redirect_uris; *u != NULL; u++)
		if (!redirect_uri_acceptable(r->arena, *u, r->config->redirect_schemes))
			return wrong(r, c, "a redirect URI must be https, or http on localhost, or of one of "
			    "redirect_schemes, without fragment or user information");
	return true;
}

/* RFC 6749 section 2.3: one way to authenticate, so that nobody picks the weaker one. */
static bool
check_secret(struct config_reader *r, const struct config_client *c)
{
	size_t n = 0;

	for (; c->secret_sha256[n] != NULL; n++) {
		config_lower(c->secret_sha256[n]);
		if (strlen(c->secret_sha256[n]) != 64 ||
		    strspn(c->secret_sha256[n], "0123456789abcdef") != 64)
			return wrong(r, c, "secret_sha256 must be 64 hexadecimal digits: `sallyport client-secret` "
			    "makes a secret and prints them");
	}
	if (n > HASHES_MAX)
		return wrong(r, c, "secret_sha256 lists one hash, or two while one replaces the other");
	if (n > 0 && c->key_file != NULL)
		return wrong(r, c, "it has secret_sha256 or key_file, not both");
	return true;
}

static bool
derive(struct config_reader *r, struct config_client *c)
{
	size_t n;

	if (c->client_id == NULL)
		c->client_id = c->section;
	if (c->name == NULL)
		c->name = c->section;
	n = strlen(c->client_id);
	if (n > NAME_MAX_BYTES || strspn(c->client_id, UNRESERVED) != n)
		return wrong(r, c, "client_id is made of at most 128 letters, digits, -, ., _ and ~");
	if (strlen(c->name) > NAME_MAX_BYTES)
		return wrong(r, c, "name has at most 128 bytes");
	for (const struct config_client *o = r->config->client; o < c; o++)
		if (strcmp(o->client_id, c->client_id) == 0)
			return wrong(r, c, "another section has the same client_id");
	for (const char *const *s = c->scopes; *s != NULL; s++)
		if (!is_scope(*s))
			return wrong(r, c, "scopes lists scopes, separated by commas");
	return check_redirect_uris(r, c) && check_secret(r, c);
}

/* host, or *.host */
static bool
is_domain(const char *text)
{
	const char *host = strncmp(text, "*.", 2) == 0 ? text + 2 : text;
	size_t n = strlen(host);

	return n > 0 && n <= 253 && strspn(host, HOST) == n && host[0] != '.' && host[n - 1] != '.';
}

static bool
check_documents(struct config_reader *r)
{
	struct config *c = r->config;
	struct ip_network network;
	int64_t port;

	for (const char *const *d = c->metadata_domains; *d != NULL; d++) {
		config_lower(*d);
		if (!is_domain(*d))
			return config_wrong(r, "metadata_domains lists host names, or *. and a host name");
	}
	for (const char *const *n = c->metadata_networks; *n != NULL; n++)
		if (!ip_network_read(*n, &network))
			return config_wrong(r, "metadata_networks lists networks such as 10.20.0.0/16 or fd00:1::/32");
	for (const char *const *p = c->metadata_ports; *p != NULL; p++)
		if (!number_read(*p, 65535, &port) || port == 0)
			return config_wrong(r, "metadata_ports lists ports, 1 to 65535");
	if (c->limits.document_least > c->limits.document_most)
		return config_wrong(r, "document_least is more than document_most");
	return true;
}

bool
config_client_derive(struct config_reader *r)
{
	struct config *c = r->config;

	if (config_list_has(c->registration, "off") && c->registration[1] != NULL)
		return config_wrong(r, "registration is off, or lists the other words");
	for (size_t i = 0; i < c->clients; i++)
		if (!derive(r, &c->client[i]))
			return false;
	return check_documents(r);
}

const struct config_client *
config_client(const struct config *c, const char *client_id)
{
	for (size_t i = 0; i < c->clients && config_list_has(c->registration, "configured"); i++)
		if (strcmp(c->client[i].client_id, client_id) == 0)
			return &c->client[i];
	return NULL;
}
