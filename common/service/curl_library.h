/* SPDX-License-Identifier: MIT */
/*
 * curl_library.h - libcurl, loaded at first use, for http_client.c and transfer.c alone
 *
 * It costs 3 to 4 ms of every start, so no program is linked with it and none that calls nobody
 * loads it.
 */
#ifndef SERVICE_CURL_LIBRARY_H
#define SERVICE_CURL_LIBRARY_H

#include <curl/curl.h>

#include "service/config.h"

/* The functions in use, found by name in the shared library. */
struct curl_library {
	CURLcode	 (*global_init_mem)(long, curl_malloc_callback, curl_free_callback,
			    curl_realloc_callback, curl_strdup_callback, curl_calloc_callback);
	char		*(*version)(void);
	CURL		*(*easy_init)(void);
	CURLcode	 (*easy_setopt)(CURL *, CURLoption, ...);
	CURLcode	 (*easy_perform)(CURL *);
	CURLcode	 (*easy_getinfo)(CURL *, CURLINFO, ...);
	CURLcode	 (*easy_pause)(CURL *, int);
	void		 (*easy_reset)(CURL *);
	void		 (*easy_cleanup)(CURL *);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void		 (*slist_free_all)(struct curl_slist *);
	CURLM		*(*multi_init)(void);
	CURLMcode	 (*multi_setopt)(CURLM *, CURLMoption, ...);
	CURLMcode	 (*multi_add_handle)(CURLM *, CURL *);
	CURLMcode	 (*multi_remove_handle)(CURLM *, CURL *);
	CURLMcode	 (*multi_socket_action)(CURLM *, curl_socket_t, int, int *);
	CURLMcode	 (*multi_assign)(CURLM *, curl_socket_t, void *);
	CURLMsg		*(*multi_info_read)(CURLM *, int *);
	CURLMcode	 (*multi_cleanup)(CURLM *);
};

/* NULL when it is not installed. */
MUST_CHECK const struct curl_library *curl_library(void);

/* What every call of ours has in common: http and https, no redirects, verified certificates. */
MUST_CHECK bool	 curl_prepare(const struct curl_library *, CURL *, const struct config *);

#endif
