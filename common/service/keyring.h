/* SPDX-License-Identifier: MIT */
/*
 * keyring.h - the server's own keys: one folder and file per purpose under state_dir/keys
 *
 * A file holds one generation a line, oldest first: "KID CREATED_AT BASE64URL".  A new generation
 * verifies at once and is used for new work a minute later, when every process has seen it.  A
 * struct keyring belongs to one worker, reads a file when its purpose is first asked for, and looks
 * again after KEY_RELOAD seconds; a key that it gave out lives until the next call for its purpose.
 */
#ifndef SERVICE_KEYRING_H
#define SERVICE_KEYRING_H

#include "base/digest.h"
#include "service/config.h"

enum key_purpose {
	KEY_SIGN,		/* session tokens: token, introspect, mcp */
	KEY_WRAP,		/* data keys: oauth-callback, token, introspect, mcp */
	KEY_CACHE,		/* Entra's documents: oauth-callback, mcp */
	KEY_BROWSER,		/* forms and cookies: consent, oauth-callback, account */
	KEY_LOGOUT,		/* Entra's session ids: oauth-callback, logout */
	KEY_PURPOSES
};

#define KEY_SIZE		32	/* bytes */
#define KID_LEN			16	/* hexadecimal digits */
#define KEY_GENERATIONS_MAX	8
#define KEY_SETTLE		60	/* seconds before a new generation is used for new work */
#define KEY_RELOAD		10	/* seconds between two looks at a file */

struct key {
	char		 kid[KID_LEN + 1];
	int64_t		 created_at;
	uint8_t		 secret[KEY_SIZE];
	struct hmac	*hmac;		/* keyed with it */
};

struct keyring;

extern const char *const key_purpose_names[KEY_PURPOSES];

struct keyring		*keyring_open(const struct config *);
void			 keyring_close(struct keyring *);	/* wipes; NULL is fine */

/* The generation for new work; NULL if the file is missing, unreadable or malformed. */
MUST_CHECK const struct key *keyring_current(struct keyring *, enum key_purpose);
/* The generation of that kid, NULL if there is none. */
MUST_CHECK const struct key *keyring_find(struct keyring *, enum key_purpose, const char *kid);

/*
 * The n-th generation, NULL when there are fewer: for what must be found whatever generation it was
 * made under.
 */
MUST_CHECK const struct key *keyring_generation(struct keyring *, enum key_purpose, size_t n);

/* Makes the folder, and the file with a first generation (0640), unless it is there.  For `sallyport init`. */
MUST_CHECK bool		 keyring_create(const struct config *, enum key_purpose);

#endif
