/* SPDX-License-Identifier: MIT */
/* config_value.h - what the reader of the configuration keeps, and how one value is judged */
#ifndef SERVICE_CONFIG_VALUE_H
#define SERVICE_CONFIG_VALUE_H

#include "service/config_table.h"

#define CONFIG_KEYS_MAX	128

struct config_reader {
	struct config		*config;
	struct arena		*arena;
	const char		*path;
	int			 line;		/* 0 once the file is read */
	enum config_section	 section;
	struct config_server	*server;
	struct config_client	*client;
	bool			 seen[CONFIG_KEYS_MAX];		/* by row, outside named sections */
	bool			 seen_named[CONFIG_KEYS_MAX];	/* by row, in this [server] or [client] */
	const char		*why;
};

/* Records "file:line: what" and returns false. */
bool		 config_wrong(struct config_reader *, const char *what);

/* In place: a text of the configuration's own. */
void		 config_lower(const char *);

/* Whether it is a word of a rule; a group's GUID is put in lower case, as Entra writes it. */
MUST_CHECK bool	 config_policy_word(const char *);

/* The words of a list, into CONFIG_LIST_MAX + 1 places. */
MUST_CHECK bool	 config_set_list(struct config_reader *, const struct config_key *, const char **list,
		    const char *value);

/* Begins a named section: none of its keys is seen, each has its default. */
MUST_CHECK bool	 config_begin_named(struct config_reader *, enum config_section);

/* Judges and keeps one value; an empty one means the default.  False with the reason recorded. */
MUST_CHECK bool	 config_set(struct config_reader *, const struct config_key *, const char *value);

#endif
