/* SPDX-License-Identifier: MIT */
#include "protocol/basic.h"

#include <strings.h>

#include "base/base64url.h"
#include "protocol/form.h"
#include "protocol/param.h"

#define BASIC_MAX	4096	/* characters of base64 */

/* RFC 6749 appendix B.  Whoever does not encode gets through as long as nothing needs it. */
static const char *
decode(struct arena *a, const char *text)
{
	const char *name, *value;

	if (strpbrk(text, "&=") != NULL)
		return NULL;
	if (*text == '\0')
		return text;
	return form_next(a, &text, &name, &value) == FORM_PAIR && is_vschar(name) ? name : NULL;
}

enum basic
basic_read(struct arena *a, const char *authorization, const char **client_id, const char **client_secret)
{
	const char *id, *secret;
	char *colon;
	uint8_t *data;
	size_t n;

	if (authorization == NULL || *authorization == '\0')
		return BASIC_ABSENT;
	if (strncasecmp(authorization, "Basic ", 6) != 0)
		return BASIC_MALFORMED;
	authorization += 6 + strspn(authorization + 6, " ");
	if (strlen(authorization) > BASIC_MAX ||
	    !base64_decode(a, authorization, strlen(authorization), &data, &n) ||
	    strlen((char *)data) != n || (colon = strchr((char *)data, ':')) == NULL)
		return BASIC_MALFORMED;
	*colon = '\0';
	if ((id = decode(a, (char *)data)) == NULL || (secret = decode(a, colon + 1)) == NULL || *id == '\0')
		return BASIC_MALFORMED;
	*client_id = id;
	*client_secret = secret;
	return BASIC_PRESENT;
}
