/* SPDX-License-Identifier: MIT */
/*
 * config.h - the one configuration file, read once at start and never changed
 *
 * "key = value" under [sections]; the rows of config_table.c say what there is.  The environment
 * overrides: SALLYPORT_<KEY>, SALLYPORT_ENTRA_<KEY>, and the Azure SDKs' names as defaults.
 */
#ifndef SERVICE_CONFIG_H
#define SERVICE_CONFIG_H

#include "protocol/tool_policy.h"

#define CONFIG_DEFAULT_PATH	"/etc/sallyport/sallyport.conf"
#define CONFIG_FILE_MAX		(64 * 1024)	/* bytes */
#define CONFIG_LIST_MAX		16		/* words in one list */
#define CONFIG_SERVERS_MAX	32		/* [server] sections */
#define CONFIG_CLIENTS_MAX	64		/* [client] sections */

typedef const char *config_list[CONFIG_LIST_MAX + 1];	/* NULL at the end */

/* So often in so many seconds; all at once where nothing was before. */
struct config_rate {
	int64_t		 count;
	int64_t		 period;
};

/* How an application proves to Entra who it is. */
enum config_credential {
	CREDENTIAL_CERTIFICATE,		/* PEM files: private key and certificate */
	CREDENTIAL_SECRET,		/* a file of one line */
	CREDENTIAL_MANAGED_IDENTITY,
	CREDENTIAL_FEDERATED_TOKEN,	/* a file that holds the assertion */
};

struct config_app {
	const char		*client_id;
	enum config_credential	 credential;
	config_list		 path;		/* the files, absolute; none of a managed identity */
	const char		*identity;	/* the managed identity's client id; NULL: the only one */
};

struct config_entra {
	const char	*tenant_id;		/* a GUID, organizations or common */
	const char	*client_id;
	const char	*credential;		/* kind:argument */
	const char	*resource_client_id;	/* NULL: client_id is the API too */
	const char	*resource_credential;
	const char	*cloud;
	const char	*authority_host;
	const char	*graph_url;
	const char	*imds_url;
	const char	*identity_endpoint;	/* these three: NULL where the platform does not say so */
	const char	*identity_header;
	const char	*imds_endpoint;
	const char	*arc_key_dir;
	const char	*scope;
	config_list	 audience;
	config_list	 allowed_tenants;	/* GUIDs, or any */
	config_list	 allow;
	config_list	 client_capabilities;
	int64_t		 timeout;		/* seconds for one call */

	/* Derived. */
	struct config_app app;			/* signs people in */
	struct config_app resource_app;		/* the API: exchanges on behalf of them */
	const char	*exchange_audience;	/* what a federated credential's token must be for */
	bool		 multi_tenant;		/* tenant_id is no GUID */
	bool		 cp1;			/* continuous access evaluation is declared */
};

struct config_limits {
	int64_t		 access_token;		/* seconds, as all lifetimes */
	int64_t		 code;
	int64_t		 transaction;
	int64_t		 account;
	int64_t		 refresh_idle;
	int64_t		 session;
	int64_t		 session_idle;
	int64_t		 client_unused;
	int64_t		 client_never_used;
	int64_t		 clients;		/* count */
	int64_t		 documents;		/* count */
	int64_t		 document_least;
	int64_t		 document_most;
	int64_t		 document_stale;
	int64_t		 document_timeout;
	int64_t		 transactions;		/* count */
	int64_t		 body_max;		/* bytes */
	int64_t		 response_max;		/* bytes of an answer from Entra or Graph */
	int64_t		 request_memory;	/* bytes of a worker's arena */
	int64_t		 streams_max;		/* count, in one process */
	int64_t		 streams_person;	/* count, of one person's in it */
	int64_t		 stream;		/* seconds that one may last */
	int64_t		 database_wait;		/* seconds to wait for a locked database */
	int64_t		 audit_keep;		/* seconds, in the store */
	int64_t		 audit_rows;		/* count, there */
	const char	*rates;			/* on or off */
	struct config_rate rate_register;	/* of one address */
	struct config_rate rate_register_all;
	struct config_rate rate_browser;	/* of one address, at each page */
	struct config_rate rate_token;		/* of one address */
	struct config_rate rate_introspect;	/* of one address */
	struct config_rate rate_client;		/* of one client, at each endpoint */
	struct config_rate rate_all;		/* of everyone, at each endpoint */
	struct config_rate rate_mcp;		/* of one session, in one process */
};

