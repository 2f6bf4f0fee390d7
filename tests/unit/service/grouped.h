/* SPDX-License-Identifier: MIT */
/* grouped.h - a person with too many groups for a token, between Entra and Graph */
#ifndef UNIT_SERVICE_GROUPED_H
#define UNIT_SERVICE_GROUPED_H

#include "service/membership.h"

#include "routes.h"
#include "signed_in.h"

#define G1	"00000000-0000-4000-8000-000000000001"
#define G2	"00000000-0000-4000-8000-000000000002"
#define G3	"00000000-0000-4000-8000-000000000003"
#define MEMBER	"POST /v1.0/me/checkMemberGroups HTTP/1.1\r\n"
#define DEMAND	"WWW-Authenticate: Bearer error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnsiYSI6MX19\"\r\n"

static struct signed_in in;
static const char *groups;
static const char *const admins[] = { "group:" G1, NULL }, *const readers[] = { "group:" G2,
    "role:Reader", NULL };
static struct tool_rule rule = { .tool = "*", .words = readers };

static inline int
open_groups(void **state)
{
	(void)server_open(state);
	routes_open();
	serve_discovery();
	write_file(path_of("secret"), "s3cret\n");
	fix.config.entra.graph_url = routes.url;
	fix.config.entra.allow[0] = admins[0];
	fix.config.server[0].rule = &rule;
	atomic_store(&server.body, "{\"token_type\":\"Bearer\",\"expires_in\":7200,"
	    "\"access_token\":\"for.graph\"}");
	open_session(&in);
	return 0;
}

static inline int
close_groups(void **state)
{
	routes_close();
	return server_close(state);
}

#define GROUPS(test)	cmocka_unit_test_setup_teardown(test, open_groups, close_groups)

static inline enum oauth_error
ask_by(const struct data_key *key)
{
	groups = NULL;
	fix.rq.failure = (struct failure){ 0 };
	return membership(&fix.rq, &in.session, key, "the.users.token", &groups);
}

static inline enum oauth_error
ask(void)
{
	return ask_by(&in.key);
}

static inline void
graph_tells(const char *value)
{
	ROUTE({ .holds = MEMBER, .status = 200, .body = arena_printf(&fix.arena,
	    "{\"value\":%s}", value) });
}

static inline int
asked(void)
{
	return atomic_load(&routes.requests);
}

/* It is not told, so that nobody comes in, and nothing of it is kept. */
static inline void
untold(enum oauth_error error)
{
	assert_int_equal(ask(), error);
	assert_int_equal(fix.rq.failure.error, error);
	assert_null(groups);
	assert_int_equal(sql_number("SELECT count(*) FROM session_groups"), 0);
}

#endif
