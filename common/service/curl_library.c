/* SPDX-License-Identifier: MIT */
#include "service/curl_library.h"

#include <dirent.h>
#include <dlfcn.h>
#include <openssl/x509.h>
#include <pthread.h>

#include "base/memory.h"

#define CONNECT_TIMEOUT_MS	5000L
#define HASHED_LEAST		64	/* certificates: a directory with fewer is not the system's own */

static struct curl_library functions;
static bool loaded;
static const char *hashed;	/* the system's directory of certificates by hash; NULL: none */
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

#define FUNCTION(name)	{ "curl_" #name, &functions.name }

/* clang-format off */
static const struct {
	const char	*name;
	void		*function;	/* pointer to a pointer to a function */
} symbols[] = {
	FUNCTION(global_init_mem), FUNCTION(easy_init),		FUNCTION(easy_setopt),
	FUNCTION(easy_perform),	FUNCTION(easy_getinfo),		FUNCTION(easy_pause),
	FUNCTION(easy_reset),	FUNCTION(easy_cleanup),		FUNCTION(slist_append),	FUNCTION(version),
	FUNCTION(slist_free_all), FUNCTION(multi_init),		FUNCTION(multi_setopt),
	FUNCTION(multi_add_handle), FUNCTION(multi_remove_handle), FUNCTION(multi_socket_action),
	FUNCTION(multi_assign),	FUNCTION(multi_info_read),	FUNCTION(multi_cleanup),
};
/* clang-format on */

/* "a94d09e5.0" */
static bool
is_hashed_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && strcmp(name + 8, ".0") == 0;
}

/*
 * OpenSSL takes from such a directory the one certificate that it needs; the bundle it parses whole,
 * in 20 ms or more, and a CGI program does so each time.  Other libraries read all of either.
 */
static const char *
find_hashed(void)
{
	const char *path = X509_get_default_cert_dir();
	DIR *dir = strstr(functions.version(), "OpenSSL") == NULL ? NULL : opendir(path);
	size_t n = 0;

	if (dir == NULL)
		return NULL;
	for (const struct dirent *e; n < HASHED_LEAST && (e = readdir(dir)) != NULL;)
		n += is_hashed_name(e->d_name);
	(void)closedir(dir);
	return n == HASHED_LEAST ? path : NULL;
}

static void
load(void)
{
	static const char *const names[] = { "libcurl.so.4", "libcurl-gnutls.so.4" };
	void *library = NULL;

	for (size_t i = 0; library == NULL && i < COUNT(names); i++)
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		return;
	for (size_t i = 0; i < COUNT(symbols); i++) {
		void *symbol = dlsym(library, symbols[i].name);

		if (symbol == NULL)
			return;
		/* POSIX lets dlsym's result be stored through a pointer to a function pointer. */
		memcpy(symbols[i].function, &symbol, sizeof symbol);
	}
	/* It forgets transfers for want of memory: whoever waits for one would wait for ever. */
	loaded = functions.global_init_mem(CURL_GLOBAL_DEFAULT, memory_allocate, free, memory_reallocate,
	    memory_string, memory_zeroed) == CURLE_OK;
	hashed = find_hashed();
}

const struct curl_library *
curl_library(void)
{
	const struct curl_library *library;

	/* Again each time until it is there: want of memory passes. */
	(void)pthread_mutex_lock(&loading);
	if (!loaded)
		load();
	library = loaded ? &functions : NULL;
	(void)pthread_mutex_unlock(&loading);
	return library;
}

static bool
set_trust(const struct curl_library *lib, CURL *h, const struct config *config)
{
	if (config->ca_file == NULL && hashed == NULL)
		return true;	/* what libcurl was built with */
	return lib->easy_setopt(h, CURLOPT_CAINFO, config->ca_file) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_CAPATH, config->ca_file == NULL ? hashed : NULL) == CURLE_OK;
}

bool
curl_prepare(const struct curl_library *lib, CURL *h, const struct config *config)
{
	return lib->easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	    /* A name that does not resolve is not waited for when its call is given up. */
	    lib->easy_setopt(h, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) == CURLE_OK &&
	    lib->easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) == CURLE_OK &&
	    set_trust(lib, h, config);
}
