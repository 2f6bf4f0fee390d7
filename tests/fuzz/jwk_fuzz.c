/* SPDX-License-Identifier: MIT */
/*
 * jwk_fuzz - a key set from outside: whatever is found may be used, and a valid set has a key
 */
#include "fuzz.h"
#include "protocol/jwk.h"

/* True when that key of the set can be found; every key that is found keeps the promise. */
static bool
found(struct arena *a, struct json_object *set, const char *kid)
{
	const char *issuer = "";
	AUTO(pkey) EVP_PKEY *key = jwk_find(a, set, kid, &issuer);

	if (key == NULL)
		return false;
	EXPECT(EVP_PKEY_is_a(key, "RSA"));
	EXPECT(EVP_PKEY_get_bits(key) >= 2048 && EVP_PKEY_get_bits(key) <= 8192);
	EXPECT(issuer == NULL || strlen(issuer) <= JWK_SET_MAX);
	return true;
}

static void
look_for_each(struct arena *a, struct json_object *set)
{
	struct json_object *keys = json_array_member(set, "keys");
	size_t count = keys == NULL ? 0 : json_object_array_length(keys);
	bool any = false;

	for (size_t i = 0; i < count && i < 16; i++) {
		const char *kid = json_string(json_object_array_get_idx(keys, i), "kid");

		if (kid != NULL && found(a, set, kid))
			any = true;
	}
	EXPECT(count > 16 || any == jwk_set_valid(a, set));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct json_object *set;

	if (size > JWK_SET_MAX)
		return 0;
	arena_init(&a, 4 * 1024 * 1024);
	set = json_parse(&a, (const char *)data, size);
	look_for_each(&a, set);
	json_auto(&set);
	arena_free(&a);
	return 0;
}
