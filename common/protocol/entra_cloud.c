/* SPDX-License-Identifier: MIT */
#include "protocol/entra_cloud.h"

/* Microsoft, "National clouds" and "Microsoft Graph national cloud deployments". */
/* clang-format off */
static const struct entra_cloud clouds[] = {
	{ "global",    "https://login.microsoftonline.com",	    "https://graph.microsoft.com",
	  "api://AzureADTokenExchange" },
	{ "usgov",     "https://login.microsoftonline.us",	    "https://graph.microsoft.us",
	  "api://AzureADTokenExchangeUSGov" },
	{ "usgov-dod", "https://login.microsoftonline.us",	    "https://dod-graph.microsoft.us",
	  "api://AzureADTokenExchangeUSGov" },
	{ "china",     "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn",
	  "api://AzureADTokenExchangeChina" },
};
/* clang-format on */

const struct entra_cloud *
entra_cloud(const char *name)
{
	for (size_t i = 0; i < COUNT(clouds); i++)
		if (strcmp(clouds[i].name, name) == 0)
			return &clouds[i];
	return NULL;
}

const struct entra_cloud *
entra_cloud_of(const char *authority_host)
{
	for (size_t i = 0; i < COUNT(clouds); i++)
		if (strcmp(clouds[i].authority_host, authority_host) == 0)
			return &clouds[i];
	return &clouds[0];
}
