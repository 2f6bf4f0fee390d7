/* SPDX-License-Identifier: MIT */
/* relay_bridge_part.h - the parts of a bridge, for relay_bridge*.c alone; see relay_bridge.h */
#ifndef SERVICE_RELAY_BRIDGE_PART_H
#define SERVICE_RELAY_BRIDGE_PART_H

#include "protocol/mcp.h"
#include "service/relay_bridge.h"
#include "service/upstream_era.h"

enum step {
	WATCH,		/* the call is made as it is; what comes of it tells the upstream's era */
	ASK_ERA,	/* server/discover, for a modern client */
	INITIALIZE,	/* the handshake with a legacy upstream, for a modern client */
	ANNOUNCE,
	CALL_LEGACY,
	PROBE,		/* an initialize of our own, when a legacy client's was refused */
	ASK_DISCOVER,	/* server/discover, for a legacy client's initialize */
	ASK_TOOLS,	/* tools/list, for the headers that a call lacks */
	CALL_MODERN,
};

/* An answer of ours to what an upstream asks; it goes by itself. */
struct bridge_reply {
	struct relay		*relay;
	struct loop_timer	 soon;
	struct transfer		*transfer;
	char			*body;
	struct bridge_reply	*next;
};

struct bridge {
	enum step		 step;
	struct upstream_eras	 eras;
	bool			 renewed;	/* what was wrong with the call has been mended once */
	bool			 asked_again;	/* what was known of the eras was out of date */
	int			 pages;		/* of tools/list that were read */
	bool			 asks_url;	/* the client can send its user to one */
	bool			 wants_log;	/* the request names a logLevel */
	char			*text[5];	/* owner of what `kept` points to */
	struct upstream_kept	 kept;
	char			*body;		/* of the call under way */

	/* The answer to a step of our own. */
	int			 status;
	bool			 in_events, found;
	struct fifo		 answer;
	struct sse_reader	 events;
	char			*session;	/* Mcp-Session-Id of its head */

	struct bridge_reply	*reply;
	int			 replies;
};

/* relay_bridge_step.c: calls of our own, and the client's own, changed. */
const char	**bridge_headers(struct relay *, const char *version, const char *session,
		    const char *method, const char *name);	/* NULL at the end */
void		 bridge_step(struct relay *, enum step, const char *const *header, const char *body);
void		 bridge_call(struct relay *, enum step, const char *const *header, const char *body);
/* Says to an upstream what a client without capabilities would. */
void		 bridge_reply(struct relay *, const char *id, bool ping);
void		 bridge_reply_free(struct bridge *);

/* relay_bridge.c: what an answer to a step showed of the upstream. */
void		 bridge_learn(struct relay *, enum spoken modern, enum spoken legacy);
MUST_CHECK bool	 bridge_answers_discover(struct relay *, struct mcp_upstream *);
/* Whether an error of JSON-RPC has one of these codes, NULL at the end. */
MUST_CHECK bool	 bridge_has_code(struct relay *, const char *body, size_t n, const char *const *codes);
extern const char *const bridge_modern_alone[];	/* what a server without initialize says to it */
/* server/discover, for a modern client. */
void		 bridge_ask_era(struct relay *);
/* The step is over: its answer is in the bridge. */
void		 bridge_step_done(struct relay *, enum http_outcome);

/* relay_bridge_legacy.c: a modern client, a legacy upstream. */
void		 bridge_legacy_begin(struct relay *);
void		 bridge_legacy_initialized(struct relay *);
void		 bridge_legacy_announced(struct relay *);

/* relay_bridge_modern.c: a legacy client, a modern upstream. */
void		 bridge_modern_begin(struct relay *);
void		 bridge_modern_ask(struct relay *);
void		 bridge_modern_probe(struct relay *);
void		 bridge_modern_probed(struct relay *);
void		 bridge_modern_discovered(struct relay *);
void		 bridge_modern_ask_tools(struct relay *, const char *cursor);
void		 bridge_modern_listed(struct relay *);

#endif
