/* SPDX-License-Identifier: MIT */
/* doctor_report.h - what the doctor carries from check to check, and how a finding is printed */
#ifndef SERVICE_DOCTOR_REPORT_H
#define SERVICE_DOCTOR_REPORT_H

#include "service/http_client.h"
#include "service/request.h"

enum finding { FINE, NOTE, PROBLEM };

struct doctor {
	struct request	 rq;
	int		 problems;
};

PRINTF(3, 4) void	 doctor_says(struct doctor *, enum finding, const char *fmt, ...);

/* A file or directory that must be there, usable by us, and closed to others; false with a finding. */
bool			 doctor_path(struct doctor *, const char *what, const char *path, int access_mode);

#endif
