/* SPDX-License-Identifier: MIT */
/* doctor_users.h - where each program has a user of its own: whether each can open what it holds, and no more */
#ifndef SERVICE_DOCTOR_USERS_H
#define SERVICE_DOCTOR_USERS_H

#include "service/doctor_report.h"

#define DOCTOR_USERS	"sallyport-"	/* and the program's name: the users of httpd-conf/systemd/sysusers.conf */

/* Says nothing where there are no such users.  It becomes each of them, in a child, so it wants root. */
void		 doctor_check_users(struct doctor *);

#endif
