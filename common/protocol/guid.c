/* SPDX-License-Identifier: MIT */
#include "protocol/guid.h"

static bool
has_form(const char *text, const char *digits)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (text == NULL || strlen(text) != sizeof form - 1)
		return false;
	for (size_t i = 0; i < sizeof form - 1; i++)
		if (form[i] == '-' ? text[i] != '-' : strchr(digits, text[i]) == NULL)
			return false;
	return true;
}

bool
guid_is(const char *text)
{
	return has_form(text, "0123456789abcdefABCDEF");
}

bool
guid_is_canonical(const char *text)
{
	return has_form(text, "0123456789abcdef");
}
