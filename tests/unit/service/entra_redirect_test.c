/* SPDX-License-Identifier: MIT */
#include "service/entra_redirect.h"

#include "protocol/entra_claims.h"
#include "protocol/form.h"
#include "protocol/pkce.h"

#include "fake_io.h"

#define ENDPOINT	"https://login.example/" TENANT "/oauth2/v2.0/authorize"
#define DEMAND		"{\"access_token\":{\"acrs\":{\"value\":\"c1\"}}}"

static struct response rs;
static struct entra_round way;
static const uint8_t id_hash[32];

static const char *
headers(void)
{
	assert_non_null(buf_text(&rs.headers));
	return buf_text(&rs.headers);
}

static const char *
location(void)
{
	const char *p = strstr(headers(), "Location: ");

	assert_non_null(p);
	p += sizeof "Location: " - 1;
	return arena_copy(&fix.arena, p, strcspn(p, "\r"));
}

/* Sends the browser that posted our page on. */
static void
visit(const struct entra_visit *v)
{
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/consent");
	fix.rq.method = "POST";
	rs = response_new(&fix.arena);
	way = (struct entra_round){
		.state = opaque_token_new(&fix.arena), .cookie = opaque_token_new(&fix.arena),
		.nonce = "the-nonce", .code_verifier = "the-verifier-of-forty-three-characters-or-so",
	};
	entra_redirect(&fix.rq, &rs, id_hash, &way, v);
}

/* The one value of that name in the query, NULL when it is not there. */
static const char *
sent(const char *name)
{
	const char *cursor = strchr(location(), '?'), *n, *v, *value = NULL;

	assert_non_null(cursor);
	cursor++;
	while (form_next(&fix.arena, &cursor, &n, &v) == FORM_PAIR)
		if (strcmp(n, name) == 0) {
			assert_null(value);
			value = v;
		}
	return value;
}

static void
oidc_core_s3_1_2_1_the_request_has_all_that_entra_needs(UNUSED void **state)
{
	visit(&(struct entra_visit){ .endpoint = ENDPOINT });
	assert_int_equal(rs.status, 303);
	assert_int_equal(strncmp(location(), ENDPOINT "?", sizeof ENDPOINT), 0);
	assert_string_equal(sent("client_id"), OUR_APP);
	assert_string_equal(sent("response_type"), "code");
	assert_string_equal(sent("response_mode"), "query");
	assert_string_equal(sent("redirect_uri"), ISSUER "/oauth-callback");
	assert_string_equal(sent("scope"), "openid profile offline_access " OUR_APP "/.default");
	assert_string_equal(sent("state"), way.state.text);
	assert_string_equal(sent("nonce"), "the-nonce");
	assert_string_equal(sent("code_challenge"), pkce_challenge(&fix.arena, way.code_verifier));
	assert_string_equal(sent("code_challenge_method"), "S256");
	assert_null(strstr(headers(), way.code_verifier));
}

static void
what_is_not_asked_for_is_not_sent(UNUSED void **state)
{
	visit(&(struct entra_visit){ .endpoint = ENDPOINT });
	assert_null(sent("prompt"));
	assert_null(sent("login_hint"));
	assert_null(sent("claims"));
	visit(&(struct entra_visit){ .endpoint = ENDPOINT, .prompt = "select_account",
	    .login_hint = "alice+x@contoso.example&a=b", .claims = DEMAND });
	assert_string_equal(sent("prompt"), "select_account");
	assert_string_equal(sent("login_hint"), "alice+x@contoso.example&a=b");
	assert_string_equal(sent("claims"), DEMAND);
	assert_null(sent("a"));
}

static void
the_capability_is_declared_with_and_without_a_demand(UNUSED void **state)
{
	fix.config.entra.cp1 = true;
	visit(&(struct entra_visit){ .endpoint = ENDPOINT });
	assert_string_equal(sent("claims"), "{\"access_token\":{\"xms_cc\":{\"values\":[\"cp1\"]}}}");
	visit(&(struct entra_visit){ .endpoint = ENDPOINT, .claims = DEMAND });
	assert_string_equal(sent("claims"), entra_claims_parameter(&fix.arena, DEMAND, true));
}

static void
the_browser_is_bound_to_the_transaction_by_a_cookie(UNUSED void **state)
{
	const char *cookie;

	visit(&(struct entra_visit){ .endpoint = ENDPOINT });
	cookie = strstr(headers(), "Set-Cookie: __Host-sallyport-");
	assert_non_null(cookie);
	assert_non_null(strstr(cookie, way.cookie.text));
	assert_null(strstr(location(), way.cookie.text));
}

static void
an_endpoint_with_a_query_keeps_it(UNUSED void **state)
{
	visit(&(struct entra_visit){ .endpoint = ENDPOINT "?p=x" });
	assert_string_equal(sent("p"), "x");
	assert_string_equal(sent("client_id"), OUR_APP);
}

/* Of characters that all must be written as three. */
static void
the_longest_demand_fits(UNUSED void **state)
{
	char *text = arena_alloc(&fix.arena, ENTRA_CLAIMS_MAX + 1);
	const char *demand;

	memset(text, '{', ENTRA_CLAIMS_MAX);
	memcpy(text, "{\"access_token\":{\"", 18);
	memcpy(text + ENTRA_CLAIMS_MAX - 6, "\":{}}}", 6);
	demand = entra_claims_read(&fix.arena, text);
	assert_non_null(demand);
	fix.config.entra.cp1 = true;
	visit(&(struct entra_visit){ .endpoint = ENDPOINT, .claims = demand,
	    .login_hint = "a.name.of.reasonable.length@a-tenant-of-reasonable-length.onmicrosoft.example" });
	assert_string_equal(sent("claims"), entra_claims_parameter(&fix.arena, demand, true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(oidc_core_s3_1_2_1_the_request_has_all_that_entra_needs),
		CASE(what_is_not_asked_for_is_not_sent),
		CASE(the_capability_is_declared_with_and_without_a_demand),
		CASE(the_browser_is_bound_to_the_transaction_by_a_cookie),
		CASE(an_endpoint_with_a_query_keeps_it),
		CASE(the_longest_demand_fits),
	};

	return RUN(tests, NULL, NULL);
}
