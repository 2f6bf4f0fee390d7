/* SPDX-License-Identifier: MIT */
/* hello: what libfcgi itself costs, with as many threads as our programs have by default. */
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>

#define THREADS	8

static void *
serve(void *argument)
{
	static const char answer[] = "Status: 200\r\nContent-Type: text/plain\r\n"
	    "Content-Length: 6\r\n\r\nhello\n";
	FCGX_Request request;

	(void)argument;
	if (FCGX_InitRequest(&request, 0, 0) != 0)
		return NULL;
	while (FCGX_Accept_r(&request) == 0) {
		char body[4096];

		while (FCGX_GetStr(body, sizeof body, request.in) > 0)
			continue;
		(void)FCGX_PutStr(answer, sizeof answer - 1, request.out);
		FCGX_Finish_r(&request);
	}
	return NULL;
}

int
main(void)
{
	pthread_t thread;

	if (FCGX_Init() != 0)
		return 1;
	(void)signal(SIGTERM, SIG_DFL);
	for (int i = 1; i < THREADS; i++)
		if (pthread_create(&thread, NULL, serve, NULL) != 0)
			return 1;
	(void)serve(NULL);
	return 0;
}
