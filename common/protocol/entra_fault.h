/* SPDX-License-Identifier: MIT */
/* entra_fault.h - what to compare when Entra does not take a credential, in plain words */
#ifndef PROTOCOL_ENTRA_FAULT_H
#define PROTOCOL_ENTRA_FAULT_H

#include "base/attr.h"

/* For an AADSTS number; NULL where the number says nothing about credentials. */
MUST_CHECK const char	*entra_fault_advice(int64_t number);

#endif
