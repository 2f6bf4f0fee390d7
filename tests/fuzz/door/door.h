/* SPDX-License-Identifier: MIT */
/*
 * door.h - a whole program through its CGI door, in one process, again and again
 *
 * The program's own main runs with its environment, its standard input and a state_dir of its own.
 * What lies outside of it is of this folder: time passes only where somebody waits for it, libcurl
 * gets the answers that the input brings along, and each request finds the same database.
 *
 * An input is text.  Requests are divided by lines "===": variables "NAME=value" a line, an empty
 * line, the body.  Behind them stand answers, each begun by a line "~~~ WORD STATUS": header lines,
 * an empty line, the body; it answers the first call to a URL that holds WORD.  @name@ stands for
 * what only this state_dir can say: a token, an id, a cookie.
 */
#ifndef FUZZ_DOOR_H
#define FUZZ_DOOR_H

#include "base/buf.h"

#include "../arenas.h"
#include "../fuzz.h"

#define NOW		INT64_C(1800000000)	/* when each request comes, in seconds */
#define ISSUER		"https://mcp.example.org"
#define AUTHORITY	"https://login.example"
#define REDIRECT	"http://127.0.0.1/callback"	/* of each client of this world */
#define FILLED_MAX	((size_t)256 * 1024)	/* bytes of an input with its names replaced */
#define TENANT		"11111111-1111-4111-8111-111111111111"
#define APP		"33333333-3333-4333-8333-333333333333"
#define PERSON		"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define REDIRECT_WEB	"https://client.example/callback"

/* --- world.c: the state_dir, made once ------------------------------------------------------------ */

void		 world_open(void);
/* The database as it was; nothing of an earlier request is left. */
void		 world_reset(void);
/* The arena copy with each @name@ replaced; a name that says nothing stays as it is. */
NONNULL char	*world_fill(struct arena *, const char *, size_t n);
NONNULL const char *world_value(const char *name);	/* "" for an unknown one */
NONNULL const char *world_config(void);			/* path */

/* --- entra.c: what Entra says, signed ------------------------------------------------------------- */

extern const char entra_discovery[];
NONNULL const char *entra_keys(struct arena *);
NONNULL const char *entra_id_token(struct arena *, const char *nonce);
NONNULL const char *entra_access_token(struct arena *);

/* --- door.c ------------------------------------------------------------------------------------------ */

/* The text up to the separator, which is cut out; *rest is what follows it, NULL at the end. */
char		*part(char **rest, const char *separator);

/* --- network.c: a libcurl without a network ------------------------------------------------------- */

/* What the input brings of answers, NULL for none; the text is cut up, and must live on. */
void		 network_begin(char *answers);
/* Whether a call went out that holds this secret. */
bool		 network_told(const char *secret);

/* --- time.c ------------------------------------------------------------------------------------------ */

void		 time_begin(void);

/* --- answer.c: what must hold for every answer --------------------------------------------------- */

struct exchange {
	const char	*method;
	const char	*input;		/* all of it, its names replaced */
	const char	*answer;
	size_t		 len;
	bool		 told;		/* the input brings answers of its own */
};

void		 answer_judge(struct arena *, const struct exchange *);

int		 program_main(void);

#endif
