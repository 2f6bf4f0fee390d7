/* SPDX-License-Identifier: MIT */
#include "service/hint.h"

#include <sys/socket.h>

#include "fixture.h"

static struct hint_socket box;
static const uint8_t one[SHA256_SIZE] = "the hash of one stream, 32 bytes",
                     two[SHA256_SIZE] = "another";

static int
begin(void **state)
{
	(void)fixture_open(state);
	assert_int_equal(mkdir(path_of("run"), 0770), 0);
	assert_true(hint_open(&fix.config, &box));
	return 0;
}

static int
end(void **state)
{
	hint_close(&fix.config, &box);
	return fixture_close(state);
}

static const char *
file(void)
{
	return path_of(arena_printf(&fix.arena, "run/%s", box.name));
}

static void
hints_come_in_their_order(UNUSED void **state)
{
	uint8_t hash[SHA256_SIZE];

	assert_false(hint_receive(&box, hash));
	assert_true(hint_send(&fix.config, box.name, one));
	assert_true(hint_send(&fix.config, box.name, two));
	assert_true(hint_receive(&box, hash));
	assert_memory_equal(hash, one, sizeof hash);
	assert_true(hint_receive(&box, hash));
	assert_memory_equal(hash, two, sizeof hash);
	assert_false(hint_receive(&box, hash));
}

static void
each_has_a_socket_of_its_own_for_the_group(UNUSED void **state)
{
	struct hint_socket other;
	struct stat st;
	uint8_t hash[SHA256_SIZE];

	assert_true(hint_open(&fix.config, &other));
	assert_string_not_equal(other.name, box.name);
	assert_true(hint_send(&fix.config, other.name, one));
	assert_false(hint_receive(&box, hash));
	assert_true(hint_receive(&other, hash));
	assert_int_equal(stat(file(), &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	hint_close(&fix.config, &other);
}

static void
a_socket_that_is_closed_is_taken_away(UNUSED void **state)
{
	const char *name = file();

	hint_close(&fix.config, &box);
	assert_int_equal(access(name, F_OK), -1);
	hint_close(&fix.config, &box);
	assert_int_equal(box.fd, -1);
}

static void
what_is_no_hash_is_nobodys(UNUSED void **state)
{
	static const uint8_t nobody[SHA256_SIZE];
	union { struct sockaddr_storage room; struct sockaddr any; } at;
	socklen_t size = sizeof at;
	uint8_t hash[SHA256_SIZE];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(getsockname(box.fd, &at.any, &size), 0);
	assert_int_equal(sendto(fd, "short", 5, 0, &at.any, size), 5);
	assert_int_equal(sendto(fd, "", 0, 0, &at.any, size), 0);
	assert_true(hint_send(&fix.config, box.name, one));
	for (int i = 0; i < 2; i++) {
		assert_true(hint_receive(&box, hash));
		assert_memory_equal(hash, nobody, sizeof hash);
	}
	assert_true(hint_receive(&box, hash));
	assert_memory_equal(hash, one, sizeof hash);
	assert_false(hint_receive(&box, hash));
	close(fd);
}

static void
a_full_socket_is_no_failure_for_the_sender(UNUSED void **state)
{
	for (int i = 0; i < 5000; i++)
		assert_true(hint_send(&fix.config, box.name, one));
}

/* A process that was killed leaves its socket's file behind. */
static void
nobody_who_listens_is_told_and_the_file_goes(UNUSED void **state)
{
	const char *name = file();

	close(box.fd);
	box.fd = -1;
	assert_int_equal(access(name, F_OK), 0);
	assert_false(hint_send(&fix.config, box.name, one));
	assert_int_equal(access(name, F_OK), -1);
}

/* Its other streams, too, have nobody who writes them. */
static void
nobody_who_listens_is_told_again_once_the_file_has_gone(UNUSED void **state)
{
	close(box.fd);
	box.fd = -1;
	assert_false(hint_send(&fix.config, box.name, one));
	assert_false(hint_send(&fix.config, box.name, two));
}

/* The store is then looked at once a second, and a message is not lost. */
static void
a_process_that_could_make_no_socket_is_not_taken_for_dead(UNUSED void **state)
{
	struct hint_socket none;

	fix.config.state_dir = path_of("nowhere");
	assert_false(hint_open(&fix.config, &none));
	assert_int_equal(none.fd, -1);
	fix.config.state_dir = fix.dir;
	assert_true(hint_send(&fix.config, "", one));
	assert_string_equal(none.name, "");
}

#define HINTED(test)	cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HINTED(hints_come_in_their_order),
		HINTED(each_has_a_socket_of_its_own_for_the_group),
		HINTED(a_socket_that_is_closed_is_taken_away),
		HINTED(what_is_no_hash_is_nobodys),
		HINTED(a_full_socket_is_no_failure_for_the_sender),
		HINTED(nobody_who_listens_is_told_and_the_file_goes),
		HINTED(nobody_who_listens_is_told_again_once_the_file_has_gone),
		HINTED(a_process_that_could_make_no_socket_is_not_taken_for_dead),
	};

	return RUN(tests, NULL, NULL);
}
