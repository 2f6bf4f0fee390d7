/* SPDX-License-Identifier: MIT */
/*
 * count.so: preloaded into a program under test, counts what it asks of SQLite, OpenSSL, the
 * loader and the heap, in a file that the test reads while the program waits: rows of a name, cut
 * or filled to NAME_SIZE bytes, and a number.  COUNT_FILE names the file.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_SIZE	24

enum counted {
	PREPARE, EXEC, STEP_READ, STEP_WRITE, MAC, DIGEST, VERIFY, SIGN, DERIVE, DECRYPT, ENCRYPT,
	DLOPEN, MALLOC, FREE, COUNTED,
};

static const char *const names[COUNTED] = {
	[PREPARE] = "prepare", [EXEC] = "exec", [STEP_READ] = "step_read",
	[STEP_WRITE] = "step_write", [MAC] = "mac", [DIGEST] = "digest", [VERIFY] = "verify",
	[SIGN] = "sign", [DERIVE] = "derive", [DECRYPT] = "decrypt", [ENCRYPT] = "encrypt",
	[DLOPEN] = "dlopen", [MALLOC] = "malloc", [FREE] = "free",
};

struct row {
	char		 name[NAME_SIZE];
	uint64_t	 number;
};

/* Until the file is mapped, counts go where nobody looks. */
static struct row unseen[COUNTED];
static struct row *rows = unseen;

static void
count(enum counted which)
{
	(void)__atomic_fetch_add(&rows[which].number, 1, __ATOMIC_RELAXED);
}

__attribute__((constructor)) static void
map_file(void)
{
	const char *path = getenv("COUNT_FILE");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *at;

	if (fd < 0 || ftruncate(fd, sizeof unseen) != 0)
		return;
	at = mmap(NULL, sizeof unseen, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	(void)close(fd);
	if (at == MAP_FAILED)
		return;
	rows = at;
	for (size_t i = 0; i < COUNTED; i++)
		memcpy(rows[i].name, names[i], strlen(names[i]));
}

/* Defines a function that counts and goes on to the one of the same name in the next library. */
#define COUNTS(which, type, name, parameters, arguments)		\
	type								\
	name parameters							\
	{								\
		static type (*next) parameters;				\
									\
		if (next == NULL) {					\
			void *symbol = dlsym(RTLD_NEXT, #name);		\
									\
			memcpy(&next, &symbol, sizeof symbol);		\
		}							\
		count(which);						\
		return next arguments;					\
	}

COUNTS(PREPARE, int, sqlite3_prepare_v2,
    (sqlite3 *db, const char *sql, int n, sqlite3_stmt **out, const char **tail),
    (db, sql, n, out, tail))
COUNTS(PREPARE, int, sqlite3_prepare_v3,
    (sqlite3 *db, const char *sql, int n, unsigned flags, sqlite3_stmt **out, const char **tail),
    (db, sql, n, flags, out, tail))
COUNTS(EXEC, int, sqlite3_exec,
    (sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **), void *argument,
    char **error),
    (db, sql, row, argument, error))
COUNTS(sqlite3_stmt_readonly(statement) ? STEP_READ : STEP_WRITE, int, sqlite3_step,
    (sqlite3_stmt *statement), (statement))
COUNTS(MAC, int, EVP_MAC_final,
    (EVP_MAC_CTX *ctx, unsigned char *out, size_t *len, size_t size), (ctx, out, len, size))
COUNTS(DIGEST, int, EVP_Digest,
    (const void *data, size_t n, unsigned char *out, unsigned int *len, const EVP_MD *type,
    ENGINE *engine),
    (data, n, out, len, type, engine))
COUNTS(VERIFY, int, EVP_DigestVerify,
    (EVP_MD_CTX *ctx, const unsigned char *signature, size_t signature_len,
    const unsigned char *data, size_t n),
    (ctx, signature, signature_len, data, n))
COUNTS(SIGN, int, EVP_DigestSign,
    (EVP_MD_CTX *ctx, unsigned char *signature, size_t *signature_len,
    const unsigned char *data, size_t n),
    (ctx, signature, signature_len, data, n))
COUNTS(DERIVE, int, EVP_KDF_derive,
    (EVP_KDF_CTX *ctx, unsigned char *out, size_t n, const OSSL_PARAM params[]),
    (ctx, out, n, params))
COUNTS(DECRYPT, int, EVP_DecryptFinal_ex, (EVP_CIPHER_CTX *ctx, unsigned char *out, int *n),
    (ctx, out, n))
COUNTS(ENCRYPT, int, EVP_EncryptFinal_ex, (EVP_CIPHER_CTX *ctx, unsigned char *out, int *n),
    (ctx, out, n))
COUNTS(DLOPEN, void *, dlopen, (const char *file, int mode), (file, mode))

/* The loader itself may allocate before dlsym works, so these go to glibc's own names. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

void *
malloc(size_t n)
{
	count(MALLOC);
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	count(MALLOC);
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	count(MALLOC);
	return __libc_realloc(p, n);
}

void
free(void *p)
{
	count(FREE);
	__libc_free(p);
}
