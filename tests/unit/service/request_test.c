/* SPDX-License-Identifier: MIT */
#include "service/request.h"

#include "fake_io.h"

#define POST	"REQUEST_METHOD=POST", "REQUEST_URI=/token"
#define MOST	4096	/* body_max of these tests */

static const char *
text_of(size_t n)
{
	char *text = arena_alloc(&fix.arena, n + 1);

	memset(text, 'x', n);
	return text;
}

static const char *
length(size_t n)
{
	return arena_printf(&fix.arena, "CONTENT_LENGTH=%zu", n);
}

static enum oauth_error
read_it(void)
{
	fix.config.limits.body_max = MOST;
	return request_read(&fix.rq, "/token");
}

static void
rfc3875_s4_2_cgi_reads_what_content_length_says(UNUSED void **state)
{
	WEB_REQUEST("code=abc&more", POST, "CONTENT_LENGTH=8");
	assert_int_equal(read_it(), OAUTH_OK);
	assert_string_equal(fix.rq.body, "code=abc");
	assert_int_equal(fix.rq.body_len, 8);
	assert_int_equal(web.at, 8);
}

static void
rfc3875_s4_2_cgi_reads_nothing_without_a_length(UNUSED void **state)
{
	WEB_REQUEST("unread", POST);
	assert_int_equal(read_it(), OAUTH_OK);
	assert_string_equal(fix.rq.body, "");
	assert_int_equal(web.at, 0);
	WEB_REQUEST("unread", POST, "CONTENT_LENGTH=0");
	assert_int_equal(read_it(), OAUTH_OK);
	assert_int_equal(web.at, 0);
	WEB_REQUEST("unread", POST, "CONTENT_LENGTH=");
	assert_int_equal(read_it(), OAUTH_OK);
	assert_int_equal(web.at, 0);
}

static void
a_chunked_body_is_read_to_its_end(UNUSED void **state)
{
	WEB_REQUEST("code=abc", POST, "HTTP_TRANSFER_ENCODING=chunked");
	assert_int_equal(read_it(), OAUTH_OK);
	assert_string_equal(fix.rq.body, "code=abc");
	WEB_REQUEST(text_of(MOST + 1), POST, "HTTP_TRANSFER_ENCODING=chunked");
	assert_int_equal(read_it(), CONTENT_TOO_LARGE);
	assert_true(web.ended);
}

static void
fastcgi_reads_the_stream_to_its_end(UNUSED void **state)
{
	WEB_REQUEST("code=abc", POST);
	web.io.fcgx = &web.fcgx;
	assert_int_equal(read_it(), OAUTH_OK);
	assert_string_equal(fix.rq.body, "code=abc");
	WEB_REQUEST(text_of(MOST + 1), POST);
	web.io.fcgx = &web.fcgx;
	assert_int_equal(read_it(), CONTENT_TOO_LARGE);
	assert_int_equal(web.at, MOST + 1);
}

static void
a_body_comes_in_pieces(UNUSED void **state)
{
	WEB_REQUEST("code=abc", POST, "CONTENT_LENGTH=8");
	web.step = 1;
	assert_int_equal(read_it(), OAUTH_OK);
	assert_string_equal(fix.rq.body, "code=abc");
}

static void
the_largest_body_is_read_and_one_byte_more_is_too_large(UNUSED void **state)
{
	WEB_REQUEST(text_of(MOST), POST, length(MOST));
	assert_int_equal(read_it(), OAUTH_OK);
	assert_int_equal(fix.rq.body_len, MOST);
	assert_false(web.ended);
	WEB_REQUEST(text_of(MOST + 1), POST, length(MOST + 1));
	assert_int_equal(read_it(), CONTENT_TOO_LARGE);
	assert_string_equal(fix.rq.body, "");
	assert_int_equal(web.at, MOST + 1);	/* read and dropped, so that the answer arrives */
	assert_true(web.ended);
}

static void
an_endless_body_is_not_read_for_ever(UNUSED void **state)
{
	size_t n = (size_t)2 * 1024 * 1024;

	WEB_REQUEST(text_of(n), POST, length(n));
	assert_int_equal(read_it(), CONTENT_TOO_LARGE);
	assert_true(web.at < n / 2);
	assert_true(web.ended);
}

static void
a_body_shorter_than_announced_is_refused(UNUSED void **state)
{
	WEB_REQUEST("code=ab", POST, "CONTENT_LENGTH=8");
	assert_int_equal(read_it(), INVALID_REQUEST);
	assert_string_equal(fix.rq.body, "");
	WEB_REQUEST("code=ab", POST, "CONTENT_LENGTH=8");
	web.io.fcgx = &web.fcgx;
	assert_int_equal(read_it(), INVALID_REQUEST);
}

static void
a_connection_that_breaks_is_refused(UNUSED void **state)
{
	WEB_REQUEST("code=ab", POST, "CONTENT_LENGTH=8");
	web.breaks = true;
	assert_int_equal(read_it(), INVALID_REQUEST);
	assert_string_equal(fix.rq.failure.description, "the body could not be read");
}

