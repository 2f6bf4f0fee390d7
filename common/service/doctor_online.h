/* SPDX-License-Identifier: MIT */
/* doctor_online.h - the doctor's questions to others: Entra, and our own public address */
#ifndef SERVICE_DOCTOR_ONLINE_H
#define SERVICE_DOCTOR_ONLINE_H

#include "service/doctor_report.h"

/* Entra answers, and accepts our credential. */
void		 doctor_check_entra(struct doctor *);

/* The public address answers with our metadata, and Authorization arrives at the programs. */
void		 doctor_check_public_url(struct doctor *);

/* Whether an upstream answers at all. */
void		 doctor_check_upstream(struct doctor *, const struct config_server *);

#endif
