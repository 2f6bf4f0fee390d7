/* SPDX-License-Identifier: MIT */
/* easy.c - one call */
#include <netinet/in.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "network.h"

static CURL *
easy_init(void)
{
	for (size_t i = 0; i < HANDLES_MAX; i++)
		if (!network_handles[i].open) {
			network_handles[i] = (struct easy){ .open = true };
			return &network_handles[i];
		}
	return NULL;
}

static void
easy_reset(CURL *handle)
{
	*(struct easy *)handle = (struct easy){ .open = true };
}

static void
easy_cleanup(CURL *handle)
{
	*(struct easy *)handle = (struct easy){ 0 };
}

static CURLcode
easy_setopt(CURL *handle, CURLoption option, ...)
{
	struct easy *h = handle;
	va_list ap;

	va_start(ap, option);
	switch (option) {
	case CURLOPT_URL:
		(void)snprintf(h->url, sizeof h->url, "%s", va_arg(ap, const char *));
		network_tell(h->url);
		break;
	case CURLOPT_POSTFIELDS:
		network_tell(va_arg(ap, const char *));
		break;
	case CURLOPT_HTTPHEADER:
		for (const struct curl_slist *l = va_arg(ap, struct curl_slist *); l != NULL; l = l->next)
			network_tell(l->data);
		break;
	case CURLOPT_WRITEFUNCTION:	h->write = va_arg(ap, take *);		break;
	case CURLOPT_WRITEDATA:		h->write_to = va_arg(ap, void *);	break;
	case CURLOPT_HEADERFUNCTION:	h->header = va_arg(ap, take *);		break;
	case CURLOPT_HEADERDATA:	h->header_to = va_arg(ap, void *);	break;
	case CURLOPT_PRIVATE:		h->private = va_arg(ap, void *);	break;
	case CURLOPT_OPENSOCKETFUNCTION:
		h->connect = va_arg(ap, curl_socket_t (*)(void *, curlsocktype, struct curl_sockaddr *));
		break;
	case CURLOPT_OPENSOCKETDATA:	h->connector = va_arg(ap, void *);	break;
	default:
		break;
	}
	va_end(ap);
	return CURLE_OK;
}

static CURLcode
easy_getinfo(CURL *handle, CURLINFO what, ...)
{
	struct easy *h = handle;
	va_list ap;

	va_start(ap, what);
	if (what == CURLINFO_RESPONSE_CODE)
		*va_arg(ap, long *) = h->begun && h->answer != NULL ? (long)h->answer->status : 0;
	else if (what == CURLINFO_PRIVATE)
		*va_arg(ap, void **) = h->private;
	va_end(ap);
	return CURLE_OK;
}

/* Whether the guard lets it connect; every name leads to the same public address. */
static bool
may_connect(struct easy *h)
{
	struct curl_sockaddr at = { .family = AF_INET, .socktype = SOCK_STREAM };
	union { struct sockaddr any; struct sockaddr_in in; } address = {
		.in = { .sin_family = AF_INET, .sin_addr = { htonl(0x5db8d822) } },
	};
	curl_socket_t fd;

	if (h->connect == NULL)
		return true;
	memcpy(&at.addr, &address.any, sizeof address.any);
	fd = h->connect(h->connector, CURLSOCKTYPE_IPCXN, &at);
	if (fd != CURL_SOCKET_BAD)
		close(fd);
	return fd != CURL_SOCKET_BAD;
}

static bool
give(take *to, void *argument, const char *text, size_t n)
{
	static char copy[PIECE + 8];

	n = n > PIECE ? PIECE : n;
	memcpy(copy, text, n);
	return to == NULL || to(copy, 1, n, argument) == n;
}

/* Each line as libcurl gives it; a long one comes cut. */
static bool
give_head(struct easy *h)
{
	char line[PIECE];
	bool good = give(h->header, h->header_to, "HTTP/1.1 200 X\r\n", 16);

	for (const char *p = h->answer->head; good && *p != '\0';) {
		size_t n = strcspn(p, "\n");

		(void)snprintf(line, sizeof line, "%.*s\r\n", (int)n, p);
		good = give(h->header, h->header_to, line, strlen(line));
		p += n + (p[n] == '\n');
	}
	return good && give(h->header, h->header_to, "\r\n", 2);
}

void
easy_go_on(struct easy *h)
{
	char piece[PIECE];

	if (!h->begun) {
		h->answer = may_connect(h) ? network_answer(h->url) : NULL;
		h->begun = h->over = true;
		h->result = h->answer == NULL ? CURLE_COULDNT_CONNECT : CURLE_WRITE_ERROR;
		if (h->answer == NULL || !give_head(h))
			return;
		h->over = false;
	}
	while (h->at < h->answer->len) {
		size_t n = h->answer->len - h->at < PIECE ? h->answer->len - h->at : PIECE, took;

		memcpy(piece, h->answer->body + h->at, n);
		took = h->write(piece, 1, n, h->write_to);
		h->paused = took == CURL_WRITEFUNC_PAUSE;
		h->over = !h->paused && took != n;
		if (h->paused || h->over)
			return;
		h->at += n;
	}
	h->over = true;
	h->result = h->answer->status == 0 ? CURLE_RECV_ERROR : CURLE_OK;
}

static CURLcode
easy_perform(CURL *handle)
{
	struct easy *h = handle;

	h->begun = h->over = false;
	h->at = 0;
	easy_go_on(h);
	return h->result;
}

static CURLcode
easy_pause(CURL *handle, int how)
{
	struct easy *h = handle;

	h->paused = how != CURLPAUSE_CONT;
	multi_soon();
	return CURLE_OK;
}

static struct curl_slist *
slist_append(struct curl_slist *list, const char *text)
{
	struct curl_slist *l = calloc(1, sizeof *l), **end = &list;

	if (l == NULL || (l->data = strdup(text)) == NULL)
		abort();
	while (*end != NULL)
		end = &(*end)->next;
	*end = l;
	return list;
}

static void
slist_free_all(struct curl_slist *list)
{
	while (list != NULL) {
		struct curl_slist *next = list->next;

		free(list->data);
		free(list);
		list = next;
	}
}

void
easy_functions(struct curl_library *out)
{
	out->easy_init = easy_init;
	out->easy_setopt = easy_setopt;
	out->easy_perform = easy_perform;
	out->easy_getinfo = easy_getinfo;
	out->easy_pause = easy_pause;
	out->easy_reset = easy_reset;
	out->easy_cleanup = easy_cleanup;
	out->slist_append = slist_append;
	out->slist_free_all = slist_free_all;
}
