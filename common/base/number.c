/* SPDX-License-Identifier: MIT */
#include "base/number.h"

struct unit {
	char	 letter;
	int64_t	 factor;
};

static const struct unit seconds[] = {
	{ '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
};
static const struct unit bytes[] = { { '\0', 1 }, { 'K', 1024 }, { 'M', 1024 * 1024 } };

static bool
read_with_unit(const char *text, const struct unit *units, size_t count, int64_t max, int64_t *out)
{
	const char *p = text;
	int64_t n = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (n > (INT64_MAX - (*p - '0')) / 10)
			return false;
		n = n * 10 + (*p - '0');
	}
	if (p == text || (*p != '\0' && p[1] != '\0'))
		return false;
	for (size_t i = 0; i < count; i++)
		if (units[i].letter == *p) {
			if (n > max / units[i].factor)
				return false;
			*out = n * units[i].factor;
			return true;
		}
	return false;
}

bool
number_read(const char *text, int64_t max, int64_t *out)
{
	return read_with_unit(text, seconds, 1, max, out);
}

bool
duration_read(const char *text, int64_t max, int64_t *out)
{
	return read_with_unit(text, seconds, COUNT(seconds), max, out);
}

bool
size_read(const char *text, int64_t max, int64_t *out)
{
	return read_with_unit(text, bytes, COUNT(bytes), max, out);
}
