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

static int
value_of(char c, const char last[static 2])
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == last[0] ? 62 : c == last[1] ? 63 : -1;
}

static bool
decode(struct arena *a, const char *text, size_t n, const char last[static 2], uint8_t **out,
    size_t *len)
{
	uint8_t *bytes;
	uint32_t bits = 0;
	size_t held = 0, size = 0;

	if (n % 4 == 1)
		return false;
	bytes = arena_alloc(a, n / 4 * 3 + 4);
	for (size_t i = 0; i < n; i++) {
		int v = value_of(text[i], last);

		if (v < 0)
			return false;
		bits = (bits << 6 | (uint32_t)v) & 0xffffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			bytes[size++] = (uint8_t)(bits >> held & 0xff);
		}
	}
	if ((bits & ((1U << held) - 1)) != 0)
		return false;
	*out = bytes;
	*len = size;
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
