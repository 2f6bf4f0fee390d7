/* SPDX-License-Identifier: MIT */
/* profile_call.h - a signed-in person's call of get_graph_user_details, between Entra and Graph */
#ifndef UNIT_SERVICE_PROFILE_CALL_H
#define UNIT_SERVICE_PROFILE_CALL_H

#include <json-c/json_util.h>
#include <json-c/linkhash.h>

#include "protocol/json.h"
#include "service/tool.h"

#include "entra_sign.h"
#include "routes.h"

#define LIFE	3000	/* seconds of an access token of Entra's: less than ours lives */
#define SECRET	"a word of the answer"

static struct signed_in in;
static struct access access_of_call;
static const char *entra_token;
static struct tool_result result;
static struct json_object *structured;	/* the result's */

static inline int
profile_open(void **state)
{
	(void)entra_open(state);
	routes_open();
	fix.config.entra.graph_url = routes.url;
	structured = NULL;
	return 0;
}

static inline int
profile_close(void **state)
{
	json_auto(&structured);
	structured = NULL;
	routes_close();
	return entra_close(state);
}

#define PROFILE(test)	cmocka_unit_test_setup_teardown(test, profile_open, profile_close)

/* What Entra's token endpoint answers. */
static inline void
entra_answers(int status, const char *body)
{
	atomic_store(&server.status, status);
	atomic_store(&server.body, body);
}

static inline void
graph_answers(int status, const char *body)
{
	ROUTE({ .holds = "GET /v1.0/me ", .status = status, .body = body });
}

/* The session's access token, presented. */
static inline void
present(void)
{
	assert_int_equal(access_token_verify(&fix.rq, in.grant.access_token, RESOURCE,
	    &access_of_call), OAUTH_OK);
}

/* A session with Entra tokens that are alive; exchanges are granted. */
static inline void
begin(void)
{
	struct opaque_token owner = opaque_token_new(&fix.arena);
	struct entra_tokens tokens = { .refresh_token = "rt", .expires_at = fix.clock + LIFE,
	    .renew_at = fix.clock + LIFE - 300, .asked_at = fix.clock };

	sign_in(&in);
	tokens.access_token = entra_token = access_token_of(PERSON, LIFE);
	assert_true(session_lease(&fix.rq, &in.session.sid, &owner, 1));
	assert_int_equal(session_store_entra_tokens(&fix.rq, &in.session, &in.key, &owner, &tokens),
	    STORED);
	entra_answers(200, "{\"token_type\":\"Bearer\",\"expires_in\":600,"
	    "\"access_token\":\"for.graph\"}");
	present();
}

/* Calls the tool with arguments, NULL for none. */
static inline enum oauth_error
call(const char *arguments)
{
	AUTO(json) struct json_object *json = arguments == NULL ? NULL :
	    json_parse(&fix.arena, arguments, strlen(arguments));
	enum oauth_error error;

	memset(&result, 0, sizeof result);
	fix.rq.failure = (struct failure){ 0 };
	error = tool_graph_user.call(&fix.rq, &access_of_call, json, &result);
	json_auto(&structured);
	structured = result.structured == NULL ? NULL : json_parse(&fix.arena, result.structured,
	    strlen(result.structured));
	return error;
}

static inline bool
member_bool(const char *name)
{
	struct json_object *value = NULL;

	assert_true(json_object_object_get_ex(structured, name, &value));
	assert_true(json_object_is_type(value, json_type_boolean));
	return json_object_get_boolean(value);
}

/* A schema's "type": a word, or an array of them. */
static inline bool
type_matches(struct json_object *schema, struct json_object *value)
{
	struct json_object *type = NULL;

	assert_true(json_object_object_get_ex(schema, "type", &type));
	if (!json_object_is_type(type, json_type_array))
		return strcmp(json_object_get_string(type),
		    json_type_to_name(json_object_get_type(value))) == 0;
	for (size_t i = 0; i < json_object_array_length(type); i++)
		if (strcmp(json_object_get_string(json_object_array_get_idx(type, i)),
		    json_type_to_name(json_object_get_type(value))) == 0)
			return true;
	return false;
}

/* What outputSchema requires is there, and what it describes is of its type. */
static inline void
matches_schema(void)
{
	AUTO(json) struct json_object *json = json_parse(&fix.arena, tool_graph_user.definition,
	    strlen(tool_graph_user.definition));
	struct json_object *schema = json_object_member(json, "outputSchema");
	struct json_object *properties = json_object_member(schema, "properties");
	struct json_object *required = json_array_member(schema, "required");

	assert_true(json_object_is_type(structured, json_type_object));
	assert_true(json_object_array_length(required) > 0);
	for (size_t i = 0; i < json_object_array_length(required); i++)
		assert_true(json_has(structured,
		    json_object_get_string(json_object_array_get_idx(required, i))));
	json_object_object_foreach(properties, name, described) {
		struct json_object *value = NULL;

		if (json_object_object_get_ex(structured, name, &value) &&
		    !type_matches(described, value))
			fail_msg("%s is of another type in %s", name, result.structured);
	}
}

/* The last result is a failure of that kind, whose sentence says so and names the request. */
static inline void
failed_with(bool retryable, const char *says)
{
	assert_true(result.is_error);
	if (strstr(result.text, says) == NULL)
		fail_msg("no \"%s\" in: %s", says, result.text);
	assert_non_null(strstr(result.text, "(reference 0123456789abcdef)"));
	assert_null(strstr(result.text, SECRET));
	matches_schema();
	assert_false(member_bool("success"));
	assert_int_equal(member_bool("retryable"), retryable);
	assert_string_equal(json_string(structured, "error"), result.text);
}

#endif
