/* SPDX-License-Identifier: MIT */
#include "service/entra_cache.h"

#include "answering.h"

static const char *
accept_any(struct request *rq UNUSED, const struct entra_source *source UNUSED, const char *body, size_t len UNUSED)
{
	return body;
}

static const char *
accept_none(struct request *rq UNUSED, const struct entra_source *source UNUSED, const char *body UNUSED, size_t len UNUSED)
{
	return NULL;
}

static const char *document;

static enum entra_cached
ask(bool sealed, bool renew)
{
	struct entra_source source = { .name = "keys", .sealed = sealed, .accept = accept_any,
	    .url = arena_printf(&fix.arena, "%s/keys", fix.config.entra.authority_host) };

	document = NULL;
	return entra_cache_read(&fix.rq, &source, renew, &document);
}

static void
answers(const char *text)
{
	assert_int_equal(ask(true, false), ENTRA_CACHED);
	assert_string_equal(document, text);
}

static void
a_document_is_fetched_once_and_kept_for_a_day(UNUSED void **state)
{
	atomic_store(&server.body, "first");
	answers("first");
	assert_non_null(strstr(server.head, "GET /keys HTTP/1.1"));
	atomic_store(&server.body, "second");
	at(ENTRA_FRESH - 1);
	answers("first");
	assert_int_equal(atomic_load(&server.requests), 1);
	at(ENTRA_FRESH);
	answers("second");
	assert_int_equal(atomic_load(&server.requests), 2);
}

static void
the_last_known_good_serves_while_entra_is_down(UNUSED void **state)
{
	atomic_store(&server.body, "good");
	answers("good");
	at(10 * ENTRA_FRESH);
	atomic_store(&server.status, 503);
	answers("good");
	assert_int_equal(atomic_load(&server.requests), 2);
	at(10 * ENTRA_FRESH + ENTRA_RETRY - 1);
	answers("good");
	assert_int_equal(atomic_load(&server.requests), 2);
	at(10 * ENTRA_FRESH + ENTRA_RETRY);
	answers("good");
	assert_int_equal(atomic_load(&server.requests), 3);
	go_down();
	at(20 * ENTRA_FRESH);
	answers("good");
}

/* A try that was dated by a clock that ran ahead keeps nobody from the next. */
static void
a_try_of_the_future_is_none(UNUSED void **state)
{
	atomic_store(&server.body, "old");
	answers("old");
	atomic_store(&server.body, "new");
	at(ENTRA_FRESH);
	sql("UPDATE entra_cache SET tried_at = 1831536000");
	answers("new");
	answers("new");
	assert_int_equal(atomic_load(&server.requests), 2);
	assert_int_equal(sql_number("SELECT tried_at FROM entra_cache"), START + ENTRA_FRESH);
}

static void
nothing_known_and_nobody_there_is_told(UNUSED void **state)
{
	go_down();
	assert_int_equal(ask(true, false), ENTRA_NOT_TO_BE_HAD);
	assert_null(document);
	assert_non_null(strstr(fix.rq.failure.reason, "entra keys: "));
}

static void
a_cold_cache_asks_every_few_seconds_alone(UNUSED void **state)
{
	atomic_store(&server.status, 500);
	for (int i = 0; i < ENTRA_COLD_RETRY; i++) {
		at(i);
		assert_int_equal(ask(true, false), ENTRA_NOT_TO_BE_HAD);
	}
	assert_int_equal(atomic_load(&server.requests), 1);
	at(ENTRA_COLD_RETRY);
	atomic_store(&server.status, 200);
	assert_int_equal(ask(true, false), ENTRA_CACHED);
	assert_int_equal(atomic_load(&server.requests), 2);
}

static void
an_unknown_kid_renews_every_five_minutes_alone(UNUSED void **state)
{
	atomic_store(&server.body, "old");
	answers("old");
	atomic_store(&server.body, "new");
	at(ENTRA_KID_RETRY - 1);
	assert_int_equal(ask(true, true), ENTRA_CACHED);
	assert_string_equal(document, "old");
	at(ENTRA_KID_RETRY);
	assert_int_equal(ask(true, true), ENTRA_CACHED);
	assert_string_equal(document, "new");
	for (int i = 0; i < 50; i++)
		assert_int_equal(ask(true, true), ENTRA_CACHED);
	assert_int_equal(atomic_load(&server.requests), 2);
}

