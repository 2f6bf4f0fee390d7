/* SPDX-License-Identifier: MIT */
/* planned.h - the headers that a request to an upstream is planned with */
#ifndef UNIT_SERVICE_PLANNED_H
#define UNIT_SERVICE_PLANNED_H

#include "service/upstream_header.h"

#include "fake_io.h"

static struct relay_plan plan;

/* The value of the planned field of that name and case; NULL where none or more than one is. */
static inline const char *
planned(const char *name)
{
	const char *value = NULL;
	size_t n = strlen(name);

	for (size_t i = 0; i < plan.headers; i++)
		if (strncmp(plan.header[i], name, n) == 0 &&
		    strncmp(plan.header[i] + n, ": ", 2) == 0) {
			if (value != NULL)
				return NULL;
			value = plan.header[i] + n + 2;
		}
	return value;
}

static inline void
is_planned(const char *name, const char *value)
{
	if (planned(name) == NULL)
		fail_msg("no %s, or more than one", name);
	assert_string_equal(planned(name), value);
}

static inline int
plan_open(void **state)
{
	(void)fixture_open(state);
	plan = (struct relay_plan){ .server = &fix.config.server[0] };
	return 0;
}

#define PLANNED(test)	cmocka_unit_test_setup_teardown(test, plan_open, fixture_close)

#endif
