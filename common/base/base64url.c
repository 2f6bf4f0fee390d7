/* SPDX-License-Identifier: MIT */
#include "base/base64url.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static char *
encode(struct arena *a, const void *from, size_t n, const char last[static 2], bool pad)
{
	const unsigned char *in = from;
	char *text = arena_alloc(a, n / 3 * 4 + 5), *p = text;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t bits = (uint32_t)in[i] << 16;
		size_t chars = n - i < 3 ? n - i + 1 : 4;

		if (n - i > 1)
			bits |= (uint32_t)in[i + 1] << 8;
		if (n - i > 2)
			bits |= in[i + 2];
		for (size_t c = 0; c < 4; c++) {
			uint32_t six = bits >> (18 - 6 * c) & 63;

			if (c < chars)
				*p++ = six < 62 ? letters[six] : last[six - 62];
			else if (pad)
				*p++ = '=';
		}
	}
	return text;
}

char *
base64url_encode(struct arena *a, const void *from, size_t n)
{
	return encode(a, from, n, "-_", false);
}

char *
base64_encode(struct arena *a, const void *from, size_t n)
{
	return encode(a, from, n, "+/", true);
}

/* Of the characters from '0' to 'z'; NONE for those that are in neither alphabet or differ. */
#define NONE	64
static const uint8_t values[] = {
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NONE, NONE, NONE, NONE, NONE, NONE, NONE,
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
	NONE, NONE, NONE, NONE, NONE, NONE,
	26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
	50, 51,
};

static uint32_t
value_of(char c, const char last[static 2])
{
	unsigned at = (unsigned)(unsigned char)c - '0';

	if (at < sizeof values && values[at] != NONE)
		return values[at];
	return c == last[0] ? 62 : c == last[1] ? 63 : NONE;
}

/* Two or three characters at the end, whose unused bits must be 0. */
static bool
decode_rest(const char *text, size_t n, const char last[static 2], uint8_t *bytes)
{
	uint32_t bits = 0, unused = n == 2 ? 0xffff : 0xff;

	for (size_t i = 0; i < n; i++) {
		uint32_t v = value_of(text[i], last);

		if (v == NONE)
			return false;
		bits |= v << (18 - 6 * i);
	}
	for (size_t i = 0; i + 1 < n; i++)
		bytes[i] = (uint8_t)(bits >> (16 - 8 * i) & 0xff);
	return (bits & unused) == 0;
}

static bool
decode(struct arena *a, const char *text, size_t n, const char last[static 2], uint8_t **out,
    size_t *len)
{
	size_t whole = n / 4 * 4, rest = n - whole;
	uint8_t *bytes, *p;

	if (rest == 1)
		return false;
	bytes = p = arena_alloc(a, n / 4 * 3 + 4);
	for (size_t i = 0; i < whole; i += 4) {
		uint32_t v0 = value_of(text[i], last), v1 = value_of(text[i + 1], last);
		uint32_t v2 = value_of(text[i + 2], last), v3 = value_of(text[i + 3], last);

		if (((v0 | v1 | v2 | v3) & NONE) != 0)
			return false;
		*p++ = (uint8_t)(v0 << 2 | v1 >> 4);
		*p++ = (uint8_t)((v1 << 4 | v2 >> 2) & 0xff);
		*p++ = (uint8_t)((v2 << 6 | v3) & 0xff);
	}
	if (rest > 0 && !decode_rest(text + whole, rest, last, p))
		return false;
	*out = bytes;
	*len = (size_t)(p - bytes) + (rest > 0 ? rest - 1 : 0);
	return true;
}

bool
base64url_decode(struct arena *a, const char *text, size_t n, uint8_t **out, size_t *len)
{
	return decode(a, text, n, "-_", out, len);
}

bool
base64_decode(struct arena *a, const char *text, size_t n, uint8_t **out, size_t *len)
{
	if (n % 4 != 0)
		return false;
	for (int pad = 0; pad < 2 && n > 0 && text[n - 1] == '='; pad++)
		n--;
	return decode(a, text, n, "+/", out, len);
}
