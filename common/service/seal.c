/* SPDX-License-Identifier: MIT */
#include "service/seal.h"

#include "base/random.h"
#include "base/secret.h"

struct data_key
data_key_new(void)
{
	struct data_key k;

	random_bytes(k.key, sizeof k.key);
	return k;
}

struct sid
sid_new(void)
{
	struct sid s;

	random_bytes(s.id, sizeof s.id);
	return s;
}

static char *
hex(struct arena *a, const uint8_t *bytes, size_t n)
{
	static const char digit[] = "0123456789abcdef";
	char *text = arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digit[bytes[i] >> 4];
		text[2 * i + 1] = digit[bytes[i] & 15];
	}
	return text;
}

char *
sid_text(struct arena *a, const struct sid *sid)
{
	return hex(a, sid->id, SID_SIZE);
}

static int
nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
sid_read(const char *text, struct sid *out)
{
	if (text == NULL || strlen(text) != (size_t)2 * SID_SIZE)
		return false;
	for (size_t i = 0; i < SID_SIZE; i++) {
		int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out->id[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

struct bytes
sid_bytes(struct arena *a, const struct sid *sid)
{
	return (struct bytes){ .data = (uint8_t *)arena_copy(a, sid->id, SID_SIZE), .len = SID_SIZE };
}

bool
sid_from_bytes(struct bytes b, struct sid *out)
{
	if (b.len != SID_SIZE)
		return false;
	memcpy(out->id, b.data, SID_SIZE);
	return true;
}

static void
wrapping_key(struct arena *a, const struct key *key, const char *purpose,
    const struct opaque_token *token, uint8_t out[static AEAD_KEY_SIZE])
{
	hkdf_sha256(token->secret, sizeof token->secret, key->secret, sizeof key->secret,
	    arena_printf(a, "sallyport wrap %s %s", purpose, key->kid), out);
}

static const char *
wrap_context(struct arena *a, const char *table, const struct opaque_token *token,
    const struct sid *sid, const char *kid)
{
	return arena_printf(a, "%s %s %s %s", table, hex(a, token->hash, sizeof token->hash),
	    sid_text(a, sid), kid);
}

bool
seal_wrap(struct arena *a, struct keyring *ring, const char *table, const struct opaque_token *token,
    const struct sid *sid, const struct data_key *data_key, struct wrap *out)
{
	const struct key *key = keyring_current(ring, KEY_WRAP);
	uint8_t wrapping[AEAD_KEY_SIZE];

	if (key == NULL)
		return false;
	wrapping_key(a, key, table, token, wrapping);
	out->kid = arena_string(a, key->kid);
	out->sealed = aead_seal(a, wrapping, wrap_context(a, table, token, sid, key->kid),
	    data_key->key, sizeof data_key->key);
	secret_wipe(wrapping, sizeof wrapping);
	return true;
}

bool
seal_unwrap(struct arena *a, struct keyring *ring, const char *table,
    const struct opaque_token *token, const struct sid *sid, const struct wrap *wrap,
    struct data_key *out)
{
	const struct key *key = keyring_find(ring, KEY_WRAP, wrap->kid);
	uint8_t wrapping[AEAD_KEY_SIZE];
	struct bytes plain;
	bool good;

	if (key == NULL)
		return false;
	wrapping_key(a, key, table, token, wrapping);
	good = aead_open(a, wrapping, wrap_context(a, table, token, sid, key->kid), wrap->sealed,
	    &plain) && plain.len == sizeof out->key;
	secret_wipe(wrapping, sizeof wrapping);
	if (good)
		memcpy(out->key, plain.data, sizeof out->key);
	return good;
}

static const char *
column_context(struct arena *a, const char *column, const struct sid *sid)
{
	return arena_printf(a, "%s %s", column, sid_text(a, sid));
}

struct bytes
seal_column(struct arena *a, const struct data_key *key, const char *column, const struct sid *sid,
    const char *text)
{
	return aead_seal(a, key->key, column_context(a, column, sid), text, strlen(text));
}

const char *
seal_open_column(struct arena *a, const struct data_key *key, const char *column,
    const struct sid *sid, struct bytes sealed)
{
	struct bytes plain;

	if (sealed.data == NULL ||
	    !aead_open(a, key->key, column_context(a, column, sid), sealed, &plain))
		return NULL;
	return (const char *)plain.data;
}

/* The key's generation stands in front of the message. */
static struct bytes
with_kid(struct arena *a, const struct key *key, struct bytes sealed)
{
	struct bytes all = { .len = KID_LEN + sealed.len };

	all.data = arena_alloc(a, all.len);
	memcpy(all.data, key->kid, KID_LEN);
	memcpy(all.data + KID_LEN, sealed.data, sealed.len);
	return all;
}

static const struct key *
key_of(struct arena *a, struct keyring *ring, enum key_purpose purpose, struct bytes sealed)
{
	return sealed.data == NULL || sealed.len < KID_LEN ? NULL :
	    keyring_find(ring, purpose, arena_copy(a, sealed.data, KID_LEN));
}

bool
seal_for_holder(struct arena *a, struct keyring *ring, enum key_purpose purpose, const char *column,
    const struct opaque_token *holder, const void *plain, size_t n, struct bytes *out)
{
	const struct key *key = keyring_current(ring, purpose);
	uint8_t wrapping[AEAD_KEY_SIZE];
	struct bytes sealed;

	if (key == NULL)
		return false;
	wrapping_key(a, key, column, holder, wrapping);
	sealed = aead_seal(a, wrapping, wrap_context(a, column, holder, &(struct sid){ 0 }, key->kid),
	    plain, n);
	secret_wipe(wrapping, sizeof wrapping);
	*out = with_kid(a, key, sealed);
	return true;
}

bool
seal_open_for_holder(struct arena *a, struct keyring *ring, enum key_purpose purpose,
    const char *column, const struct opaque_token *holder, struct bytes sealed, struct bytes *out)
{
	const struct key *key = key_of(a, ring, purpose, sealed);
	uint8_t wrapping[AEAD_KEY_SIZE];
	bool good;

	if (key == NULL)
		return false;
	wrapping_key(a, key, column, holder, wrapping);
	good = aead_open(a, wrapping, wrap_context(a, column, holder, &(struct sid){ 0 }, key->kid),
	    (struct bytes){ .data = sealed.data + KID_LEN, .len = sealed.len - KID_LEN }, out);
	secret_wipe(wrapping, sizeof wrapping);
	return good;
}

static void
server_key(const struct key *key, uint8_t out[static AEAD_KEY_SIZE])
{
	hkdf_sha256(key->secret, sizeof key->secret, "", 0, "sallyport seal for the server", out);
}

bool
seal_for_server(struct arena *a, struct keyring *ring, enum key_purpose purpose, const char *context,
    const char *text, struct bytes *out)
{
	const struct key *key = keyring_current(ring, purpose);
	uint8_t sealing[AEAD_KEY_SIZE];
	struct bytes sealed;

	if (key == NULL)
		return false;
	server_key(key, sealing);
	sealed = aead_seal(a, sealing, context, text, strlen(text));
	secret_wipe(sealing, sizeof sealing);
	*out = with_kid(a, key, sealed);
	return true;
}

const char *
seal_open_for_server(struct arena *a, struct keyring *ring, enum key_purpose purpose,
    const char *context, struct bytes sealed)
{
	const struct key *key = key_of(a, ring, purpose, sealed);
	uint8_t sealing[AEAD_KEY_SIZE];
	struct bytes plain;
	bool good;

	if (key == NULL)
		return NULL;
	server_key(key, sealing);
	good = aead_open(a, sealing, context,
	    (struct bytes){ .data = sealed.data + KID_LEN, .len = sealed.len - KID_LEN }, &plain);
	secret_wipe(sealing, sizeof sealing);
	return good ? (const char *)plain.data : NULL;
}
