/* SPDX-License-Identifier: MIT */
/* [client NAME] sections, and what registration takes besides them. */
#include "service/config_client.h"

#include "config_file.h"

#define URIS	"redirect_uris = https://c.example/cb\n"
#define HASH	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define CLIENT	TOP ENTRA SERVER "[client one]\n"	/* seven lines */

static void
a_client_is_named_by_its_section_unless_it_says_more(UNUSED void **state)
{
	const struct config *c = must_read(CLIENT URIS "[client two]\nclient_id = id-2\n"
	    "name = The second client\nscopes = a, b:c\n" URIS "secret_sha256 = " HASH "\n");

	assert_int_equal(c->clients, 2);
	assert_string_equal(config_client(c, "one")->name, "one");
	assert_ptr_equal(config_client(c, "id-2"), &c->client[1]);
	assert_null(config_client(c, "two"));
	assert_string_equal(c->client[1].name, "The second client");
	assert_string_equal(c->client[1].scopes[1], "b:c");
	assert_null(config_client(c, ""));
}

static void
registration_decides_whether_they_count(UNUSED void **state)
{
	const struct config *c = must_read("registration = dynamic\n" CLIENT URIS);

	assert_null(config_client(c, "one"));
	assert_non_null(config_client(must_read("registration = configured\n" CLIENT URIS), "one"));
	must_refuse("registration = off, dynamic\n" TOP ENTRA SERVER, 0, "registration is off");
	assert_null(config_client(must_read("registration = off\n" CLIENT URIS), "one"));
}

static void
redirect_uris_hold_to_the_rules_of_all(UNUSED void **state)
{
	static const char *const bad[] = { "http://c.example/", "https://c.example/#f", "javascript:x",
	    "com.example.app:/cb", "https://u@c.example/", "x" };

	must_refuse(CLIENT, 0, "[client one]: redirect_uris must be given");
	for (size_t i = 0; i < COUNT(bad); i++) {
		char text[1024];

		(void)snprintf(text, sizeof text, CLIENT "redirect_uris = http://127.0.0.1/, %s\n", bad[i]);
		must_refuse(text, 0, "[client one]: a redirect URI");
	}
	(void)must_read("redirect_schemes = com.example.app\n" CLIENT
	    "redirect_uris = com.example.app:/cb\n");
}

static void
there_is_one_way_to_authenticate(UNUSED void **state)
{
	must_refuse(CLIENT URIS "secret_sha256 = " HASH "\nkey_file = /k\n", 0, "not both");
	must_refuse(CLIENT URIS "secret_sha256 = abc\n", 0, "64 hexadecimal digits");
	must_refuse(CLIENT URIS "secret_sha256 = " HASH "0\n", 0, "64 hexadecimal digits");
	must_refuse(CLIENT URIS "secret_sha256 = " HASH ", " HASH ", " HASH "\n", 0, "or two");
	must_refuse(CLIENT URIS "key_file = k\n", 9, "absolute path");
	(void)must_read(CLIENT URIS "secret_sha256 = " HASH ", " HASH "\n");
}

static void
names_and_ids_are_plain_and_stand_once(UNUSED void **state)
{
	must_refuse(CLIENT URIS "[client one]\n", 9, "[client one] stands here twice");
	must_refuse(CLIENT URIS "[client two]\nclient_id = one\n" URIS, 0, "same client_id");
	must_refuse(CLIENT URIS "client_id = https://c.example/c\n", 0, "client_id is made of");
	must_refuse(CLIENT URIS "client_id = a b\n", 0, "client_id is made of");
	must_refuse(TOP ENTRA SERVER "[client a/b]\n", 7, "[client NAME]");
	must_refuse(TOP ENTRA SERVER "[client]\n", 7, "unknown section");
	must_refuse(TOP ENTRA SERVER "[clients one]\n", 7, "unknown section");
	must_refuse(CLIENT "scopes = a\"b\n" URIS, 0, "scopes lists scopes");
	must_refuse(CLIENT URIS URIS, 9, "redirect_uris is set twice");
	must_refuse(CLIENT "upstream = x\n", 8, "unknown key in [client]");
}

static void
there_may_be_only_so_many(UNUSED void **state)
{
	char text[8192];
	int used = snprintf(text, sizeof text, "%s", TOP ENTRA SERVER);

	for (int i = 0; i < CONFIG_CLIENTS_MAX; i++)
		used += snprintf(text + used, sizeof text - (size_t)used, "[client c%d]\n" URIS, i);
	assert_int_equal(must_read(text)->clients, CONFIG_CLIENTS_MAX);
	(void)snprintf(text + used, sizeof text - (size_t)used, "[client more]\n");
	must_refuse(text, 7 + 2 * CONFIG_CLIENTS_MAX, "too many");
}

static void
hosts_networks_and_ports_are_well_formed(UNUSED void **state)
{
	const struct config *c = must_read("metadata_domains = A.example, *.b.example\n"
	    "metadata_networks = 10.0.0.0/8, fd00::/8\nmetadata_ports = 443, 8443\n" TOP ENTRA SERVER);

	assert_string_equal(c->metadata_domains[0], "a.example");
	must_refuse("metadata_domains = https://a\n" TOP ENTRA SERVER, 0, "metadata_domains");
	must_refuse("metadata_domains = *\n" TOP ENTRA SERVER, 0, "metadata_domains");
	must_refuse("metadata_domains = *.\n" TOP ENTRA SERVER, 0, "metadata_domains");
	must_refuse("metadata_domains = a.*.b\n" TOP ENTRA SERVER, 0, "metadata_domains");
	must_refuse("metadata_networks = 10.0.0.1/8\n" TOP ENTRA SERVER, 0, "metadata_networks");
	must_refuse("metadata_networks = localhost\n" TOP ENTRA SERVER, 0, "metadata_networks");
	must_refuse("metadata_ports = 0\n" TOP ENTRA SERVER, 0, "metadata_ports");
	must_refuse("metadata_ports = 65536\n" TOP ENTRA SERVER, 0, "metadata_ports");
	must_refuse(TOP ENTRA "[limits]\ndocument_least = 2h\ndocument_most = 1h\n" SERVER, 0,
	    "document_least");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_client_is_named_by_its_section_unless_it_says_more),
		CASE(registration_decides_whether_they_count),
		CASE(redirect_uris_hold_to_the_rules_of_all),
		CASE(there_is_one_way_to_authenticate),
		CASE(names_and_ids_are_plain_and_stand_once),
		CASE(there_may_be_only_so_many),
		CASE(hosts_networks_and_ports_are_well_formed),
	};

	return RUN(tests, NULL, NULL);
}
