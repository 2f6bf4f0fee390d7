/* SPDX-License-Identifier: MIT */
#include "service/endpoint.h"

#include "one_endpoint.h"

static int opened, closed;

static void
a_request_reaches_its_handler(UNUSED void **state)
{
	const char *answer;

	WEB_REQUEST("a=b", "REQUEST_METHOD=POST", "REQUEST_URI=/token", "CONTENT_LENGTH=3", FORM);
	answer = serve_by(&plain);
	begins(answer, "Status: 200\r\n");
	holds(answer, "\r\nCache-Control: no-store\r\n");
	holds(answer, "\r\nAccess-Control-Allow-Origin: *\r\n");
	holds(answer, "\r\n\r\nfine");
	assert_int_equal(handled, 1);
}

static void
another_path_is_not_found(UNUSED void **state)
{
	static const char *const paths[] = { "/", "/token/", "/tokens", "/TOKEN", "/x/token",
	    "//token",
	    "/%74oken" };

	for (size_t i = 0; i < COUNT(paths); i++) {
		WEB_REQUEST("", "REQUEST_METHOD=POST", FORM,
		    arena_printf(&fix.arena, "REQUEST_URI=%s", paths[i]));
		begins(serve_by(&plain), "Status: 404\r\n");
	}
	assert_int_equal(handled, 0);
}

static void
rfc9110_s15_5_6_another_method_is_told_which_are_allowed(UNUSED void **state)
{
	static const char *const methods[] = { "GET", "PUT", "DELETE", "post", "POST,", "OPTION",
	    "TRACE" };

	for (size_t i = 0; i < COUNT(methods); i++) {
		WEB_REQUEST("", "REQUEST_URI=/token", FORM,
		    arena_printf(&fix.arena, "REQUEST_METHOD=%s", methods[i]));
		begins(serve_by(&plain), "Status: 405\r\n");
		holds(web.answer, "\r\nAllow: POST, OPTIONS\r\n");
	}
	assert_int_equal(handled, 0);
}

static void
another_media_type_is_refused(UNUSED void **state)
{
	static const char *const types[] = { "", "application/json", "multipart/form-data",
	    "text/plain",
	    "application/x-www-form-urlencodedx" };

	for (size_t i = 0; i < COUNT(types); i++) {
		WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token",
		    arena_printf(&fix.arena, "CONTENT_TYPE=%s", types[i]));
		begins(serve_by(&plain), "Status: 415\r\n");
	}
	assert_int_equal(handled, 0);
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM "; charset=UTF-8");
	begins(serve_by(&plain), "Status: 200\r\n");
}

static void
a_zero_byte_in_a_form_is_refused(UNUSED void **state)
{
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", "CONTENT_LENGTH=7", FORM);
	web.body = "a=b\0c=d";
	web.len = 7;
	begins(serve_by(&plain), "Status: 400\r\n");
	assert_int_equal(handled, 0);
}

static void
fetch_s3_2_2_a_preflight_is_answered_without_the_handler(UNUSED void **state)
{
	const char *answer;

	WEB_REQUEST("", "REQUEST_METHOD=OPTIONS", "REQUEST_URI=/token",
	    "HTTP_ORIGIN=https://a.example",
	    "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST");
	answer = serve_by(&plain);
	begins(answer, "Status: 204\r\n");
	holds(answer, "\r\nAccess-Control-Allow-Origin: *\r\n");
	holds(answer, "\r\nAccess-Control-Allow-Methods: POST, OPTIONS\r\n");
	holds(answer, "\r\nAccess-Control-Allow-Headers: authorization, content-type, "
	    "mcp-protocol-version\r\n");
	assert_null(strstr(answer, "Allow-Credentials"));
	assert_int_equal(handled, 0);
}

static void
without_cors_no_other_origin_is_let_in(UNUSED void **state)
{
	struct endpoint closed_one = plain;

	closed_one.cors = false;
	closed_one.methods = "POST";
	WEB_REQUEST("", "REQUEST_METHOD=OPTIONS", "REQUEST_URI=/token",
	    "HTTP_ORIGIN=https://a.example");
	begins(serve_by(&closed_one), "Status: 405\r\n");
	assert_null(strstr(web.answer, "Access-Control"));
}

static void *
open_fake(const struct config *config UNUSED, const char **why UNUSED)
{
	opened++;
	return &opened;
}

static void *
open_broken(const struct config *config UNUSED, const char **why)
{
	*why = "the reason";
	return NULL;
}

static void
close_fake(void *fake)
{
	closed += fake == &opened;
}

static const struct service fake = { "fake", offsetof(struct request, store), open_fake,
    close_fake, false };
static const struct service broken = { "broken", offsetof(struct request, keys), open_broken,
    close_fake, false };

static void
needs_open_at_the_first_request_and_close_once(UNUSED void **state)
{
	struct endpoint e = plain;
	struct request worker = { .arena = &small, .config = &fix.config };

	e.needs[0] = &fake;
	WEB_REQUEST("", "REQUEST_METHOD=GET", "REQUEST_URI=/token");
	endpoint_serve(&e, &worker, &web.io);
	assert_int_equal(opened, 0);	/* a refused method needs nothing */
	for (int i = 0; i < 2; i++) {
		WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
		endpoint_serve(&e, &worker, &web.io);
	}
	assert_int_equal(opened, 1);
	assert_int_equal(handled, 2);
	assert_ptr_equal(worker.store, &opened);
	assert_null(worker.keys);
	endpoint_close(&e, &worker);
	assert_int_equal(closed, 1);
	assert_null(worker.store);
	arena_init(&small, 4096);	/* close_worker frees it again */
}

static void
a_need_that_does_not_open_is_a_server_error(UNUSED void **state)
{
	struct endpoint e = plain;

	e.needs[0] = &broken;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	begins(serve_by(&e), "Status: 500\r\n");
	assert_null(strstr(web.answer, "the reason"));
	assert_int_equal(handled, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORKED(a_request_reaches_its_handler),
		WORKED(another_path_is_not_found),
		WORKED(rfc9110_s15_5_6_another_method_is_told_which_are_allowed),
		WORKED(another_media_type_is_refused),
		WORKED(a_zero_byte_in_a_form_is_refused),
		WORKED(fetch_s3_2_2_a_preflight_is_answered_without_the_handler),
		WORKED(without_cors_no_other_origin_is_let_in),
		WORKED(needs_open_at_the_first_request_and_close_once),
		WORKED(a_need_that_does_not_open_is_a_server_error),
	};

	return RUN(tests, NULL, NULL);
}
