/* SPDX-License-Identifier: MIT */
/*
 * base64url_fuzz - what decodes encodes to the same text, what is encoded to the same bytes
 */
#include "base/base64url.h"
#include "fuzz.h"

typedef bool decoder(struct arena *, const char *, size_t, uint8_t **, size_t *);
typedef char *encoder(struct arena *, const void *, size_t);

static void
there_and_back(struct arena *a, encoder *encode, decoder *decode, const uint8_t *data, size_t size)
{
	const char *text = arena_copy(a, data, size), *encoded = encode(a, data, size);
	uint8_t *bytes;
	size_t n;

	if (decode(a, text, size, &bytes, &n)) {
		const char *again = encode(a, bytes, n);

		EXPECT(strlen(again) == size && memcmp(again, text, size) == 0);
	}
	EXPECT(decode(a, encoded, strlen(encoded), &bytes, &n));
	EXPECT(n == size && (n == 0 || memcmp(bytes, data, n) == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;

	if (size > 65536)
		return 0;
	arena_init(&a, 1024 * 1024);
	there_and_back(&a, base64url_encode, base64url_decode, data, size);
	there_and_back(&a, base64_encode, base64_decode, data, size);
	arena_free(&a);
	return 0;
}
