/* SPDX-License-Identifier: MIT */
#include "service/keyring.h"

#include <sys/resource.h>

#include "base/digest.h"

#include "../child.h"
#include "fixture.h"

#define SECRET_A	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SECRET_B	"___________________________________________"	/* unused bits */
#define LINE_A		"aaaaaaaaaaaaaaaa 1800000000 " SECRET_A "\n"
#define LINE_B		"bbbbbbbbbbbbbbbb %lld BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA\n"

static void
write_keys(const char *text)
{
	write_file(path_of("keys/sign/key"), text);
}

static void
reopen(void)
{
	keyring_close(fix.rq.keys);
	fix.rq.keys = keyring_open(&fix.config);
}

static const char *
two_generations(int64_t second)
{
	return arena_printf(&fix.arena, LINE_A LINE_B, (long long)second);
}

static void
creating_makes_one_generation_of_mode_0640(UNUSED void **state)
{
	struct stat st;

	for (enum key_purpose p = KEY_SIGN; p < KEY_PURPOSES; p++) {
		const char *path = path_of(arena_printf(&fix.arena, "keys/%s/key",
		    key_purpose_names[p]));
		const struct key *key = keyring_current(fix.rq.keys, p);

		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777 & ~0640U, 0);
		assert_non_null(key);
		assert_int_equal(strspn(key->kid, "0123456789abcdef"), 16);
		assert_int_equal(key->created_at, START);
	}
}

static void
the_mode_does_not_exceed_0640_under_any_umask(UNUSED void **state)
{
	struct stat st;
	mode_t before = umask(0);
	bool made;

	assert_int_equal(unlink(path_of("keys/sign/key")), 0);
	made = keyring_create(&fix.config, KEY_SIGN);
	(void)umask(before);
	assert_true(made);
	assert_int_equal(stat(path_of("keys/sign/key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void
creating_again_leaves_the_file_alone(UNUSED void **state)
{
	const char *kid = arena_string(&fix.arena, keyring_current(fix.rq.keys, KEY_SIGN)->kid);

	assert_true(keyring_create(&fix.config, KEY_SIGN));
	reopen();
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, kid);
}

static void
creating_fails_without_the_folder(UNUSED void **state)
{
	fix.config.state_dir = path_of("nowhere");
	assert_false(keyring_create(&fix.config, KEY_SIGN));
}

static void
purposes_and_installations_have_different_keys(UNUSED void **state)
{
	for (enum key_purpose p = KEY_SIGN; p < KEY_PURPOSES; p++)
		for (enum key_purpose q = KEY_SIGN; q < p; q++) {
			const struct key *one = keyring_current(fix.rq.keys, p);
			const struct key *two = keyring_current(fix.rq.keys, q);

			assert_string_not_equal(one->kid, two->kid);
			assert_memory_not_equal(one->secret, two->secret, KEY_SIZE);
		}
}

static void
a_key_is_read_as_it_was_written(UNUSED void **state)
{
	static const uint8_t zeros[KEY_SIZE];
	struct hmac *expected = hmac_new(zeros, sizeof zeros);
	uint8_t want[SHA256_SIZE], got[SHA256_SIZE];
	const struct key *key;

	write_keys(LINE_A);
	reopen();
	key = keyring_current(fix.rq.keys, KEY_SIGN);
	assert_non_null(key);
	assert_string_equal(key->kid, "aaaaaaaaaaaaaaaa");
	assert_memory_equal(key->secret, zeros, KEY_SIZE);
	hmac_sign(expected, "text", 4, want);
	hmac_sign(key->hmac, "text", 4, got);
	hmac_free(expected);
	assert_memory_equal(got, want, sizeof got);
}

static void
a_new_generation_verifies_at_once_and_signs_a_minute_later(UNUSED void **state)
{
	write_keys(two_generations(START));
	reopen();
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, "aaaaaaaaaaaaaaaa");
	assert_non_null(keyring_find(fix.rq.keys, KEY_SIGN, "bbbbbbbbbbbbbbbb"));
	at(KEY_SETTLE - 1);
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, "aaaaaaaaaaaaaaaa");
	at(KEY_SETTLE);
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, "bbbbbbbbbbbbbbbb");
	assert_non_null(keyring_find(fix.rq.keys, KEY_SIGN, "aaaaaaaaaaaaaaaa"));
}

