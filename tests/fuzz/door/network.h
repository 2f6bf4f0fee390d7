/* SPDX-License-Identifier: MIT */
/* network.h - what the parts of the libcurl without a network share */
#ifndef FUZZ_DOOR_NETWORK_H
#define FUZZ_DOOR_NETWORK_H

#include "service/curl_library.h"

#include "door.h"

#define HANDLES_MAX	8
#define PIECE		700	/* bytes of a body that come at once */

struct answer {
	const char	*word, *head, *body;
	int64_t		 status;	/* 0: the connection breaks behind the body */
	size_t		 len;
	bool		 used;
};

typedef size_t take(char *, size_t, size_t, void *);

/* A call: what was set, and how far its answer has come. */
struct easy {
	bool			 open, added, begun, over, paused, reported;
	const struct answer	*answer;
	size_t			 at;		/* of the answer's body */
	CURLcode		 result;
	take			*write, *header;
	void			*write_to, *header_to, *private;
	curl_socket_t		(*connect)(void *, curlsocktype, struct curl_sockaddr *);
	void			*connector;
	char			 url[4096];
};

extern struct easy network_handles[HANDLES_MAX];

/* The input's first that is for this URL and unused, or the world's; NULL: nobody is there. */
const struct answer *network_answer(const char *url);
void		 network_tell(const char *);	/* it went out */

/* libcurl's functions, by the parts that they are for. */
void		 easy_functions(struct curl_library *);
void		 multi_functions(struct curl_library *);
/* As far as it goes: to the end, or until the reader wants no more for now. */
void		 easy_go_on(struct easy *);
void		 multi_soon(void);	/* the loop is to come back */

#endif
