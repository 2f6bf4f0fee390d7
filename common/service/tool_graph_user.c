/* SPDX-License-Identifier: MIT */
/* get_graph_user_details: the signed-in person's own profile, as Microsoft Graph tells it to them. */
#include "protocol/json.h"
#include "service/entra_session.h"
#include "service/graph.h"
#include "service/on_behalf_of.h"
#include "service/tool.h"

static enum oauth_error	call(struct request *, const struct access *, struct json_object *,
			    struct tool_result *);

#define TEXT(name)	"\"" name "\":{\"type\":[\"string\",\"null\"]}"

const struct tool tool_graph_user = {
	.name = "get_graph_user_details",
	.definition = "{\"name\":\"get_graph_user_details\",\"title\":\"My Microsoft 365 profile\","
	    "\"description\":\"Gets the signed-in user's own profile from Microsoft Graph: name, mail "
	    "address, job title, office, phone numbers and language. Takes no arguments.\","
	    "\"inputSchema\":{\"type\":\"object\",\"additionalProperties\":false},"
	    "\"outputSchema\":{\"type\":\"object\",\"properties\":{"
	    "\"success\":{\"type\":\"boolean\",\"description\":\"Whether the profile was read\"},"
	    "\"error\":{\"type\":\"string\",\"description\":\"What went wrong and what to do; only "
	    "without success\"},\"retryable\":{\"type\":\"boolean\",\"description\":\"Whether the same "
	    "call may succeed later\"}," TEXT("id") "," TEXT("displayName") "," TEXT("givenName") ","
	    TEXT("surname") "," TEXT("userPrincipalName") "," TEXT("mail") "," TEXT("jobTitle") ","
	    TEXT("officeLocation") "," TEXT("mobilePhone") "," TEXT("preferredLanguage") ","
	    "\"businessPhones\":{\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"string\"}}},"
	    "\"required\":[\"success\"]},"
	    "\"annotations\":{\"title\":\"My Microsoft 365 profile\",\"readOnlyHint\":true,"
	    "\"destructiveHint\":false,\"idempotentHint\":true,\"openWorldHint\":true}}",
	.call = call,
};

/* The sentence is for a model and the person behind it; the reference leads to our log. */
static enum oauth_error
failed(struct request *rq, bool retryable, const char *sentence, struct tool_result *out)
{
	struct buf b = buf_new(rq->arena, 4096);

	out->is_error = true;
	out->text = arena_printf(rq->arena, "%s (reference %s)", sentence, rq->id);
	buf_lit(&b, "{\"success\":false,\"error\":");
	buf_json(&b, out->text);
	buf_lit(&b, retryable ? ",\"retryable\":true}" : ",\"retryable\":false}");
	out->structured = buf_text(&b);
	return OAUTH_OK;
}

static enum oauth_error
entra_failed(struct request *rq, enum entra_outcome outcome, struct tool_result *out)
{
	switch (outcome) {
	case ENTRA_INTERACTION:
		return failed(rq, false, "The user's organisation asks for one more step (for example "
		    "multi-factor sign-in or an administrator's consent) before Microsoft Graph may be "
		    "used. Ask the user to disconnect this server in their client and to connect it "
		    "again; if that does not help, their administrator must allow it.", out);
	case ENTRA_REFUSED:
		return failed(rq, false, "Microsoft Entra ID does not let this server act for the user any "
		    "more. Ask the user to disconnect this server in their client and to connect it "
		    "again.", out);
	case ENTRA_UNAVAILABLE:
		return failed(rq, true, "Microsoft Entra ID does not answer just now. Nothing was changed; "
		    "try again in a minute.", out);
	default:
		return failed(rq, false, "This server is not set up correctly for Microsoft Graph. Trying "
		    "again will not help; its administrator must look at its log.", out);
	}
}

static enum oauth_error
graph_failed(struct request *rq, enum graph_outcome outcome, int64_t retry_after,
    struct tool_result *out)
{
	switch (outcome) {
	case GRAPH_UNAUTHORIZED:
		return entra_failed(rq, ENTRA_INTERACTION, out);
	case GRAPH_FORBIDDEN:
		return failed(rq, false, "Microsoft Graph does not allow the user to read this. Trying "
		    "again will not help; an administrator may grant the permission User.Read.", out);
	case GRAPH_NOT_FOUND:
		return failed(rq, false, "Microsoft Graph knows no profile of this user.", out);
	case GRAPH_THROTTLED:
		return failed(rq, true, arena_printf(rq->arena, "Microsoft Graph is asked too often. Try "
		    "again in %lld seconds.", (long long)(retry_after > 0 ? retry_after : 60)), out);
	default:
		return failed(rq, true, "Microsoft Graph does not answer properly just now. Nothing was "
		    "changed; try again in a minute.", out);
	}
}

static enum oauth_error
succeeded(struct request *rq, struct json_object *user, struct tool_result *out)
{
	json_object_object_add(user, "success", json_object_new_boolean(1));
	out->structured = out->text = arena_string(rq->arena, json_object_to_json_string_ext(user,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	return OAUTH_OK;
}

/* A cached token that Graph no longer accepts is exchanged once more. */
static enum oauth_error
read_profile(struct request *rq, const struct access *access, const struct data_key *key,
    const char *entra_token, struct tool_result *out)
{
	const char *scope = arena_printf(rq->arena, "%s/.default", rq->config->entra.graph_url);
	AUTO(json) struct json_object *user = NULL;
	enum graph_outcome graph = GRAPH_UNAUTHORIZED;
	int64_t retry_after = 0;

	for (int attempt = 0; attempt < 2 && graph == GRAPH_UNAUTHORIZED; attempt++) {
		const char *graph_token;
		enum entra_outcome entra = on_behalf_of(rq, &access->session, key, entra_token, scope,
		    attempt > 0, &graph_token);

		if (entra != ENTRA_GRANTED)
			return entra_failed(rq, entra, out);
		graph = graph_me(rq, graph_token, &user, &retry_after);
	}
	return graph == GRAPH_OK ? succeeded(rq, user, out) : graph_failed(rq, graph, retry_after, out);
}

static enum oauth_error
session_over(struct request *rq, const char *reason)
{
	return fail_because(&rq->failure, INVALID_TOKEN, "the session has ended; sign in again", reason);
}

static enum oauth_error
call(struct request *rq, const struct access *access, struct json_object *arguments,
    struct tool_result *out)
{
	const char *entra_token;
	struct data_key key;
	enum entra_outcome outcome;

	if (arguments != NULL && json_object_object_length(arguments) > 0)
		return failed(rq, false, "This tool takes no arguments.", out);
	if (!access_token_unseal(rq, access, &key))
		return session_over(rq, "the stored session does not open or was tampered with");
	outcome = entra_session_token(rq, &access->session, &key, &entra_token);
	if (outcome == ENTRA_REFUSED)
		return session_over(rq, rq->failure.reason);
	if (outcome != ENTRA_GRANTED)
		return entra_failed(rq, outcome, out);
	return read_profile(rq, access, &key, entra_token, out);
}
