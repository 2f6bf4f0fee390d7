/* SPDX-License-Identifier: MIT */
#include "service/browser.h"

#include "base/base64url.h"
#include "base/secret.h"
#include "protocol/http.h"
#include "service/keyring.h"

#define BROWSER		"sallyport-browser"
#define TRANSACTION	"sallyport-transaction-"
#define ACCOUNT		"sallyport-account"
#define NOTE		"sallyport-note"
#define GONE		"; Max-Age=0"
#define NOTE_LASTS	60	/* seconds */

static const char *
cookie_name(struct request *rq, const char *name)
{
	return arena_printf(rq->arena, "%s%s",
	    *rq->config->public_path == '\0' ? "__Host-" : "__Secure-", name);
}

static void
set_cookie(struct request *rq, struct response *rs, const char *name, const char *value,
    const char *lifetime)
{
	const char *path = *rq->config->public_path == '\0' ? "/" : rq->config->public_path;

	response_header(rs, "Set-Cookie", arena_printf(rq->arena,
	    "%s=%s; Path=%s; Secure; HttpOnly; SameSite=Lax%s", name, value, path, lifetime));
}

static const char *
lasting(struct request *rq, int64_t seconds)
{
	return arena_printf(rq->arena, "; Max-Age=%lld", (long long)seconds);
}

bool
browser_cookie_read(struct request *rq, struct opaque_token *out)
{
	return opaque_token_read(rq->arena, http_cookie(rq->arena,
	    request_variable(rq, "HTTP_COOKIE"), cookie_name(rq, BROWSER)), out);
}

struct opaque_token
browser_cookie(struct request *rq, struct response *rs)
{
	struct opaque_token cookie;

	if (browser_cookie_read(rq, &cookie))
		return cookie;
	cookie = opaque_token_new(rq->arena);
	set_cookie(rq, rs, cookie_name(rq, BROWSER), cookie.text, "");
	return cookie;
}

static const char *
csrf_under(struct request *rq, const struct key *key, const struct opaque_token *browser,
    const char *binding)
{
	const char *both = arena_printf(rq->arena, "csrf %s %s", browser->text, binding);
	uint8_t mac[SHA256_SIZE];

	hmac_sign(key->hmac, both, strlen(both), mac);
	return base64url_encode(rq->arena, mac, sizeof mac);
}

const char *
browser_csrf(struct request *rq, const struct opaque_token *browser, const char *binding)
{
	const struct key *key = keyring_current(rq->keys, KEY_BROWSER);

	return key == NULL || binding == NULL ? NULL : csrf_under(rq, key, browser, binding);
}

bool
browser_csrf_is_ours(struct request *rq, const struct opaque_token *browser, const char *binding,
    const char *csrf)
{
	const struct key *key;

	for (size_t i = 0; binding != NULL &&
	    (key = keyring_generation(rq->keys, KEY_BROWSER, i)) != NULL; i++)
		if (secret_equal(csrf_under(rq, key, browser, binding), csrf))
			return true;
	return false;
}

static const char *
transaction_name(struct request *rq, const uint8_t id_hash[static SHA256_SIZE])
{
	const char *tag = base64url_encode(rq->arena, id_hash, 12);

	return cookie_name(rq, arena_printf(rq->arena, TRANSACTION "%s", tag));
}

void
browser_transaction_set(struct request *rq, struct response *rs,
    const uint8_t id_hash[static SHA256_SIZE], const struct opaque_token *cookie)
{
	const char *cookies = request_variable(rq, "HTTP_COOKIE"), *prefix = cookie_name(rq, TRANSACTION);

	/* A browser with too many sign-ins under way forgets the old ones. */
	if (http_cookie_name(rq->arena, cookies, prefix, BROWSER_TRANSACTIONS_MAX - 1) != NULL)
		for (size_t i = 0; i < (size_t)2 * BROWSER_TRANSACTIONS_MAX; i++) {
			const char *old = http_cookie_name(rq->arena, cookies, prefix, i);

			if (old == NULL)
				break;
			set_cookie(rq, rs, old, "", GONE);
		}
	set_cookie(rq, rs, transaction_name(rq, id_hash), cookie->text,
	    lasting(rq, rq->config->limits.transaction));
}

bool
browser_transaction_read(struct request *rq, const uint8_t id_hash[static SHA256_SIZE],
    struct opaque_token *out)
{
	return opaque_token_read(rq->arena, http_cookie(rq->arena,
	    request_variable(rq, "HTTP_COOKIE"), transaction_name(rq, id_hash)), out);
}

void
browser_transaction_clear(struct request *rq, struct response *rs,
    const uint8_t id_hash[static SHA256_SIZE])
{
	set_cookie(rq, rs, transaction_name(rq, id_hash), "", GONE);
}

void
browser_account_set(struct request *rq, struct response *rs, const struct opaque_token *token)
{
	set_cookie(rq, rs, cookie_name(rq, ACCOUNT), token->text, lasting(rq, rq->config->limits.account));
}

bool
browser_account_read(struct request *rq, struct opaque_token *out)
{
	return opaque_token_read(rq->arena, http_cookie(rq->arena,
	    request_variable(rq, "HTTP_COOKIE"), cookie_name(rq, ACCOUNT)), out);
}

void
browser_account_clear(struct request *rq, struct response *rs)
{
	set_cookie(rq, rs, cookie_name(rq, ACCOUNT), "", GONE);
}

void
browser_note_set(struct request *rq, struct response *rs, const char *word)
{
	set_cookie(rq, rs, cookie_name(rq, NOTE), word, lasting(rq, NOTE_LASTS));
}

const char *
browser_note_take(struct request *rq, struct response *rs)
{
	const char *word = http_cookie(rq->arena, request_variable(rq, "HTTP_COOKIE"),
	    cookie_name(rq, NOTE));

	if (word != NULL)
		set_cookie(rq, rs, cookie_name(rq, NOTE), "", GONE);
	return word;
}

bool
browser_sent_by_ourselves(const struct request *rq)
{
	const char *origin = request_variable(rq, "HTTP_ORIGIN");
	const char *site = request_variable(rq, "HTTP_SEC_FETCH_SITE");

	return origin != NULL && strcmp(origin, rq->config->public_origin) == 0 &&
	    (site == NULL || strcmp(site, "same-origin") == 0);
}
