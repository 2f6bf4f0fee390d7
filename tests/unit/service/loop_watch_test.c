/* SPDX-License-Identifier: MIT */
/* Descriptors. */
#include "service/loop.h"

#include <sys/socket.h>
#include <unistd.h>

#include "turning.h"

#define MANY	2000

static char order[MANY + 1];	/* a letter for each callback so far */
static size_t ordered;

static void
note(char c)
{
	assert_true(ordered < MANY);
	order[ordered++] = c;
	order[ordered] = '\0';
}

struct end {
	struct loop_watch	 watch;
	char			 letter;
	struct end		*other;	/* unwatched by its callback */
	uint32_t		 got;	/* events of the last one */
};

static void
read_one(struct loop_watch *w, uint32_t events)
{
	struct end *e = OWNER(w, struct end, watch);
	char byte;

	e->got = events;
	note(e->letter);
	if ((events & EPOLLIN) != 0 && read(w->fd, &byte, 1) < 0)
		fail_msg("it is not readable");
	if (e->other != NULL)
		loop_unwatch(loop, &e->other->watch);
}

/* A pair of sockets: the watched end, and the other one. */
static struct end
watched(char letter, int *other)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	*other = ends[1];
	return (struct end){ .watch = { .fd = ends[0], .ready = read_one }, .letter = letter };
}

static void
close_end(struct end *e, int other)
{
	loop_unwatch(loop, &e->watch);
	close(e->watch.fd);
	close(other);
}

static void
say(int fd)
{
	assert_int_equal(write(fd, "x", 1), 1);
}

static void
a_watch_is_told_what_is_ready_and_nothing_before(UNUSED void **state)
{
	int fd;
	struct end e = watched('e', &fd);

	assert_true(loop_watch(loop, &e.watch, EPOLLIN));
	turn();
	assert_string_equal(order, "");
	say(fd);
	turn();
	turn();
	assert_string_equal(order, "e");
	assert_int_equal(served, 1);
	assert_true(loop_watch(loop, &e.watch, EPOLLIN | EPOLLOUT));
	turn();
	assert_int_equal(e.got, EPOLLOUT);
	close_end(&e, fd);
}

static void
the_end_of_the_other_side_is_told_too(UNUSED void **state)
{
	int fd;
	struct end e = watched('e', &fd);

	assert_true(loop_watch(loop, &e.watch, EPOLLERR));
	close(fd);
	turn();
	assert_true((e.got & EPOLLHUP) != 0);
	loop_unwatch(loop, &e.watch);
	close(e.watch.fd);
}

static void
what_is_not_watched_any_more_is_not_told(UNUSED void **state)
{
	int fd;
	struct end e = watched('e', &fd);

	assert_true(loop_watch(loop, &e.watch, EPOLLIN));
	say(fd);
	loop_unwatch(loop, &e.watch);
	loop_unwatch(loop, &e.watch);
	turn();
	assert_string_equal(order, "");
	assert_true(loop_watch(loop, &e.watch, EPOLLIN));
	turn();
	assert_string_equal(order, "e");
	close_end(&e, fd);
}

static void
to_watch_for_nothing_is_not_to_watch(UNUSED void **state)
{
	int fd;
	struct end e = watched('e', &fd);

	assert_true(loop_watch(loop, &e.watch, EPOLLIN));
	assert_true(loop_watch(loop, &e.watch, 0));
	close(fd);
	turn();
	assert_string_equal(order, "");
	assert_true(loop_watch(loop, &e.watch, EPOLLIN));
	loop_unwatch(loop, &e.watch);
	close(e.watch.fd);
}

/* Two of one batch: whichever comes first ends the other, which is never touched again. */
static void
a_watch_may_end_another_of_the_same_batch(UNUSED void **state)
{
	int first, second;
	struct end a = watched('a', &first), b = watched('b', &second);

	a.other = &b;
	b.other = &a;
	assert_true(loop_watch(loop, &a.watch, EPOLLIN));
	assert_true(loop_watch(loop, &b.watch, EPOLLIN));
	say(first);
	say(second);
	turn();
	assert_int_equal(strlen(order), 1);
	close_end(&a, first);
	close_end(&b, second);
}

static void
more_than_one_batch_is_served_in_some_turns(UNUSED void **state)
{
	static struct end ends[200];
	int others[200];

	for (size_t i = 0; i < COUNT(ends); i++) {
		ends[i] = watched('x', &others[i]);
		assert_true(loop_watch(loop, &ends[i].watch, EPOLLIN));
		say(others[i]);
	}
	for (int i = 0; i < 8; i++)
		turn();
	assert_int_equal(strlen(order), COUNT(ends));
	for (size_t i = 0; i < COUNT(ends); i++)
		close_end(&ends[i], others[i]);
}

static void
a_file_cannot_be_watched(UNUSED void **state)
{
	char path[] = "/tmp/sallyport-XXXXXX";
	struct loop_watch w = { .fd = mkstemp(path), .ready = read_one };

	assert_false(loop_watch(loop, &w, EPOLLIN));
	assert_int_equal(w.events, 0);
	loop_unwatch(loop, &w);
	close(w.fd);
	assert_int_equal(unlink(path), 0);
}

static int
begin(void **state)
{
	ordered = 0;
	order[0] = '\0';
	return open_loop(state);
}

#define TURNING(test)	cmocka_unit_test_setup_teardown(test, begin, close_loop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TURNING(a_watch_is_told_what_is_ready_and_nothing_before),
		TURNING(the_end_of_the_other_side_is_told_too),
		TURNING(what_is_not_watched_any_more_is_not_told),
		TURNING(to_watch_for_nothing_is_not_to_watch),
		TURNING(a_watch_may_end_another_of_the_same_batch),
		TURNING(more_than_one_batch_is_served_in_some_turns),
		TURNING(a_file_cannot_be_watched),
	};

	return RUN(tests, NULL, NULL);
}
