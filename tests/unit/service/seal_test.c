/* SPDX-License-Identifier: MIT */
#include "service/seal.h"

#include "fixture.h"

static struct opaque_token token;
static struct sid sid;
static struct data_key key;
static struct wrap wrap;

static void
wrap_one(void)
{
	token = opaque_token_new(&fix.arena);
	sid = sid_new();
	key = data_key_new();
	assert_true(seal_wrap(&fix.arena, fix.rq.keys, "refresh_token", &token, &sid, &key, &wrap));
}

static bool
unwraps(const char *table, const struct opaque_token *t, const struct sid *s, const struct wrap *w)
{
	struct data_key out = { 0 };
	bool good = seal_unwrap(&fix.arena, fix.rq.keys, table, t, s, w, &out);

	assert_int_equal(good, memcmp(out.key, key.key, sizeof out.key) == 0);
	return good;
}

static void
a_wrap_opens_for_its_token_table_session_and_kid_alone(UNUSED void **state)
{
	struct opaque_token other_token = opaque_token_new(&fix.arena), mixed;
	struct sid other_sid = sid_new();
	struct wrap other;

	wrap_one();
	assert_true(unwraps("refresh_token", &token, &sid, &wrap));
	assert_false(unwraps("access_token", &token, &sid, &wrap));
	assert_false(unwraps("refresh_token", &other_token, &sid, &wrap));
	assert_false(unwraps("refresh_token", &token, &other_sid, &wrap));
	mixed = token;
	memcpy(mixed.hash, other_token.hash, sizeof mixed.hash);
	assert_false(unwraps("refresh_token", &mixed, &sid, &wrap));
	mixed = token;
	memcpy(mixed.secret, other_token.secret, sizeof mixed.secret);
	assert_false(unwraps("refresh_token", &mixed, &sid, &wrap));
	other = wrap;
	other.kid = "0000000000000000";
	assert_false(unwraps("refresh_token", &token, &sid, &other));
	assert_true(unwraps("refresh_token", &token, &sid, &wrap));
}

static void
every_bit_and_the_length_of_a_wrap_count(UNUSED void **state)
{
	struct wrap cut;

	wrap_one();
	assert_int_equal(wrap.sealed.len, sizeof key.key + AEAD_OVERHEAD);
	for (size_t i = 0; i < wrap.sealed.len; i++) {
		wrap.sealed.data[i] ^= 1;
		assert_false(unwraps("refresh_token", &token, &sid, &wrap));
		wrap.sealed.data[i] ^= 1;
	}
	for (cut = wrap; cut.sealed.len > 0; ) {
		cut.sealed.len--;
		assert_false(unwraps("refresh_token", &token, &sid, &cut));
	}
	cut.sealed = (struct bytes){ 0 };
	assert_false(unwraps("refresh_token", &token, &sid, &cut));
	assert_true(unwraps("refresh_token", &token, &sid, &wrap));
}

/* The same kid with another secret: a key file that was replaced. */
static void
another_key_file_opens_nothing(UNUSED void **state)
{
	wrap_one();
	write_file(path_of("keys/wrap/key"), arena_printf(&fix.arena,
	    "%s 1800000000 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", wrap.kid));
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
	assert_non_null(keyring_find(fix.rq.keys, KEY_WRAP, wrap.kid));
	assert_false(unwraps("refresh_token", &token, &sid, &wrap));
}

static void
without_the_key_file_nothing_is_wrapped_or_opened(UNUSED void **state)
{
	struct bytes out;

	wrap_one();
	assert_int_equal(unlink(path_of("keys/wrap/key")), 0);
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
	assert_false(unwraps("refresh_token", &token, &sid, &wrap));
	assert_false(seal_wrap(&fix.arena, fix.rq.keys, "refresh_token", &token, &sid, &key,
	    &wrap));
	assert_false(seal_for_holder(&fix.arena, fix.rq.keys, KEY_WRAP, "t.c", &token, "x", 1,
	    &out));
}

static void
two_wraps_of_one_key_have_nothing_in_common(UNUSED void **state)
{
	struct wrap again;

	wrap_one();
	assert_true(seal_wrap(&fix.arena, fix.rq.keys, "refresh_token", &token, &sid, &key,
	    &again));
	assert_memory_not_equal(wrap.sealed.data + 1, again.sealed.data + 1, wrap.sealed.len - 1);
	assert_true(unwraps("refresh_token", &token, &sid, &again));
}

static void
a_column_opens_with_its_key_name_and_session(UNUSED void **state)
{
	struct data_key other_key = data_key_new();
	struct sid other_sid = sid_new();
	struct bytes sealed;

	wrap_one();
	sealed = seal_column(&fix.arena, &key, "session.identity", &sid, "{\"oid\":1}");
	assert_string_equal(seal_open_column(&fix.arena, &key, "session.identity", &sid, sealed),
	    "{\"oid\":1}");
	assert_null(seal_open_column(&fix.arena, &other_key, "session.identity", &sid, sealed));
	assert_null(seal_open_column(&fix.arena, &key, "session.entra_tokens", &sid, sealed));
	assert_null(seal_open_column(&fix.arena, &key, "session.identity", &other_sid, sealed));
	assert_null(seal_open_column(&fix.arena, &key, "session.identity", &sid,
	    (struct bytes){ 0 }));
	sealed.data[sealed.len - 1] ^= 1;
	assert_null(seal_open_column(&fix.arena, &key, "session.identity", &sid, sealed));
}