struct config_server {
	const char	*name;			/* the path below public_url */
	const char	*tools;			/* "builtin"; NULL with an upstream */
	const char	*upstream;		/* as written; NULL for none */
	const char	*upstream_transport;
	const char	*upstream_token;	/* kind, or kind:argument */
	const char	*upstream_token_in;	/* header or arguments */
	config_list	 upstream_headers;	/* in lower case */
	const char	*upstream_user_headers;	/* off, plain or signed */
	const char	*upstream_user_key;
	int64_t		 upstream_timeout;	/* seconds */
	const char	*upstream_plaintext;
	const char	*introspection_key;	/* path; NULL: nobody may ask */
	config_list	 allow;
	struct tool_rule *rule;			/* tool.NAME; NULL for none */

	/* Derived. */
	const char	*resource;		/* public_url/name */
	const char	*upstream_url;		/* what is asked for */
	const char	*upstream_socket;	/* path of the Unix socket; NULL for TCP */
	bool		 upstream_sse;		/* its transport is that of 2024-11-05 */
	bool		 asks_entra;		/* a rule names roles or groups */
	const char	*scope_needed;		/* what a client asks for to begin with */
	const char	*scope_known;		/* all that its rules name */
};

/* A client that the administrator knows. */
struct config_client {
	const char	*section;		/* its NAME */
	const char	*client_id;
	const char	*name;
	config_list	 redirect_uris;
	config_list	 secret_sha256;		/* hexadecimal, in lower case */
	const char	*key_file;		/* NULL with a secret, or for a public client */
	config_list	 scopes;
};

struct config {
	const char	*public_url;		/* the issuer */
	const char	*state_dir;
	const char	*database;		/* sqlite:PATH */
	int64_t		 refresh_grace;		/* seconds */
	int64_t		 workers;
	int64_t		 stream_heartbeat;	/* seconds */
	config_list	 allowed_hosts;
	config_list	 allowed_origins;
	config_list	 redirect_schemes;
	config_list	 trusted_proxies;	/* addresses and networks */
	config_list	 registration;
	config_list	 metadata_domains;
	config_list	 metadata_networks;
	config_list	 metadata_ports;
	const char	*ca_file;
	const char	*shared_origin;
	const char	*sandbox;		/* on or off */
	const char	*log;			/* errors or all */
	config_list	 audit;			/* off, or store, syslog, file:PATH */
	const char	*audit_identity;	/* object-id or subject */
	const char	*sse_transport;		/* on or off */

	struct config_entra	 entra;
	struct config_limits	 limits;
	struct config_server	 server[CONFIG_SERVERS_MAX];
	size_t			 servers;
	struct config_client	 client[CONFIG_CLIENTS_MAX];
	size_t			 clients;

	bool			 introspection;	/* derived: a server has an introspection_key */

	/* Derived from public_url. */
	const char	*public_origin;		/* scheme://host[:port] */
	const char	*public_host;		/* host[:port] */
	const char	*public_path;		/* "" or /path, without a slash at the end */
	bool		 public_https;

	const char	*path;			/* the file that was read */
	struct arena	 arena;			/* owns all the texts */
};

/*
 * Reads the file that SALLYPORT_CONF names, or the default.  NULL with *why set to one line (file,
 * line, reason) on the first thing that is wrong.  The result lives as long as the process.
 */
MUST_CHECK const struct config *config_load(const char **why);

/* Reads another file; for tests and for `sallyport`. */
MUST_CHECK const struct config *config_load_file(const char *path, const char **why);

/* The [server] of that name, NULL if there is none. */
MUST_CHECK const struct config_server *config_server(const struct config *, const char *name,
		    size_t len);
/* The name of the [server] with that resource, NULL if there is none (any longer). */
MUST_CHECK const char	*config_server_name(const struct config *, const char *resource);

/* The [client] of that id, NULL if there is none or `registration` leaves them out. */
MUST_CHECK const struct config_client *config_client(const struct config *, const char *client_id);

/* Whether people of that tenant, a GUID in lower case, may come in. */
MUST_CHECK bool	 config_tenant_allowed(const struct config *, const char *tenant_id);

MUST_CHECK bool	 config_list_has(const config_list, const char *word);

#endif
