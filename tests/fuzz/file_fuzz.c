/* SPDX-License-Identifier: MIT */
/*
 * file_fuzz - files of the administrator's: keys, an introspection key, certificates, a client's PEM
 *
 * The input is each file's text.  Of a bad one nothing is kept.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "protocol/client_keys.h"
#include "protocol/jwk.h"
#include "protocol/jws_verify.h"
#include "service/credential_certificate.h"
#include "service/introspection_key.h"
#include "service/key_file.h"

static const char *
path_of(struct arena *a, const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("file", MFD_CLOEXEC);
	EXPECT(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	return arena_printf(a, "/proc/self/fd/%d", fd);
}

/* A file that is read is the lines that would be written. */
static void
judge_keys(struct arena *a, const char *path, const char *text)
{
	struct generations g;
	size_t at = 0;

	if (!key_file_read(a, path, &g)) {
		EXPECT(g.count == 0);
		return;
	}
	EXPECT(g.count >= 1 && generations_current(&g, INT64_MAX) < g.count);
	for (size_t i = 0; i < g.count; i++) {
		const char *line = key_line(a, &g.key[i]);
		size_t n = strcspn(line, " ");

		EXPECT(strncmp(text + at, line, n) == 0 && g.key[i].created_at >= 0);
		at += strcspn(text + at, "\n") + 1;
	}
	generations_forget(&g);
}

static void
judge_introspection(struct arena *a, const char *path)
{
	struct introspection_keys keys;
	const char *why = NULL;

	if (introspection_key_read(a, path, &keys, &why))
		EXPECT(keys.count >= 1 && keys.count <= INTROSPECTION_KEYS_MAX && why == NULL);
	else
		EXPECT(why != NULL);
}

static void
judge_certificate(struct arena *a, const char *path)
{
	const struct config_app app = { .credential = CREDENTIAL_CERTIFICATE, .path = { path } };
	struct certificates all;

	certificates_read(a, &app, &all);
	EXPECT(all.count == 1 && (all.file[0].why != NULL || all.file[0].key != NULL));
	if (all.file[0].why == NULL)
		EXPECT(strlen(all.file[0].x5t) == 43);
	certificates_auto(&all);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	const char *path, *text;
	EVP_PKEY *key;

	if (size > 16384)
		return 0;
	arena_init(&a, (size_t)1024 * 1024);
	text = arena_copy(&a, data, size);
	path = path_of(&a, data, size);
	judge_keys(&a, path, text);
	judge_introspection(&a, path);
	judge_certificate(&a, path);
	key = client_keys_pem(text);
	EXPECT(key == NULL || jws_key_fits(key, "RS256") || jws_key_fits(key, "ES256"));
	pkey_auto(&key);
	arena_free(&a);
	return 0;
}
