/* SPDX-License-Identifier: MIT */
/* mcp_exchange.h - one message on its way to its answer, for mcp_method.c and mcp_tools.c alone */
#ifndef SERVICE_MCP_EXCHANGE_H
#define SERVICE_MCP_EXCHANGE_H

#include "service/mcp_method.h"

#define RESULT_MAX	RESPONSE_BODY_MAX
#define SERVER_INFO	"{\"name\":\"sallyport\",\"title\":\"Sallyport\",\"version\":\"" SALLYPORT_VERSION "\"}"

struct exchange {
	struct request			*rq;
	const struct config_server	*server;
	const struct access		*access;
	struct rights			 rights;
	const struct mcp_message	*message;
	struct response			*rs;
	struct buf			*out;		/* the JSON-RPC answer */
	int64_t				 until_ms;	/* later no tool is called */
	int				 status;
	bool				 elsewhere;	/* Accept says nothing of the answer's form */
	bool				 events;	/* out holds an event stream */
};

bool			 mcp_is_modern(const struct exchange *);
/* A result (JSON text), or an error with HTTP's status. */
enum oauth_error	 mcp_result(struct exchange *, struct buf *result);
enum oauth_error	 mcp_error(struct exchange *, int status, int code, const char *message);
/* What every modern result begins with; cached results say how long and for whom. */
void			 mcp_begin_result(const struct exchange *, struct buf *, bool cacheable);

/* mcp_tools.c */
enum oauth_error	 mcp_tools_list(struct exchange *);
enum oauth_error	 mcp_tools_call(struct exchange *);

#endif
