/* SPDX-License-Identifier: MIT */
/* doctor.h - `sallyport check`: says in plain words what is missing or wrong */
#ifndef SERVICE_DOCTOR_H
#define SERVICE_DOCTOR_H

#include "service/config.h"

/* Prints one line per check to standard output; returns how many problems there are. */
int		 doctor_run(const struct config *);

#endif