static void
all_generations_can_be_gone_through(UNUSED void **state)
{
	write_keys(two_generations(START));
	reopen();
	assert_string_equal(keyring_generation(fix.rq.keys, KEY_SIGN, 0)->kid, "aaaaaaaaaaaaaaaa");
	assert_string_equal(keyring_generation(fix.rq.keys, KEY_SIGN, 1)->kid, "bbbbbbbbbbbbbbbb");
	assert_null(keyring_generation(fix.rq.keys, KEY_SIGN, 2));
	assert_null(keyring_generation(fix.rq.keys, KEY_SIGN, KEY_GENERATIONS_MAX));
	assert_int_equal(unlink(path_of("keys/sign/key")), 0);
	reopen();
	assert_null(keyring_generation(fix.rq.keys, KEY_SIGN, 0));
}

static void
the_first_generation_needs_no_settling(UNUSED void **state)
{
	write_keys("aaaaaaaaaaaaaaaa 1900000000 " SECRET_A "\n");
	reopen();
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, "aaaaaaaaaaaaaaaa");
}

static void
an_unknown_kid_makes_a_running_process_look_again(UNUSED void **state)
{
	write_keys(LINE_A);
	reopen();
	assert_null(keyring_find(fix.rq.keys, KEY_SIGN, "bbbbbbbbbbbbbbbb"));
	write_keys(two_generations(START));
	at(KEY_RELOAD - 1);
	assert_null(keyring_find(fix.rq.keys, KEY_SIGN, "bbbbbbbbbbbbbbbb"));
	at(KEY_RELOAD);
	assert_non_null(keyring_find(fix.rq.keys, KEY_SIGN, "bbbbbbbbbbbbbbbb"));
	assert_null(keyring_find(fix.rq.keys, KEY_SIGN, "cccccccccccccccc"));
	assert_null(keyring_find(fix.rq.keys, KEY_SIGN, ""));
}

static void
a_clock_that_was_set_back_keeps_no_process_from_looking(UNUSED void **state)
{
	write_keys(LINE_A);
	reopen();
	at(KEY_RELOAD);
	assert_null(keyring_find(fix.rq.keys, KEY_SIGN, "bbbbbbbbbbbbbbbb"));
	write_keys(two_generations(START - 2 * KEY_SETTLE));
	at(KEY_RELOAD - 1);
	assert_non_null(keyring_find(fix.rq.keys, KEY_SIGN, "bbbbbbbbbbbbbbbb"));
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, "bbbbbbbbbbbbbbbb");
}

static void
look_without_a_descriptor(void)
{
	struct rlimit none;

	if (getrlimit(RLIMIT_NOFILE, &none) != 0)
		_exit(1);
	none.rlim_cur = 3;
	if (setrlimit(RLIMIT_NOFILE, &none) != 0 ||
	    keyring_find(fix.rq.keys, KEY_SIGN, "aaaaaaaaaaaaaaaa") == NULL)
		_exit(1);
}

static void
a_process_without_a_descriptor_for_its_first_look_dies(UNUSED void **state)
{
	struct child c;

	write_keys(LINE_A);
	reopen();
	c = child_run(look_without_a_descriptor);
	assert_int_equal(c.status, 70);
	assert_non_null(strstr(c.text, "a key file cannot be read: "));
	assert_non_null(keyring_find(fix.rq.keys, KEY_SIGN, "aaaaaaaaaaaaaaaa"));
	at(KEY_RELOAD);
	assert_int_equal(child_run(look_without_a_descriptor).status, 0);
}

