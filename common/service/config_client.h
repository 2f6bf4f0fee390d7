/* SPDX-License-Identifier: MIT */
/* config_client.h - [client NAME] sections and the settings of registration, for config.c alone */
#ifndef SERVICE_CONFIG_CLIENT_H
#define SERVICE_CONFIG_CLIENT_H

#include "service/config_value.h"

/* Each of these is false with the reason recorded. */
MUST_CHECK bool	 config_client_begin(struct config_reader *, const char *name);
MUST_CHECK bool	 config_client_derive(struct config_reader *);

#endif
