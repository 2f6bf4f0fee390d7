/* SPDX-License-Identifier: MIT */
/* worker.h - the FastCGI server: threads on one listening socket */
#ifndef SERVICE_WORKER_H
#define SERVICE_WORKER_H

#include "service/endpoint.h"

/* Serves the listening socket on descriptor 0 until SIGTERM.  Returns the exit status. */
int		 workers_run(const struct endpoint *, const struct config *);

#endif
