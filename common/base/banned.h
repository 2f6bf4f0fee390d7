/* SPDX-License-Identifier: MIT */
/*
 * banned.h - functions that do not compile here
 *
 * Each has a safe counterpart: arena_printf, buf_*, number_read, gmtime_r.  getenv is read in
 * config.c, endpoint.c and io.c alone; they lift its ban expressly.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(name)	banned_function_##name##_is_not_used_here

#undef strcpy
#define strcpy(a, b)	BANNED(strcpy)
#undef strcat
#define strcat(a, b)	BANNED(strcat)
#undef strncpy
#define strncpy(a, b, n)	BANNED(strncpy)
#undef strncat
#define strncat(a, b, n)	BANNED(strncat)
#undef sprintf
#define sprintf(...)	BANNED(sprintf)
#undef vsprintf
#define vsprintf(...)	BANNED(vsprintf)
#undef strtok
#define strtok(a, b)	BANNED(strtok)
#undef atoi
#define atoi(a)		BANNED(atoi)
#undef atol
#define atol(a)		BANNED(atol)
#undef gmtime
#define gmtime(t)	BANNED(gmtime)
#undef localtime
#define localtime(t)	BANNED(localtime)
#undef ctime
#define ctime(t)	BANNED(ctime)
#undef asctime
#define asctime(t)	BANNED(asctime)
#undef rand
#define rand()		BANNED(rand)
#undef random
#define random()	BANNED(random)
#undef getenv
#define getenv(name)	BANNED(getenv)

#endif
