/* SPDX-License-Identifier: MIT */
/* config_server.h - [server NAME] sections, for config.c alone; see config.h */
#ifndef SERVICE_CONFIG_SERVER_H
#define SERVICE_CONFIG_SERVER_H

#include "service/config_value.h"

#define CONFIG_RULE_PREFIX	"tool."
#define CONFIG_TOOL_NAME_MAX	128	/* bytes */
#define CONFIG_SOCKET_MAX	107	/* bytes of a Unix socket's path */

/* Each of these is false with the reason recorded. */
MUST_CHECK bool	 config_server_begin(struct config_reader *, const char *name);
MUST_CHECK bool	 config_server_rule(struct config_reader *, const char *tool, const char *value);
MUST_CHECK bool	 config_server_derive(struct config_reader *, struct config_server *);

#endif
