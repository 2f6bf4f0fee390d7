/* SPDX-License-Identifier: MIT */
/* store_failed.h - the store's failure as an answer */
#ifndef SERVICE_STORE_FAILED_H
#define SERVICE_STORE_FAILED_H

#include "service/request.h"

/* TEMPORARILY_UNAVAILABLE, with the driver's words for the log alone. */
enum oauth_error store_failed(struct request *);

#endif
