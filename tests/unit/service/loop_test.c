/* SPDX-License-Identifier: MIT */
/* Timers, and waking from another thread. */
#include "service/loop.h"

#include <pthread.h>

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

struct lettered {
	struct loop_timer	 timer;
	char			 letter;
	struct lettered		*other;		/* what its callback deals with */
	int64_t			 in_ms;		/* when it is set to; -1: cleared */
};

static void
due(struct loop_timer *t)
{
	struct lettered *l = OWNER(t, struct lettered, timer);

	assert_int_equal(t->place, 0);
	note(l->letter);
	if (l->other != NULL && l->in_ms < 0)
		loop_timer_clear(loop, &l->other->timer);
	else if (l->other != NULL)
		loop_timer_set(loop, &l->other->timer, now_ms + l->in_ms);
}

static struct lettered
lettered(char letter)
{
	return (struct lettered){ .timer.due = due, .letter = letter };
}

static void
timers_are_due_in_the_order_of_their_times(UNUSED void **state)
{
	struct lettered a = lettered('a'), b = lettered('b'), c = lettered('c');

	loop_timer_set(loop, &b.timer, now_ms + 20);
	loop_timer_set(loop, &c.timer, now_ms + 30);
	loop_timer_set(loop, &a.timer, now_ms + 10);
	turn();
	assert_string_equal(order, "");
	pass(20);
	turn();
	assert_string_equal(order, "ab");
	assert_int_equal(served, 2);
	pass(100);
	turn();
	turn();
	assert_string_equal(order, "abc");
}

static void
a_timer_that_is_set_again_has_the_new_time_alone(UNUSED void **state)
{
	struct lettered a = lettered('a'), b = lettered('b');

	loop_timer_set(loop, &a.timer, now_ms + 10);
	loop_timer_set(loop, &b.timer, now_ms + 20);
	loop_timer_set(loop, &a.timer, now_ms + 30);
	pass(25);
	turn();
	assert_string_equal(order, "b");
	pass(5);
	turn();
	assert_string_equal(order, "ba");
	pass(100);
	turn();
	assert_string_equal(order, "ba");
}

static void
a_timer_that_was_cleared_is_never_due(UNUSED void **state)
{
	struct lettered a = lettered('a'), b = lettered('b');

	loop_timer_set(loop, &a.timer, now_ms + 10);
	loop_timer_set(loop, &b.timer, now_ms + 20);
	loop_timer_clear(loop, &a.timer);
	loop_timer_clear(loop, &a.timer);
	pass(100);
	turn();
	assert_string_equal(order, "b");
}

static void
a_timer_may_clear_another_that_is_due_too(UNUSED void **state)
{
	struct lettered a = lettered('a'), b = lettered('b'), c = lettered('c');

	a.other = &b;
	a.in_ms = -1;
	loop_timer_set(loop, &a.timer, now_ms + 1);
	loop_timer_set(loop, &b.timer, now_ms + 2);
	loop_timer_set(loop, &c.timer, now_ms + 3);
	pass(10);
	turn();
	assert_string_equal(order, "ac");
}

static void
a_timer_may_set_itself_again(UNUSED void **state)
{
	struct lettered a = lettered('a');

	a.other = &a;
	a.in_ms = 10;
	loop_timer_set(loop, &a.timer, now_ms);
	for (int i = 0; i < 3; i++) {
		turn();
		pass(10);
	}
	assert_string_equal(order, "aaa");
	loop_timer_clear(loop, &a.timer);
}

static uint32_t
next_number(void)
{
	static uint32_t n = 12345;

	n = n * 1103515245u + 12345u;
	return n >> 8;
}

static int64_t last_due_ms;
static size_t due_count;

static void
due_in_order(struct loop_timer *t)
{
	assert_true(t->at_ms >= last_due_ms && t->at_ms <= now_ms);
	last_due_ms = t->at_ms;
	due_count++;
}

static void
thousands_of_timers_set_moved_and_cleared_keep_their_order(UNUSED void **state)
{
	static struct loop_timer timers[MANY];
	size_t cleared = 0;

	last_due_ms = 0;
	due_count = 0;
	for (size_t i = 0; i < MANY; i++) {
		timers[i] = (struct loop_timer){ .due = due_in_order };
		loop_timer_set(loop, &timers[i], now_ms + next_number() % 1000);
	}
	for (size_t i = 0; i < MANY; i += 3)
		loop_timer_set(loop, &timers[i], now_ms + next_number() % 1000);
	for (size_t i = 0; i < MANY; i += 5, cleared++)
		loop_timer_clear(loop, &timers[i]);
	for (int i = 0; i < 1000; i += 50) {
		pass(50);
		turn();
	}
	assert_int_equal(due_count, MANY - cleared);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(timers[i].place, 0);
}

static void *
wake_from_there(void *unused UNUSED)
{
	loop_wake(loop);
	return NULL;
}

static void
another_thread_wakes_a_loop_that_waits_for_ever(UNUSED void **state)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wake_from_there, NULL), 0);
	loop_turn(loop);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(woken, 1);
}

static void
to_be_woken_many_times_before_a_turn_is_to_be_woken_once(UNUSED void **state)
{
	for (int i = 0; i < 1000; i++)
		loop_wake(loop);
	turn();
	turn();
	assert_int_equal(woken, 1);
	loop_wake(loop);
	turn();
	assert_int_equal(woken, 2);
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
		TURNING(timers_are_due_in_the_order_of_their_times),
		TURNING(a_timer_that_is_set_again_has_the_new_time_alone),
		TURNING(a_timer_that_was_cleared_is_never_due),
		TURNING(a_timer_may_clear_another_that_is_due_too),
		TURNING(a_timer_may_set_itself_again),
		TURNING(thousands_of_timers_set_moved_and_cleared_keep_their_order),
		TURNING(another_thread_wakes_a_loop_that_waits_for_ever),
		TURNING(to_be_woken_many_times_before_a_turn_is_to_be_woken_once),
	};

	loop_free(NULL);
	return RUN(tests, NULL, NULL);
}
