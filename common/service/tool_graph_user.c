/* SPDX-License-Identifier: MIT */
/* get_graph_user_details: the signed-in person's own profile, as Microsoft Graph tells it to them. */
#include "protocol/json.h"
#include "service/graph_person.h"
#include "service/person.h"
#include "service/reauthentication.h"
#include "service/tool.h"

#define RETRY_STANDARD	60	/* seconds, where nobody said when to try again */

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

static enum oauth_error
entra_failed(struct request *rq, enum entra_outcome outcome, struct tool_result *out)
{
	switch (outcome) {
	case ENTRA_INTERACTION:
		return tool_failed(rq, false, "The user's organisation asks for one more step (for example "
		    "multi-factor sign-in or an administrator's consent) before Microsoft Graph may be "
		    "used. Ask the user to disconnect this server in their client and to connect it "
		    "again; if that does not help, their administrator must allow it.", out);
	case ENTRA_REFUSED:
		return tool_failed(rq, false, "Microsoft Entra ID does not let this server act for the user any "
		    "more. Ask the user to disconnect this server in their client and to connect it "
		    "again.", out);
	case ENTRA_UNAVAILABLE:
		return tool_failed(rq, true, arena_printf(rq->arena, "Microsoft Entra ID does not answer just now. "
		    "Nothing was changed; try again in %lld seconds.", (long long)(rq->failure.retry_after > 0 ?
		    rq->failure.retry_after : RETRY_STANDARD)), out);
	default:
		return tool_failed(rq, false, "This server is not set up correctly for Microsoft Graph. Trying "
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
		return tool_failed(rq, false, "Microsoft Graph does not allow the user to read this. Trying "
		    "again will not help; an administrator may grant the permission User.Read.", out);
	case GRAPH_REFUSED:
		return tool_failed(rq, false, "Microsoft Graph refuses this server's question. Trying again will "
		    "not help; its administrator must look at its log.", out);
	case GRAPH_NOT_FOUND:
		return tool_failed(rq, false, "Microsoft Graph knows no profile of this user.", out);
	case GRAPH_THROTTLED:
		return tool_failed(rq, true, arena_printf(rq->arena, "Microsoft Graph is asked too often. Try "
		    "again in %lld seconds.", (long long)(retry_after > 0 ? retry_after : RETRY_STANDARD)), out);
	default:
		return tool_failed(rq, true, arena_printf(rq->arena, "Microsoft Graph does not answer properly just "
		    "now. Nothing was changed; try again in %lld seconds.", (long long)(retry_after > 0 ?
		    retry_after : RETRY_STANDARD)), out);
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

/* What Entra or Graph demands of the person is asked of them, if that can help. */
static enum oauth_error
demanded(struct request *rq, const struct access *access, const char *claims,
    struct tool_result *out)
{
	if (claims != NULL)
		TRY(reauthentication_demand(rq, &access->session, claims));
	return entra_failed(rq, ENTRA_INTERACTION, out);
}

static enum oauth_error
read_profile(struct request *rq, struct person *person, struct tool_result *out)
{
	struct graph_person p = {
		.session = &person->access->session, .key = &person->key, .entra_token = person->entra_token,
	};
	bool got = graph_person_call(rq, &p, "/v1.0/me", NULL), renewed;

	if (!got && p.entra == ENTRA_REFUSED) {
		TRY(person_renew(rq, person, &renewed));
		p.entra_token = person->entra_token;
		got = renewed && graph_person_call(rq, &p, "/v1.0/me", NULL);
	}
	if (!got)
		return p.claims != NULL ? demanded(rq, person->access, p.claims, out) :
		    p.entra != ENTRA_GRANTED ? entra_failed(rq, p.entra, out) :
		    graph_failed(rq, p.graph, p.reply.retry_after, out);
	(void)succeeded(rq, p.reply.json, out);
	json_auto(&p.reply.json);
	return OAUTH_OK;
}

static enum oauth_error
call(struct request *rq, const struct access *access, struct json_object *arguments,
    struct tool_result *out)
{
	struct person person;
	enum oauth_error error;

	if (arguments != NULL && json_object_object_length(arguments) > 0)
		return tool_failed(rq, false, "This tool takes no arguments.", out);
	error = person_open(rq, access, true, &person);
	if (error == TEMPORARILY_UNAVAILABLE)
		return entra_failed(rq, ENTRA_UNAVAILABLE, out);
	if (error == SERVER_ERROR)
		return entra_failed(rq, ENTRA_MISCONFIGURED, out);
	TRY(error);
	return read_profile(rq, &person, out);
}
