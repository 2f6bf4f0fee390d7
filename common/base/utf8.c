/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

/* The length of the sequence at p, 0 if it is none.  RFC 3629 section 4. */
static size_t
sequence(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 :
	    p[0] < 0xf5 ? 4 : 0;

	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

/* Eight bytes at a time, since most text is ASCII: 8 or nothing. */
static size_t
ascii(const unsigned char *p, size_t n)
{
	uint64_t eight;

	if (n < sizeof eight)
		return 0;
	memcpy(&eight, p, sizeof eight);
	return (eight & UINT64_C(0x8080808080808080)) == 0 ? sizeof eight : 0;
}

bool
utf8_valid(const void *text, size_t n)
{
	const unsigned char *p = text;

	while (n > 0) {
		size_t len = ascii(p, n);

		if (len == 0)
			len = sequence(p, n);
		if (len == 0)
			return false;
		p += len;
		n -= len;
	}
	return true;
}