static void
an_answer_that_is_refused_is_not_kept(UNUSED void **state)
{
	struct entra_source source = { .name = "keys", .sealed = true, .accept = accept_none,
	    .url = server.url };

	assert_int_equal(entra_cache_read(&fix.rq, &source, false, &document), ENTRA_NOT_TO_BE_HAD);
	assert_string_equal(fix.rq.failure.reason, "entra keys: not what it must be");
	assert_int_equal(sql_number("SELECT count(*) FROM entra_cache WHERE document <> ''"), 0);
}

static void
a_sealed_row_that_was_altered_is_ignored(UNUSED void **state)
{
	static const char *const changes[] = {
		"document = 'planted'", "mac = zeroblob(length(mac))", "mac = x''",
		"fetched_at = fetched_at + 1000", "name = 'keys', document = document || ' '",
		"document = 'planted', mac = x'00'",
	};

	for (size_t i = 0; i < COUNT(changes); i++) {
		atomic_store(&server.status, 200);
		atomic_store(&server.body, "honest");
		sql("DELETE FROM entra_cache");
		at(0);
		answers("honest");
		sql(arena_printf(&fix.arena, "UPDATE entra_cache SET %s", changes[i]));
		atomic_store(&server.status, 500);
		at(ENTRA_COLD_RETRY);
		if (ask(true, false) != ENTRA_NOT_TO_BE_HAD)
			fail_msg("%s went unseen", changes[i]);
		assert_null(document);
	}
}

static void
a_row_of_another_name_is_ignored(UNUSED void **state)
{
	struct entra_source other = { .name = "other", .sealed = true, .accept = accept_any,
	    .url = server.url };

	atomic_store(&server.body, "of other");
	assert_int_equal(entra_cache_read(&fix.rq, &other, false, &document), ENTRA_CACHED);
	sql("UPDATE entra_cache SET name = 'keys'");
	atomic_store(&server.body, "of keys");
	answers("of keys");
}

static void
an_unsealed_row_needs_no_key(UNUSED void **state)
{
	assert_int_equal(unlink(path_of("keys/cache/key")), 0);
	atomic_store(&server.body, "clear");
	assert_int_equal(ask(false, false), ENTRA_CACHED);
	assert_int_equal(ask(false, false), ENTRA_CACHED);
	assert_string_equal(document, "clear");
	assert_int_equal(atomic_load(&server.requests), 1);
}

static void
an_unsealed_row_is_no_sealed_one(UNUSED void **state)
{
	atomic_store(&server.body, "planted");
	assert_int_equal(ask(false, false), ENTRA_CACHED);
	atomic_store(&server.body, "honest");
	answers("honest");
}

static void
an_answer_beyond_the_limit_is_refused(UNUSED void **state)
{
	char *body = arena_alloc(&fix.arena, 8192);

	memset(body, 'x', 8191);
	fix.config.limits.response_max = 4096;
	atomic_store(&server.body, body);
	assert_int_equal(ask(true, false), ENTRA_NOT_TO_BE_HAD);
}

static void
the_authority_is_scheme_host_and_port(UNUSED void **state)
{
	static const char *const others[] = { NULL, "", "https://login.example.evil.example/t",
	    "http://login.example/t", "https://login.example:8443/t", "https://u@login.example/t",
	    "https://evil.example/login.example", "/t", "https://login.example@evil.example/t" };

	fix.config.entra.authority_host = "https://login.example";
	assert_true(entra_at_authority(&fix.rq, "https://login.example/t/oauth2/v2.0/token"));
	assert_true(entra_at_authority(&fix.rq, "https://LOGIN.example:443/t"));
	for (size_t i = 0; i < COUNT(others); i++)
		assert_false(entra_at_authority(&fix.rq, others[i]));
	assert_false(entra_at_authority(&fix.rq, "https://login.example/t?a=b"));
	assert_false(entra_at_authority(&fix.rq, "https://login.example/t#f"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(a_document_is_fetched_once_and_kept_for_a_day),
		SERVED(the_last_known_good_serves_while_entra_is_down),
		SERVED(a_try_of_the_future_is_none),
		SERVED(nothing_known_and_nobody_there_is_told),
		SERVED(a_cold_cache_asks_every_few_seconds_alone),
		SERVED(an_unknown_kid_renews_every_five_minutes_alone),
		SERVED(an_answer_that_is_refused_is_not_kept),
		SERVED(a_sealed_row_that_was_altered_is_ignored),
		SERVED(a_row_of_another_name_is_ignored),
		SERVED(an_unsealed_row_needs_no_key),
		SERVED(an_unsealed_row_is_no_sealed_one),
		SERVED(an_answer_beyond_the_limit_is_refused),
		SERVED(the_authority_is_scheme_host_and_port),
	};

	return RUN(tests, NULL, NULL);
}
