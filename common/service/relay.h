/* SPDX-License-Identifier: MIT */
/*
 * relay.h - one call of an upstream, and its answer on the way to the client
 *
 * An event stream goes on as it comes, with a comment between two events now and then; what must
 * be read, is read whole: a list of tools under a policy, an error, a refusal.
 */
#ifndef SERVICE_RELAY_H
#define SERVICE_RELAY_H

#include "protocol/sse.h"
#include "protocol/tool_policy.h"
#include "service/mailbox_store.h"
#include "service/stream.h"

#define RELAY_HEADERS_MAX	64	/* request headers to an upstream */
#define RELAY_READY_WAIT	2000	/* milliseconds that a client waits for its upstream's stream */
#define RELAY_READY_LOOK	20	/* milliseconds between two looks */
#define RELAY_OPEN_AFTER	1000	/* milliseconds: then a call that may open opens as events */

/* Where the messages of an answer go, when not to the client that posted. */
struct relay_mailbox {
	const struct mailbox_id		*id;
	const char			*socket;	/* of the process that writes the stream */
	const char			*upstream;	/* the upstream's session id; NULL for none yet */
};

/* What is asked for, borrowed: relay_begin copies it. */
struct relay_plan {
	const struct config_server	*server;
	const struct session		*session;
	const struct data_key		*key;
	const char			*method;
	const char			*url;
	const char			*header[RELAY_HEADERS_MAX + 1];	/* NULL at the end */
	size_t				 headers;
	size_t				 passed;	/* of them the first ones are the client's own */
	const char			*body;		/* NULL for none */
	size_t				 len;
	const char			*id;		/* JSON text of the one request's, NULL when there is none */
	bool				 opens;		/* as events, if the answer is not there soon */
	bool				 modern;	/* the era of the client */
	const char			*rpc_method;	/* NULL for a response, a batch, GET and DELETE */
	const char			*version;	/* negotiated for initialize, of a legacy client */
	const struct rights		*rights;	/* lists of tools are filtered by them; NULL: not */
	const char			*unauthorized;	/* our challenge where it refuses the token; NULL: its failure */
	const char			*forbidden;	/* our challenge where the token lacks a scope */
	const char			*exchanged;	/* the scope of a cached token that is forgotten then; NULL */
	const char			*secret;	/* Entra's token for the upstream, for no client to see; NULL */
	const struct relay_mailbox	*mailbox;	/* NULL: the client's own answer */
	bool				 initialized;	/* the message says that the client is */
	bool				 endpoint;	/* a stream whose endpoint event becomes ours */
	bool				 posts;		/* the answer comes over another stream: 202 is all */
};

/* Leaves the answer to a stream.  Fails when there are too many. */
MUST_CHECK enum oauth_error relay_begin(struct request *, const struct response *,
			    const struct relay_plan *);

/* --- for relay*.c alone --------------------------------------------------------------------------- */

enum relay_mode {
	RELAY_HEAD,		/* nothing has come yet */
	RELAY_RAW,		/* handed on as it is */
	RELAY_RAW_EVENTS,	/* the same, and it is known where events end */
	RELAY_EVENTS,		/* event by event, each read */
	RELAY_BODY,		/* gathered, for relay_whole */
	RELAY_IGNORED,		/* an answer of our own follows it */
};

struct relay {
	struct stream			 s;
	struct transfer			*transfer;	/* NULL before and after it */
	enum relay_mode			 mode;
	int				 status;	/* the upstream's */
	bool				 opened;	/* the client has a head: events */
	bool				 answered;	/* the request's own answer has gone by */
	bool				 opens;
	bool				 lacks_scope;	/* so the upstream's 403 said */
	bool				 overlong;	/* the body to be gathered was too long */
	size_t				 ignored;	/* bytes */
	struct fifo			 body;
	struct sse_reader		 events;
	struct sse_boundary		 boundary;

	const struct config_server	*server;
	struct transfer_call		 call;
	char				*header[RELAY_HEADERS_MAX + 1];
	size_t				 passed;	/* the first ones are the client's own */
	char				*payload;
	char				*rpc_id;
	bool				 filtered;
	struct rights			 rights;
	char				*right[3];	/* owned texts of rights */
	char				*unauthorized, *forbidden, *exchanged, *secret;
	char				*claims;	/* what its refusal demands of the person; NULL */
	char				*session_id;	/* the upstream's, sealed, for the head */
	struct loop_timer		 waits;		/* until the upstream can be heard: */
	int64_t				 waits_until_ms;
	bool				 boxed;		/* the messages go into this mailbox: */
	struct mailbox_id		 mailbox;
	char				*socket;
	bool				 initialized, endpoint, posts;
	bool				 modern;
	char				*rpc_method, *version;
	struct bridge			*bridge;	/* relay_bridge.c's; NULL: the eras are one */
};

/* What its stream is told. */
void		 relay_start(struct stream *);
void		 relay_beat(struct stream *);
void		 relay_drained(struct stream *);
void		 relay_stop(struct stream *);
void		 relay_room(struct stream *, const uint8_t hash[static SHA256_SIZE]);
void		 relay_free(struct stream *);

/* The call itself, with these headers (NULL at the end) and this body. */
void		 relay_call(struct relay *, const char *const *header, const char *body, size_t n);
/* A whole answer: a response, an event, or a message for the mailbox.  Nothing follows it. */
void		 relay_answer(struct relay *, int status, const char *body, size_t n, const char *challenge);
/* An answer of ours to the request: a message of JSON-RPC, its result, its error. */
void		 relay_say(struct relay *, int status, const char *message);
void		 relay_say_result(struct relay *, const char *result);
void		 relay_say_error(struct relay *, int status, int code, const char *message);
/* To subscriptions/listen, where nothing can be listened to: acknowledged, and over. */
void		 relay_say_listening(struct relay *);
/* Taken, and nothing to say. */
void		 relay_say_nothing(struct relay *, int status);
/* The upstream failed; HTTP_ANSWERED: it did answer, and `what` says how. */
void		 relay_fault(struct relay *, enum http_outcome, const char *what);
/* 401 and 403: first what its WWW-Authenticate (NULL for none) asks for, then the answer. */
void		 relay_refusal_read(struct relay *, const char *www_authenticate);
void		 relay_refused(struct relay *);
/* A JSON-RPC error as the whole answer. */
void		 relay_error(struct relay *, int status, int code, const char *message, const char *challenge);
/* A whole body that is there. */
void		 relay_whole(struct relay *);
/* One message of an event stream; false when it could not be judged. */
MUST_CHECK bool	 relay_event(struct relay *, const struct sse_event *);
/* The upstream's Mcp-Session-Id: for the client's head, or kept with the mailbox. */
void		 relay_seal_session_id(struct relay *);
/* A message for the mailbox; false when it cannot be put there. */
MUST_CHECK bool	 relay_box(struct relay *, const char *message, size_t n);
/* Whether the stream that the messages are for has ended. */
MUST_CHECK bool	 relay_box_is_gone(struct relay *);
/* The answer is whole. */
void		 relay_end(struct relay *);
/* The answer to a post whose messages come over another stream. */
void		 relay_accept(struct relay *);
/* The head's fields of an answer that is handed on. */
void		 relay_open(struct relay *, int status, const char *content_type, int64_t length);

#endif
