/* SPDX-License-Identifier: MIT */
#include "service/mailbox_store.h"

#include "service/hint.h"

#include "fixture.h"

static struct mailbox_id id;
static struct data_key key;
static struct hint_socket box;

static struct mailbox_id
new_id(const char *server)
{
	struct opaque_token token = opaque_token_new(&fix.arena);
	struct mailbox_id new = { .sid = sid_new(), .server = server };

	memcpy(new.hash, token.hash, sizeof new.hash);
	return new;
}

static int
begin(void **state)
{
	(void)fixture_open(state);
	assert_int_equal(mkdir(path_of("run"), 0770), 0);
	assert_true(hint_open(&fix.config, &box));
	key = data_key_new();
	id = new_id("mcp");
	assert_int_equal(mailbox_insert(&fix.rq, &id, box.name, START + 100), STORED);
	return 0;
}

static int
end(void **state)
{
	hint_close(&fix.config, &box);
	return fixture_close(state);
}

static enum stored
put(const char *text)
{
	return mailbox_put(&fix.rq, &id, &key, box.name, text, strlen(text));
}

/* The messages that wait, one behind the other. */
static const char *
waiting(void)
{
	struct mailbox_message m[16];
	int n = mailbox_list(&fix.rq, &id, &key, m, COUNT(m));
	const char *all = "";

	assert_true(n >= 0);
	for (int i = 0; i < n; i++)
		all = arena_printf(&fix.arena, "%s%s|", all, m[i].text == NULL ? "?" : m[i].text);
	return all;
}

static void
a_stream_is_found_by_its_own_session_and_server_alone(UNUSED void **state)
{
	struct mailbox_id other = id;
	struct mailbox_row row;

	assert_int_equal(mailbox_get(&fix.rq, &id, &key, &row), STORED);
	assert_string_equal(row.socket, box.name);
	assert_null(row.upstream);
	assert_int_equal(row.state, MAILBOX_OPEN);
	other.sid = sid_new();
	assert_int_equal(mailbox_get(&fix.rq, &other, &key, &row), ABSENT);
	other = id;
	other.server = "other";
	assert_int_equal(mailbox_get(&fix.rq, &other, &key, &row), ABSENT);
	other = id;
	other.hash[0] ^= 1;
	assert_int_equal(mailbox_get(&fix.rq, &other, &key, &row), ABSENT);
}

static void
a_stream_that_has_run_out_is_absent(UNUSED void **state)
{
	struct mailbox_row row;

	at(99);
	assert_int_equal(mailbox_get(&fix.rq, &id, &key, &row), STORED);
	at(100);
	assert_int_equal(mailbox_get(&fix.rq, &id, &key, &row), ABSENT);
}

static void
the_upstreams_session_is_kept_sealed(UNUSED void **state)
{
	struct data_key other = data_key_new();
	struct mailbox_row row;

	assert_int_equal(mailbox_set_upstream(&fix.rq, &id, &key, "upstream-id"), STORED);
	assert_int_equal(mailbox_get(&fix.rq, &id, &key, &row), STORED);
	assert_string_equal(row.upstream, "upstream-id");
	assert_int_equal(
	    sql_number("SELECT count(*) FROM stream WHERE instr(upstream, 'upstream-id') > 0"), 0);
	assert_int_equal(mailbox_get(&fix.rq, &id, &other, &row), STORED);
	assert_null(row.upstream);
}

static void
a_client_is_initialized_once(UNUSED void **state)
{
	struct mailbox_id other = id;
	struct mailbox_row row;

	other.sid = sid_new();
	assert_int_equal(mailbox_set_state(&fix.rq, &other, MAILBOX_INITIALIZED), ABSENT);
	assert_int_equal(mailbox_set_state(&fix.rq, &id, MAILBOX_INITIALIZED), STORED);
	assert_int_equal(mailbox_set_state(&fix.rq, &id, MAILBOX_INITIALIZED), ABSENT);
	assert_int_equal(mailbox_get(&fix.rq, &id, &key, &row), STORED);
	assert_int_equal(row.state, MAILBOX_INITIALIZED);
}

static void
messages_come_out_in_their_order_and_the_process_is_hinted_at(UNUSED void **state)
{
	uint8_t hash[SHA256_SIZE];

	assert_int_equal(put("{\"a\":1}"), STORED);
	assert_int_equal(put("{\"b\":\"\xe2\x82\xac\"}"), STORED);
	assert_string_equal(waiting(), "{\"a\":1}|{\"b\":\"\xe2\x82\xac\"}|");
	for (int i = 0; i < 2; i++) {
		assert_true(hint_receive(&box, hash));
		assert_memory_equal(hash, id.hash, sizeof hash);
	}
	assert_false(hint_receive(&box, hash));
}

static void
those_that_were_written_go(UNUSED void **state)
{
	struct mailbox_message m[2];

	assert_int_equal(put("1"), STORED);
	assert_int_equal(put("2"), STORED);
	assert_int_equal(put("3"), STORED);
	assert_int_equal(mailbox_list(&fix.rq, &id, &key, m, COUNT(m)), 2);
	assert_string_equal(m[1].text, "2");
	assert_int_equal(mailbox_written(&fix.rq, &id, m[1].seq), STORED);
	assert_string_equal(waiting(), "3|");
	assert_int_equal(put("4"), STORED);
	assert_string_equal(waiting(), "3|4|");
}

