/* SPDX-License-Identifier: MIT */
/* network.c - a libcurl without a network: each call gets an answer of the input, or of the world */
#include "network.h"

#include "base/number.h"

#define ANSWERS_MAX	16

struct easy network_handles[HANDLES_MAX];

static struct answer answers[ANSWERS_MAX];
static size_t answer_count;
static char told[64 * 1024];	/* what went out in this request, cut */
static size_t told_len;

/* "WORD STATUS", header lines, an empty line, the body. */
static void
add_answer(char *text)
{
	struct answer *a = &answers[answer_count++];
	char *rest = text, *head = part(&rest, "\n\n"), *word, *status;

	word = part(&head, "\n");
	status = word;
	*a = (struct answer){
		.word = part(&status, " "), .status = 200, .head = head == NULL ? "" : head,
		.body = rest == NULL ? "" : rest, .len = rest == NULL ? 0 : strlen(rest),
	};
	if (status != NULL && !number_read(status, 999, &a->status))
		a->status = 200;
}

void
network_begin(char *text)
{
	answer_count = told_len = 0;
	told[0] = '\0';
	memset(network_handles, 0, sizeof network_handles);
	while (text != NULL && answer_count < ANSWERS_MAX)
		add_answer(part(&text, "\n~~~ "));
}

/* What the world answers where the input says nothing. */
static const struct answer *
standard(const char *url)
{
	static struct answer found;
	static const char *const words[] = { "openid-configuration", "/keys", "/token" };

	for (size_t i = 0; i < COUNT(words); i++)
		if (strstr(url, words[i]) != NULL) {
			found = (struct answer){ .status = 200, .head = "Content-Type: application/json",
			    .body = world_value(words[i]) };
			found.len = strlen(found.body);
			return &found;
		}
	return NULL;
}

const struct answer *
network_answer(const char *url)
{
	for (size_t i = 0; i < answer_count; i++)
		if (!answers[i].used && strstr(url, answers[i].word) != NULL) {
			answers[i].used = true;
			return &answers[i];
		}
	return standard(url);
}

void
network_tell(const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);

	if (n > sizeof told - 1 - told_len)
		n = sizeof told - 1 - told_len;
	memcpy(told + told_len, text, n);
	told[told_len += n] = '\0';
}

bool
network_told(const char *secret)
{
	return strstr(told, secret) != NULL;
}

const struct curl_library *
curl_library(void)
{
	static struct curl_library functions;

	easy_functions(&functions);
	multi_functions(&functions);
	return &functions;
}

bool
curl_prepare(const struct curl_library *lib UNUSED, CURL *h UNUSED,
    const struct config *config UNUSED)
{
	return true;
}
