/* SPDX-License-Identifier: MIT */
/* How a failure is answered, to a program and to a person, and what no answer may do. */
#include "service/endpoint.h"

#include "one_endpoint.h"

static enum oauth_error
refuse_it(struct request *rq, struct response *rs)
{
	buf_lit(&rs->body, "half an answer");
	return fail_because(&rq->failure, INVALID_GRANT, "the \"code\" <b>is</b> used",
	    "for the log");
}

static void
rfc6749_s5_2_a_failure_is_json_with_its_status(UNUSED void **state)
{
	struct endpoint e = plain;
	const char *answer;

	e.handle = refuse_it;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	answer = serve_by(&e);
	begins(answer, "Status: 400\r\nContent-Type: application/json\r\n");
	holds(answer, "\r\n\r\n{\"error\":\"invalid_grant\",\"error_description\":"
	    "\"the \\\"code\\\" ");
	assert_null(strstr(answer, "half an answer"));
	assert_null(strstr(answer, "for the log"));
}

static void
a_failure_for_a_person_is_a_page_with_the_reference(UNUSED void **state)
{
	struct endpoint e = plain;
	const char *answer;

	e.handle = refuse_it;
	e.refuse = refuse_page;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	answer = serve_by(&e);
	begins(answer, "Status: 400\r\nContent-Type: text/html; charset=utf-8\r\n");
	holds(answer, "\r\nContent-Security-Policy: ");
	holds(answer, "\r\nReferrer-Policy: same-origin\r\n");
	holds(answer, "&lt;b&gt;is&lt;/b&gt;");
	assert_null(strstr(answer, "<b>is"));
	assert_null(strstr(answer, "for the log"));
}

static enum oauth_error
refuse_a_person(struct request *rq, struct response *rs UNUSED)
{
	return fail_because(&rq->failure, INVALID_REQUEST, page_text(TEXT_WHY_USED), NULL);
}

/* A sentence for people comes first; what is for programs, last, and marked as English. */
static void
a_person_reads_what_is_for_people(UNUSED void **state)
{
	struct endpoint e = plain;

	e.refuse = refuse_page;
	e.handle = refuse_a_person;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	holds(serve_by(&e), "</h1>\n<p>This sign-in has been used already.</p>");
	assert_null(strstr(web.answer, "lang=\"en\">This"));
	e.handle = refuse_it;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	holds(serve_by(&e), "<span lang=\"en\">the &quot;code&quot; ");
	assert_null(strstr(web.answer, "<p>the &quot;"));
}

static enum oauth_error
refuse_again(struct request *rq, struct response *rs UNUSED)
{
	enum oauth_error error = fail_because(&rq->failure, FORBIDDEN, page_text(TEXT_WHY_OLD_FORM), NULL);

	rq->failure.again = "/a/account";
	return error;
}

static enum oauth_error
refuse_for_good(struct request *rq, struct response *rs UNUSED)
{
	enum oauth_error error = fail_because(&rq->failure, SERVER_ERROR, page_text(TEXT_WHY_NOT_READY), NULL);

	rq->failure.again = "/a/account";
	return error;
}

static void
whoever_may_begin_anew_is_led_there(UNUSED void **state)
{
	struct endpoint e = plain;

	e.refuse = refuse_page;
	e.handle = refuse_again;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	holds(serve_by(&e), "<h1>This did not work</h1>");
	holds(web.answer, "<a href=\"/a/account\">");
	e.handle = refuse_for_good;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	holds(serve_by(&e), "<h1>Something went wrong on our side</h1>");
	assert_null(strstr(web.answer, "<a href"));
}

static void
say(const struct request *rq, struct response *rs)
{
	refuse_page_saying(rq, rs, (struct error_page){ .title = "Not <so>", .next = "Do that." });
}

static void
a_program_s_own_heading_and_advice_stand_on_its_page(UNUSED void **state)
{
	struct endpoint e = plain;
	const char *answer;

	e.handle = refuse_it;
	e.refuse = say;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	answer = serve_by(&e);
	holds(answer, "<h1>Not &lt;so&gt;</h1>");
	holds(answer, "<p>Do that.</p>");
	holds(answer, "&lt;b&gt;is&lt;/b&gt;");
	holds(answer, "frame-ancestors 'none'");
}