static void
a_message_is_kept_sealed_and_opens_for_its_own_stream_alone(UNUSED void **state)
{
	struct mailbox_id other = new_id("mcp");

	assert_int_equal(put("the-secret-answer"), STORED);
	assert_int_equal(sql_number("SELECT count(*) FROM stream_message "
	    "WHERE instr(sealed, 'the-secret-answer') > 0"), 0);
	other.sid = id.sid;
	assert_int_equal(mailbox_insert(&fix.rq, &other, box.name, START + 100), STORED);
	sql("UPDATE stream_message SET id_hash = (SELECT id_hash FROM stream WHERE id_hash NOT IN "
	    "(SELECT id_hash FROM stream_message))");
	id = other;
	assert_string_equal(waiting(), "?|");
}

static void
a_message_that_was_altered_does_not_open_and_stops_none(UNUSED void **state)
{
	assert_int_equal(put("1"), STORED);
	sql("UPDATE stream_message SET sealed = x'00'");
	assert_int_equal(put("2"), STORED);
	assert_string_equal(waiting(), "?|2|");
}

static void
a_client_that_reads_nothing_is_not_written_to_for_ever(UNUSED void **state)
{
	struct mailbox_message m;

	for (int i = 0; i < MAILBOX_MESSAGES_MAX; i++)
		assert_int_equal(put("x"), STORED);
	assert_int_equal(put("x"), ABSENT);
	assert_int_equal(mailbox_list(&fix.rq, &id, &key, &m, 1), 1);
	assert_int_equal(mailbox_written(&fix.rq, &id, m.seq), STORED);
	assert_int_equal(put("x"), STORED);
	assert_int_equal(put("x"), ABSENT);
}

/* Some megabytes are not taken into memory at once. */
static void
long_messages_are_listed_a_few_at_a_time(UNUSED void **state)
{
	char *text = arena_alloc(&fix.arena, MAILBOX_LIST_MAX);
	struct mailbox_message m[8];
	int left = 8;

	memset(text, 'x', MAILBOX_LIST_MAX - 1);
	for (int i = 0; i < left; i++)
		assert_int_equal(put(text), STORED);
	while (left > 0) {
		int n = mailbox_list(&fix.rq, &id, &key, m, COUNT(m));

		assert_in_range(n, 1, 2);
		assert_string_equal(m[n - 1].text, text);
		assert_int_equal(mailbox_written(&fix.rq, &id, m[n - 1].seq), STORED);
		left -= n;
	}
	assert_string_equal(waiting(), "");
}

static void
a_stream_whose_process_is_gone_goes_with_its_messages(UNUSED void **state)
{
	struct mailbox_row row;

	assert_int_equal(put("1"), STORED);
	close(box.fd);
	box.fd = -1;
	assert_int_equal(put("2"), ABSENT);
	assert_int_equal(mailbox_get(&fix.rq, &id, &key, &row), ABSENT);
	assert_int_equal(sql_number("SELECT count(*) FROM stream_message"), 0);
}

static void
the_streams_of_processes_that_are_gone_are_deleted(UNUSED void **state)
{
	struct mailbox_id dead = new_id("mcp");
	struct hint_socket killed;
	struct mailbox_row row;

	assert_true(hint_open(&fix.config, &killed));
	assert_int_equal(mailbox_insert(&fix.rq, &dead, killed.name, START + 100), STORED);
	close(killed.fd);
	mailbox_delete_dead(&fix.rq);
	assert_int_equal(mailbox_get(&fix.rq, &dead, &key, &row), ABSENT);
	assert_int_equal(mailbox_get(&fix.rq, &id, &key, &row), STORED);
}

static void
a_stream_that_is_deleted_takes_its_messages_and_no_others(UNUSED void **state)
{
	struct mailbox_id gone = id;

	assert_int_equal(put("1"), STORED);
	id = new_id("mcp");
	assert_int_equal(mailbox_insert(&fix.rq, &id, box.name, START + 100), STORED);
	assert_int_equal(put("2"), STORED);
	mailbox_delete(&fix.rq, &gone);
	assert_string_equal(waiting(), "2|");
	assert_int_equal(sql_number("SELECT count(*) FROM stream_message"), 1);
	assert_int_equal(sql_number("SELECT count(*) FROM stream"), 1);
}

static void
a_store_that_fails_is_told(UNUSED void **state)
{
	struct mailbox_message m;
	struct mailbox_row row;

	sql("ALTER TABLE stream_message RENAME TO out_of_reach");
	sql("ALTER TABLE stream RENAME TO out_of_reach_too");
	assert_int_equal(mailbox_get(&fix.rq, &id, &key, &row), STORE_FAILED);
	assert_int_equal(put("1"), STORE_FAILED);
	assert_int_equal(mailbox_list(&fix.rq, &id, &key, &m, 1), -1);
}

#define MAILED(test)	cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MAILED(a_stream_is_found_by_its_own_session_and_server_alone),
		MAILED(a_stream_that_has_run_out_is_absent),
		MAILED(the_upstreams_session_is_kept_sealed),
		MAILED(a_client_is_initialized_once),
		MAILED(messages_come_out_in_their_order_and_the_process_is_hinted_at),
		MAILED(those_that_were_written_go),
		MAILED(a_message_is_kept_sealed_and_opens_for_its_own_stream_alone),
		MAILED(a_message_that_was_altered_does_not_open_and_stops_none),
		MAILED(a_client_that_reads_nothing_is_not_written_to_for_ever),
		MAILED(long_messages_are_listed_a_few_at_a_time),
		MAILED(a_stream_whose_process_is_gone_goes_with_its_messages),
		MAILED(the_streams_of_processes_that_are_gone_are_deleted),
		MAILED(a_stream_that_is_deleted_takes_its_messages_and_no_others),
		MAILED(a_store_that_fails_is_told),
	};

	return RUN(tests, NULL, NULL);
}
