/* SPDX-License-Identifier: MIT */
/* config_table.h - every configuration key: syntax, default, and its line in the manual */
#ifndef SERVICE_CONFIG_TABLE_H
#define SERVICE_CONFIG_TABLE_H

#include "service/config.h"

enum config_syntax {
	CONFIG_TEXT,
	CONFIG_PATH,		/* absolute */
	CONFIG_URL,		/* https, or http on loopback; no query, fragment, user information */
	CONFIG_LIST,		/* words separated by commas */
	CONFIG_GUID,
	CONFIG_TENANT,		/* a GUID, organizations or common */
	CONFIG_METADATA_URL,	/* as CONFIG_URL, and http on link-local addresses too */
	CONFIG_NUMBER,
	CONFIG_DURATION,	/* 30, 30s, 5m, 1h, 30d: kept as seconds */
	CONFIG_SIZE,		/* 512, 64K, 1M: kept as bytes */
	CONFIG_RATE,		/* 60/1m: a number, and in how long a time */
	CONFIG_NETWORKS,	/* a list of addresses and networks, 10.0.0.0/8 */
	CONFIG_SINKS,		/* a list: off, or store, syslog, file:PATH */
	CONFIG_RULE,		/* tool.NAME: a list of words for that tool, kept in order */
};

/* From CONFIG_SERVER on there may be several of a kind, each with a name. */
enum config_section {
	CONFIG_TOP, CONFIG_ENTRA, CONFIG_LIMITS, CONFIG_SERVER, CONFIG_CLIENT, CONFIG_SECTIONS
};

struct config_key {
	enum config_section	 section;
	const char		*name;
	size_t			 offset;	/* in struct config, or in the named section's */
	enum config_syntax	 syntax;
	const char		*standard;	/* the default; NULL: required; "": absent */
	int64_t			 least, most;	/* of numbers, durations, sizes */
	const char		*choice;	/* of texts and lists: blank-separated; NULL: any */
	const char		*azure;		/* the Azure SDKs' environment variable, NULL for none */
	const char		*manual;
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;
extern const char *const config_section_names[CONFIG_SECTIONS];

#endif