static void
a_running_process_sees_a_rotation_by_itself(UNUSED void **state)
{
	write_keys(LINE_A);
	reopen();
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, "aaaaaaaaaaaaaaaa");
	write_keys(two_generations(START));
	at(KEY_SETTLE);
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, "bbbbbbbbbbbbbbbb");
}

static void
a_file_that_goes_bad_leaves_the_keys_that_were_read(UNUSED void **state)
{
	write_keys(LINE_A);
	reopen();
	assert_non_null(keyring_find(fix.rq.keys, KEY_SIGN, "aaaaaaaaaaaaaaaa"));
	write_keys("broken\n");
	at(KEY_SETTLE);
	assert_null(keyring_find(fix.rq.keys, KEY_SIGN, "bbbbbbbbbbbbbbbb"));
	assert_string_equal(keyring_current(fix.rq.keys, KEY_SIGN)->kid, "aaaaaaaaaaaaaaaa");
}

static void
malformed_files_are_refused(UNUSED void **state)
{
	static const char *const files[] = {
		"", "\n", "broken\n", "aaaaaaaaaaaaaaaa\n", "aaaaaaaaaaaaaaaa 1800000000\n",
		"aaaaaaaaaaaaaaa 1800000000 " SECRET_A "\n",
		"aaaaaaaaaaaaaaaaa 1800000000 " SECRET_A "\n",
		"aaaaaaaaaaaaaaaa x " SECRET_A "\n", "aaaaaaaaaaaaaaaa -1 " SECRET_A "\n",
		"aaaaaaaaaaaaaaaa  1800000000 " SECRET_A "\n", "aaaaaaaaaaaaaaaa 1800000000 AAAA\n",
		"aaaaaaaaaaaaaaaa 1800000000 " SECRET_A "AAAA\n",
		"aaaaaaaaaaaaaaaa 1800000000 " SECRET_A "=\n",
		"aaaaaaaaaaaaaaaa 1800000000 " SECRET_B "\n", LINE_A "\n" LINE_A,
		LINE_A "broken\n", "# " LINE_A, "\xef\xbb\xbf" LINE_A,
		LINE_A LINE_A LINE_A LINE_A LINE_A LINE_A LINE_A LINE_A LINE_A,
	};

	for (size_t i = 0; i < COUNT(files); i++) {
		write_keys(files[i]);
		reopen();
		if (keyring_current(fix.rq.keys, KEY_SIGN) != NULL)
			fail_msg("file %zu was accepted", i);
	}
}

static void
a_missing_file_is_no_key_until_it_is_there(UNUSED void **state)
{
	assert_int_equal(unlink(path_of("keys/sign/key")), 0);
	reopen();
	assert_null(keyring_current(fix.rq.keys, KEY_SIGN));
	assert_null(keyring_find(fix.rq.keys, KEY_SIGN, "aaaaaaaaaaaaaaaa"));
	assert_non_null(keyring_current(fix.rq.keys, KEY_WRAP));
	write_keys(LINE_A);
	assert_non_null(keyring_current(fix.rq.keys, KEY_SIGN));
	keyring_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(creating_makes_one_generation_of_mode_0640),
		CASE(the_mode_does_not_exceed_0640_under_any_umask),
		CASE(creating_again_leaves_the_file_alone),
		CASE(creating_fails_without_the_folder),
		CASE(purposes_and_installations_have_different_keys),
		CASE(a_key_is_read_as_it_was_written),
		CASE(a_new_generation_verifies_at_once_and_signs_a_minute_later),
		CASE(all_generations_can_be_gone_through),
		CASE(the_first_generation_needs_no_settling),
		CASE(an_unknown_kid_makes_a_running_process_look_again),
		CASE(a_clock_that_was_set_back_keeps_no_process_from_looking),
		CASE(a_process_without_a_descriptor_for_its_first_look_dies),
		CASE(a_running_process_sees_a_rotation_by_itself),
		CASE(a_file_that_goes_bad_leaves_the_keys_that_were_read),
		CASE(malformed_files_are_refused),
		CASE(a_missing_file_is_no_key_until_it_is_there),
	};

	return RUN(tests, NULL, NULL);
}
