/* SPDX-License-Identifier: MIT */
/* multi.c - several calls on one loop: all that is ready comes when its timer is due */
#include <stdarg.h>

#include "network.h"

static struct {
	int	(*timer)(CURLM *, long, void *);
	void	*timer_to;
} multi;

void
multi_soon(void)
{
	(void)multi.timer(&multi, 0, multi.timer_to);
}

static CURLM *
multi_init(void)
{
	return &multi;
}

static CURLMcode
multi_setopt(CURLM *m UNUSED, CURLMoption option, ...)
{
	va_list ap;

	va_start(ap, option);
	if (option == CURLMOPT_TIMERFUNCTION)
		multi.timer = va_arg(ap, int (*)(CURLM *, long, void *));
	else if (option == CURLMOPT_TIMERDATA)
		multi.timer_to = va_arg(ap, void *);
	va_end(ap);
	return CURLM_OK;
}

static CURLMcode
multi_add_handle(CURLM *m UNUSED, CURL *handle)
{
	((struct easy *)handle)->added = true;
	multi_soon();
	return CURLM_OK;
}

static CURLMcode
multi_remove_handle(CURLM *m UNUSED, CURL *handle)
{
	((struct easy *)handle)->added = false;
	return CURLM_OK;
}

static CURLMcode
multi_socket_action(CURLM *m UNUSED, curl_socket_t fd UNUSED, int what UNUSED, int *running)
{
	*running = 0;
	for (size_t i = 0; i < HANDLES_MAX; i++)
		if (network_handles[i].open && network_handles[i].added && !network_handles[i].over && !network_handles[i].paused)
			easy_go_on(&network_handles[i]);
	return CURLM_OK;
}

static CURLMsg *
multi_info_read(CURLM *m UNUSED, int *left)
{
	static CURLMsg message;

	*left = 0;
	for (size_t i = 0; i < HANDLES_MAX; i++) {
		struct easy *h = &network_handles[i];

		if (!h->open || !h->added || !h->over || h->reported)
			continue;
		h->reported = true;
		message = (CURLMsg){ .msg = CURLMSG_DONE, .easy_handle = h, .data.result = h->result };
		return &message;
	}
	return NULL;
}

static CURLMcode
multi_assign(CURLM *m UNUSED, curl_socket_t fd UNUSED, void *what UNUSED)
{
	return CURLM_OK;
}

static CURLMcode
multi_cleanup(CURLM *m UNUSED)
{
	return CURLM_OK;
}

void
multi_functions(struct curl_library *out)
{
	out->multi_init = multi_init;
	out->multi_setopt = multi_setopt;
	out->multi_add_handle = multi_add_handle;
	out->multi_remove_handle = multi_remove_handle;
	out->multi_socket_action = multi_socket_action;
	out->multi_assign = multi_assign;
	out->multi_info_read = multi_info_read;
	out->multi_cleanup = multi_cleanup;
}
