// SPDX-License-Identifier: MIT
// What a fault must not lead to, brought about: promises that are not kept, answers that come too late,
// things left behind.
const FORGETFUL = ['common/service/access_token.c', 'if (iss == NULL || strcmp(iss, rq->config->public_url) != 0)',
	'static int64_t begun;\n\n\tif (begun == 0)\n\t\tbegun = rq->now;\n' +
		'\tif (json_member_int(rq->arena, claims, "iat", &exp) && exp < begun)\n' +
		'\t\treturn refused(rq, "of an earlier process");\n' +
		'\tif (iss == NULL || strcmp(iss, rq->config->public_url) != 0)'];
const CARELESS = ['common/service/store_sqlite.c',
	'sqlite3_exec(t->store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)',
	'sqlite3_exec(t->store->db, "COMMIT", NULL, NULL, NULL) == SQLITE_MISUSE)'];

export default [{ test: 'faults/clock.test.mjs', whole: true, rows: [
	['faults/clock', 'and back again', 'what a clock that ran ahead wrote into a bucket of requests stands',
		['common/service/rate.c', 'return full_at > now + b->size || full_at <= now', 'return full_at <= now']],
	['faults/clock', 'afterwards keys are changed over', 'keys that were read at a time to come are new for ever',
		['common/service/keyring.c', 'return age >= 0 && age < KEY_RELOAD;', 'return age < KEY_RELOAD;']],
] }, { test: 'faults/connections.test.mjs', rows: [
	['faults/connections', 'everybody else is served', 'the web server passes bodies on as they come',
		['httpd-conf/lighttpd/fastcgi.conf', 'server.stream-request-body  = 0', 'server.stream-request-body  = 2']],
] }, { test: 'faults/disk.test.mjs', rows: [
	['faults/disk', 'every write from there on: token, a code', 'nobody asks whether a transaction was committed',
		CARELESS],
] }, { test: 'faults/full.test.mjs', rows: [
	['faults/full', 'full, each request', 'nobody asks whether a transaction was committed',
		CARELESS],
] }, { test: 'faults/growth.test.mjs', rows: [
	['faults/growth', 'authorize leaves', 'what was parsed of a client is not given back',
		['common/service/client.c', 'json_auto(&c->redirect_uris);', '(void)c;']],
] }, { test: 'faults/limits.test.mjs', rows: [
	['faults/limits', 'files', 'a program that may open no file goes on, and knows no key',
		['common/base/die.c', 'if (errno == EMFILE || errno',
			'if (errno == 0 || errno == ENFILE || errno == ENOMEM || errno == EIO)\n' +
				'\t\tdie("%s: %s", what, strerror(errno));\n\tif (errno == -1 && errno']],
] }, { test: 'faults/lock.test.mjs', rows: [
	['faults/lock', 'each request is answered in time', 'whoever finds the database locked waits twenty times as long',
		['common/service/store_sqlite_open.c', '(void)sqlite3_busy_timeout(s->db, ms);',
			'(void)sqlite3_busy_timeout(s->db, 20 * ms);']],
] }, { test: 'faults/memory.test.mjs', rows: [
	['faults/memory', 'mcp, through to an upstream', 'a library that has no memory goes on without it',
		['common/base/memory.c', 'if (block == NULL && n > 0)', 'if (block == NULL && n == SIZE_MAX)']],
	['faults/memory', 'register', 'json-c may read a text in part',
		['common/protocol/json.c', 'if (weight_of(value) != weight)',
			'if (weight_of(value) == SIZE_MAX && weight > 0)']],
] }, { test: 'faults/restart.test.mjs', rows: [
	['faults/restart', 'gracefully and hard', 'a program knows no token that is older than itself',
		FORGETFUL],
] }, { test: 'faults/soak.test.mjs', rows: [
	['faults/soak', 'mixed load', 'a program knows no token that is older than itself',
		FORGETFUL],
] }, { test: 'faults/upstream.test.mjs', rows: [
	['faults/upstream', 'still, and gone', 'Entra and Graph have twenty times as long as they should',
		['common/service/http_client.c', 'CURLOPT_TIMEOUT_MS, (long)timeout * 1000',
			'CURLOPT_TIMEOUT_MS, (long)timeout * 20000'],
		['common/service/mcp_method.c', '#define CALL_TIMEOUTS\t3', '#define CALL_TIMEOUTS\t60']],
] }];