static void
a_malformed_length_is_refused(UNUSED void **state)
{
	static const char *const bad[] = { "-1", "+8", "8 ", " 8", "0x8", "8,8", "8.0", "x",
	    "9223372036854775808", "18446744073709551624" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		WEB_REQUEST("code=abc", POST, arena_printf(&fix.arena, "CONTENT_LENGTH=%s",
		    bad[i]));
		assert_int_equal(read_it(), INVALID_REQUEST);
		assert_int_equal(web.at, 0);
	}
	WEB_REQUEST("code=abc", POST, "CONTENT_LENGTH=9223372036854775807");
	assert_int_equal(read_it(), CONTENT_TOO_LARGE);
}

static const char *
sent(struct response *rs)
{
	assert_true(response_send(&fix.rq, rs));
	return web.answer;
}

static void
rfc3875_s6_2_an_answer_begins_with_its_status(UNUSED void **state)
{
	struct response rs = response_new(&fix.arena);

	WEB_REQUEST("", POST);
	assert_int_equal(read_it(), OAUTH_OK);
	rs.status = 400;
	rs.content_type = "application/json";
	buf_lit(&rs.body, "{}");
	assert_string_equal(sent(&rs), "Status: 400\r\nContent-Type: application/json\r\n"
	    "X-Content-Type-Options: nosniff\r\nContent-Length: 2\r\nCache-Control: "
	    "no-store\r\n\r\n{}");
}

static void
no_redirect_is_stored_whatever_its_location_says(UNUSED void **state)
{
	struct response rs = response_new(&fix.arena);

	WEB_REQUEST("", "REQUEST_METHOD=GET", "REQUEST_URI=/a");
	assert_int_equal(read_it(), OAUTH_OK);
	response_redirect(&fix.rq, &rs, "https://client.example/cb?Cache-Control:");
	assert_string_equal(sent(&rs), "Status: 302\r\nContent-Length: 0\r\nCache-Control: no-store\r\n"
	    "Location: https://client.example/cb?Cache-Control:\r\n\r\n");
}

static void
rfc9110_s9_3_2_head_has_length_and_no_body(UNUSED void **state)
{
	struct response rs = response_new(&fix.arena);

	WEB_REQUEST("", "REQUEST_METHOD=HEAD", "REQUEST_URI=/a");
	assert_int_equal(read_it(), OAUTH_OK);
	rs.content_type = "text/plain";
	buf_lit(&rs.body, "12345");
	assert_non_null(strstr(sent(&rs), "Content-Length: 5\r\n"));
	assert_string_equal(strstr(web.answer, "\r\n\r\n"), "\r\n\r\n");
}

static void
rfc9110_s15_3_5_no_content_has_no_length(UNUSED void **state)
{
	struct response rs = response_new(&fix.arena);

	WEB_REQUEST("", POST);
	assert_int_equal(read_it(), OAUTH_OK);
	rs.status = 204;
	assert_string_equal(sent(&rs), "Status: 204\r\nCache-Control: no-store\r\n\r\n");
}

static void
rfc9110_s15_4_redirects_are_303_after_post_and_302_after_get(UNUSED void **state)
{
	struct response rs = response_new(&fix.arena);

	WEB_REQUEST("", POST);
	assert_int_equal(read_it(), OAUTH_OK);
	response_redirect(&fix.rq, &rs, "https://a.example/");
	assert_int_equal(rs.status, 303);
	fix.rq.method = "GET";
	response_redirect(&fix.rq, &rs, "https://a.example/");
	assert_int_equal(rs.status, 302);
	assert_non_null(strstr(buf_text(&rs.headers), "Location: https://a.example/\r\n"));
}

static void
a_header_value_with_a_line_end_spoils_the_answer(UNUSED void **state)
{
	struct response rs = response_new(&fix.arena);

	response_header(&rs, "Location", "https://a.example/\r\nSet-Cookie: a=b");
	assert_null(buf_text(&rs.headers));
}

static void
a_peer_that_is_gone_is_told(UNUSED void **state)
{
	struct response rs = response_new(&fix.arena);

	WEB_REQUEST("", POST);
	assert_int_equal(read_it(), OAUTH_OK);
	web.gone = true;
	assert_false(response_send(&fix.rq, &rs));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(rfc3875_s4_2_cgi_reads_what_content_length_says),
		CASE(rfc3875_s4_2_cgi_reads_nothing_without_a_length),
		CASE(a_chunked_body_is_read_to_its_end),
		CASE(fastcgi_reads_the_stream_to_its_end),
		CASE(a_body_comes_in_pieces),
		CASE(the_largest_body_is_read_and_one_byte_more_is_too_large),
		CASE(an_endless_body_is_not_read_for_ever),
		CASE(a_body_shorter_than_announced_is_refused),
		CASE(a_connection_that_breaks_is_refused),
		CASE(a_malformed_length_is_refused),
		CASE(rfc3875_s6_2_an_answer_begins_with_its_status),
		CASE(no_redirect_is_stored_whatever_its_location_says),
		CASE(rfc9110_s9_3_2_head_has_length_and_no_body),
		CASE(rfc9110_s15_3_5_no_content_has_no_length),
		CASE(rfc9110_s15_4_redirects_are_303_after_post_and_302_after_get),
		CASE(a_header_value_with_a_line_end_spoils_the_answer),
		CASE(a_peer_that_is_gone_is_told),
	};

	return RUN(tests, NULL, NULL);
}
