/* SPDX-License-Identifier: MIT */
/* doctor_credential.h - the doctor on an application's credential: its files, its source, Entra's verdict */
#ifndef SERVICE_DOCTOR_CREDENTIAL_H
#define SERVICE_DOCTOR_CREDENTIAL_H

#include "service/doctor_report.h"

#define CERTIFICATE_SOON	30	/* days before its end from which it is worth a note */
#define CERTIFICATE_LATE	7	/* days from which it is a problem */

/* What this machine alone can tell.  False when there is nothing to show to Entra. */
bool		 doctor_check_credential(struct doctor *, const struct config_app *);

/* A managed identity's source is asked for its token, and Entra whether it takes the credential. */
void		 doctor_ask_credential(struct doctor *, const struct config_app *);

#endif
