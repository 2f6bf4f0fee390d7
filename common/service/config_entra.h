/* SPDX-License-Identifier: MIT */
/* config_entra.h - what follows from [entra], for config.c alone; see config.h */
#ifndef SERVICE_CONFIG_ENTRA_H
#define SERVICE_CONFIG_ENTRA_H

#include "service/config_value.h"

/* Applications, cloud and tenants; false with the reason recorded. */
MUST_CHECK bool	 config_entra_derive(struct config_reader *);

#endif