static enum oauth_error
is_busy(struct request *rq, struct response *rs UNUSED)
{
	return fail_unavailable(&rq->failure, "Entra is busy", NULL, 17);
}

static enum oauth_error
is_out(struct request *rq, struct response *rs UNUSED)
{
	return (fail)(&rq->failure, TEMPORARILY_UNAVAILABLE, "Entra is out");
}

/* Only a 503 has it, whatever an earlier failure left. */
static enum oauth_error
was_busy(struct request *rq, struct response *rs UNUSED)
{
	rq->failure = (struct failure){ .error = INVALID_GRANT, .retry_after = 17 };
	return INVALID_GRANT;
}

static void
rfc9110_s10_2_3_an_outage_says_when_to_come_again(UNUSED void **state)
{
	struct endpoint e = plain;

	e.handle = is_busy;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	begins(serve_by(&e), "Status: 503\r\n");
	holds(web.answer, "\r\nRetry-After: 17\r\n");
	e.handle = is_out;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	begins(serve_by(&e), "Status: 503\r\n");
	holds(web.answer, "\r\nRetry-After: 5\r\n");
	e.handle = was_busy;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	begins(serve_by(&e), "Status: 400\r\n");
	assert_null(strstr(web.answer, "Retry-After"));
}

static enum oauth_error
admit_nobody(struct request *rq)
{
	return fail_too_many(&rq->failure, "too many; come again in 17 s", NULL, 17);
}

static void
rfc6585_s4_who_is_not_admitted_is_told_when_to_come_again(UNUSED void **state)
{
	struct endpoint e = plain;

	e.admit = admit_nobody;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	begins(serve_by(&e), "Status: 429\r\n");
	assert_int_equal(handled, 0);
	holds(web.answer, "\r\nRetry-After: 17\r\n");
	holds(web.answer, "\r\nAccess-Control-Expose-Headers: Retry-After\r\n");
	holds(web.answer, "{\"error\":\"temporarily_unavailable\"");
	e.refuse = refuse_page;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	begins(serve_by(&e), "Status: 429\r\n");
	holds(web.answer, "load this page again");
	WEB_REQUEST("", "REQUEST_METHOD=OPTIONS", "REQUEST_URI=/token");
	begins(serve_by(&e), "Status: 204\r\n");
}

static enum oauth_error
use_too_much(struct request *rq, struct response *rs)
{
	(void)arena_alloc(rq->arena, (size_t)2 * 1024 * 1024);
	return handle(rq, rs);
}

static enum oauth_error
inject(struct request *rq, struct response *rs)
{
	response_header(rs, "Location", "https://a.example/\r\nSet-Cookie: a=b");
	return handle(rq, rs);
}

static void
an_exhausted_arena_fails_the_request_and_not_the_worker(UNUSED void **state)
{
	struct endpoint e = plain;

	e.handle = use_too_much;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	begins(serve_by(&e), "Status: 500\r\n");
	holds(web.answer, "\"error\":\"server_error\"");
	assert_null(strstr(web.answer, "fine"));
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	begins(serve_by(&plain), "Status: 200\r\n");
}

static void
a_header_that_cannot_be_sent_fails_the_request(UNUSED void **state)
{
	struct endpoint e = plain;

	e.handle = inject;
	WEB_REQUEST("", "REQUEST_METHOD=POST", "REQUEST_URI=/token", FORM);
	begins(serve_by(&e), "Status: 500\r\n");
	assert_null(strstr(web.answer, "Set-Cookie"));
	assert_null(strstr(web.answer, "Location"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WORKED(rfc6749_s5_2_a_failure_is_json_with_its_status),
		WORKED(a_failure_for_a_person_is_a_page_with_the_reference),
		WORKED(a_person_reads_what_is_for_people),
		WORKED(whoever_may_begin_anew_is_led_there),
		WORKED(a_program_s_own_heading_and_advice_stand_on_its_page),
		WORKED(rfc9110_s10_2_3_an_outage_says_when_to_come_again),
		WORKED(rfc6585_s4_who_is_not_admitted_is_told_when_to_come_again),
		WORKED(an_exhausted_arena_fails_the_request_and_not_the_worker),
		WORKED(a_header_that_cannot_be_sent_fails_the_request),
	};

	return RUN(tests, NULL, NULL);
}
