/* SPDX-License-Identifier: MIT */
/* doctor_online.h - the doctor's questions to others: Entra, and our own public address */
#ifndef SERVICE_DOCTOR_ONLINE_H
#define SERVICE_DOCTOR_ONLINE_H

#include "service/http_client.h"
#include "service/request.h"

enum finding { FINE, NOTE, PROBLEM };

struct doctor {
	struct request	 rq;
	int		 problems;
};

PRINTF(3, 4) void	 doctor_says(struct doctor *, enum finding, const char *fmt, ...);

/* Entra answers, and accepts our credential. */
void		 doctor_check_entra(struct doctor *);

/* The public address answers with our metadata, and Authorization arrives at the programs. */
void		 doctor_check_public_url(struct doctor *);

#endif
