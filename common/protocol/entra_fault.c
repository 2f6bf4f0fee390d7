/* SPDX-License-Identifier: MIT */
#include "protocol/entra_fault.h"

#define WORD_MAX	40	/* bytes */
#define NUMBER_DIGITS	9

/* The subject's newer numbers have a hint in their text, which we do not read. */
#define SUBJECT	"compare the subject of the application's federated credential with the token's: for a " \
		"managed identity it is the identity's object (principal) id, for a workload " \
		"system:serviceaccount:NAMESPACE:NAME, letter by letter"

/* An assertion is made for each call, or asked for again before it is over: its time is never the
 * cause. */
static const struct {
	int64_t		 number;
	const char	*advice;
} faults[] = {
	{ 700024, "a clock is wrong, here or where the token was made, or a token file is no longer renewed: "
	    "compare `date -u` with the true time" },
	{ 700027, "the signature does not fit: compare the certificate's thumbprint with those at the "
	    "application, or the token's issuer with the keys that it publishes" },
	{ 70021, "no federated credential of the application matches: compare issuer, subject and audience "
	    "of each with the token's, letter by letter" },
	{ 70025, "the application has no federated credential: add one with the token's issuer, subject and "
	    "audience" },
	{ 700211, "compare the issuer of the application's federated credential with the token's, to the last "
	    "slash; a managed identity must be of the application's tenant and cloud" },
	{ 700212, "compare the audience of the application's federated credential with the one that the token "
	    "was asked for; each cloud has its own" },
	{ 700213, SUBJECT },
	{ 7002137, SUBJECT },
	{ 7002138, SUBJECT },
	{ 700214, "the token's audience must be one text, not a list: compare it with the federated "
	    "credential's" },
	{ 700231, "the managed identity's token came itself from a federation, which the exchange on behalf of "
	    "people does not take: use the token file itself, or a certificate" },
};

const char *
entra_fault_advice(int64_t number)
{
	for (size_t i = 0; i < COUNT(faults); i++)
		if (faults[i].number == number)
			return faults[i].advice;
	return NULL;
}

const char *
entra_fault_word(struct arena *a, const char *text)
{
	size_t n = text == NULL ? 0 : strspn(text, "abcdefghijklmnopqrstuvwxyz_");

	return n == 0 || n > WORD_MAX || text[n] != '\0' ? "unreadable" : arena_string(a, text);
}

int64_t
entra_fault_number(const char *description)
{
	const char *at = description == NULL ? NULL : strstr(description, "AADSTS");
	int64_t n = 0;

	for (size_t i = 6; at != NULL && i < 6 + NUMBER_DIGITS && at[i] >= '0' && at[i] <= '9'; i++)
		n = n * 10 + (at[i] - '0');
	return n;
}