static bool
opens(enum key_purpose purpose, const char *column, const struct opaque_token *holder,
    struct bytes sealed)
{
	struct bytes out;

	return seal_open_for_holder(&fix.arena, fix.rq.keys, purpose, column, holder, sealed,
	    &out) &&
	    out.len == 6 && memcmp(out.data, "secret", 6) == 0;
}

static void
a_holders_message_opens_for_the_holder_alone(UNUSED void **state)
{
	struct opaque_token holder = opaque_token_new(&fix.arena),
	    other = opaque_token_new(&fix.arena);
	struct bytes sealed, cut;

	assert_true(seal_for_holder(&fix.arena, fix.rq.keys, KEY_BROWSER, "a.sealed", &holder,
	    "secret", 6,
	    &sealed));
	assert_true(opens(KEY_BROWSER, "a.sealed", &holder, sealed));
	assert_false(opens(KEY_WRAP, "a.sealed", &holder, sealed));
	assert_false(opens(KEY_BROWSER, "b.sealed", &holder, sealed));
	assert_false(opens(KEY_BROWSER, "a.sealed", &other, sealed));
	for (cut = sealed; cut.len > 0; ) {
		cut.len--;
		assert_false(opens(KEY_BROWSER, "a.sealed", &holder, cut));
	}
	assert_false(opens(KEY_BROWSER, "a.sealed", &holder, (struct bytes){ 0 }));
	for (size_t i = 0; i < sealed.len; i++) {
		sealed.data[i] ^= 1;
		assert_false(opens(KEY_BROWSER, "a.sealed", &holder, sealed));
		sealed.data[i] ^= 1;
	}
}

static void
the_servers_own_opens_with_its_purpose_and_context_alone(UNUSED void **state)
{
	struct bytes sealed, cut;

	assert_true(seal_for_server(&fix.arena, fix.rq.keys, KEY_CACHE, "a.sealed x", "text", &sealed));
	assert_string_equal(seal_open_for_server(&fix.arena, fix.rq.keys, KEY_CACHE, "a.sealed x",
	    sealed), "text");
	assert_null(seal_open_for_server(&fix.arena, fix.rq.keys, KEY_WRAP, "a.sealed x", sealed));
	assert_null(seal_open_for_server(&fix.arena, fix.rq.keys, KEY_CACHE, "a.sealed y", sealed));
	for (cut = sealed; cut.len > 0; ) {
		cut.len--;
		assert_null(seal_open_for_server(&fix.arena, fix.rq.keys, KEY_CACHE, "a.sealed x", cut));
	}
	assert_int_equal(unlink(path_of("keys/cache/key")), 0);
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
	assert_false(seal_for_server(&fix.arena, fix.rq.keys, KEY_CACHE, "a.sealed x", "text", &sealed));
}

static void
a_session_id_has_one_spelling(UNUSED void **state)
{
	struct sid made = sid_new(), read;
	char *text = sid_text(&fix.arena, &made);
	struct bytes data;

	assert_int_equal(strlen(text), 32);
	assert_true(sid_read(text, &read));
	assert_memory_equal(read.id, made.id, SID_SIZE);
	data = sid_bytes(&fix.arena, &made);
	assert_int_equal(data.len, SID_SIZE);
	memset(read.id, 0, sizeof read.id);
	assert_true(sid_from_bytes(data, &read));
	assert_memory_equal(read.id, made.id, SID_SIZE);
	assert_false(sid_from_bytes((struct bytes){ .data = data.data, .len = SID_SIZE - 1 }, &read));
	assert_false(sid_from_bytes((struct bytes){ .data = data.data, .len = SID_SIZE + 1 }, &read));
	assert_false(sid_from_bytes((struct bytes){ 0 }, &read));
	assert_false(sid_read(NULL, &read));
	assert_false(sid_read("", &read));
	assert_false(sid_read(text + 1, &read));
	assert_false(sid_read(arena_printf(&fix.arena, "%s0", text), &read));
	assert_false(sid_read("ABCDEFABCDEFABCDEFABCDEFABCDEFAB", &read));
	assert_false(sid_read("0123456789abcdef0123456789abcdeg", &read));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_wrap_opens_for_its_token_table_session_and_kid_alone),
		CASE(every_bit_and_the_length_of_a_wrap_count),
		CASE(another_key_file_opens_nothing),
		CASE(without_the_key_file_nothing_is_wrapped_or_opened),
		CASE(two_wraps_of_one_key_have_nothing_in_common),
		CASE(a_column_opens_with_its_key_name_and_session),
		CASE(a_holders_message_opens_for_the_holder_alone),
		CASE(the_servers_own_opens_with_its_purpose_and_context_alone),
		CASE(a_session_id_has_one_spelling),
	};

	return RUN(tests, NULL, NULL);
}
