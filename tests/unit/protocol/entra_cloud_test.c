/* SPDX-License-Identifier: MIT */
#include "protocol/entra_cloud.h"

#include "../test.h"

static void
each_cloud_has_its_own_addresses_and_audience(UNUSED void **state)
{
	static const struct entra_cloud want[] = {
		{ "global", "https://login.microsoftonline.com", "https://graph.microsoft.com",
		  "api://AzureADTokenExchange" },
		{ "usgov", "https://login.microsoftonline.us", "https://graph.microsoft.us",
		  "api://AzureADTokenExchangeUSGov" },
		{ "usgov-dod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us",
		  "api://AzureADTokenExchangeUSGov" },
		{ "china", "https://login.partner.microsoftonline.cn",
		  "https://microsoftgraph.chinacloudapi.cn", "api://AzureADTokenExchangeChina" },
	};

	for (size_t i = 0; i < COUNT(want); i++) {
		const struct entra_cloud *cloud = entra_cloud(want[i].name);

		assert_non_null(cloud);
		assert_string_equal(cloud->authority_host, want[i].authority_host);
		assert_string_equal(cloud->graph_url, want[i].graph_url);
		assert_string_equal(cloud->exchange_audience, want[i].exchange_audience);
	}
	assert_null(entra_cloud("Global"));
	assert_null(entra_cloud(""));
	assert_string_equal(ENTRA_CLOUDS, "global usgov usgov-dod china");
}

static void
an_authority_tells_its_cloud_and_any_other_is_global(UNUSED void **state)
{
	assert_string_equal(entra_cloud_of("https://login.microsoftonline.us")->name, "usgov");
	assert_string_equal(entra_cloud_of("https://login.partner.microsoftonline.cn")->name, "china");
	assert_string_equal(entra_cloud_of("http://127.0.0.1:4711")->name, "global");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cloud_has_its_own_addresses_and_audience),
		cmocka_unit_test(an_authority_tells_its_cloud_and_any_other_is_global),
	};

	return RUN(tests, NULL, NULL);
}
