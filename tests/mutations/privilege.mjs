// SPDX-License-Identifier: MIT
// What a thief of the database, of key files, or of a program's process may do more once something is broken.
import { ANY_ACCESS_TOKEN, EXCHANGED_WRITTEN_CLEAR } from './lib/breaks.mjs';

export default [{ test: 'privilege/stolen.test.mjs', rows: [
	['stolen', 'is all there', 'exchanged tokens are not kept',
		['common/service/on_behalf_of.c', 'outcome == ENTRA_GRANTED && w->key != NULL',
			'outcome == ENTRA_GRANTED && w->key == NULL']],
	['stolen', 'the database alone', 'exchanged tokens are kept unsealed',
		EXCHANGED_WRITTEN_CLEAR],
	['stolen', 'the key file sign alone', 'whoever can sign needs no session',
		ANY_ACCESS_TOKEN],
	['stolen', 'the key file wrap alone', 'signatures are not looked at',
		['common/service/access_token.c', 'if (!jws_verify_hs256(&jws, key->hmac))', 'if (key == NULL)'],
		ANY_ACCESS_TOKEN],
	['stolen', 'the database and the other key files', 'what Entra demands is sealed with the key of browsers',
		['common/service/reauthentication.c', 'out->claims = seal_open_for_server(rq->arena, rq->keys, KEY_CACHE,',
			'out->claims = seal_open_for_server(rq->arena, rq->keys, KEY_WRAP,'],
		['common/service/reauthentication.c', '!seal_for_server(rq->arena, rq->keys, KEY_CACHE,',
			'!seal_for_server(rq->arena, rq->keys, KEY_WRAP,']],
	['stolen', 'a writer of the database who knows no key', 'what does not open is taken all the same',
		['common/service/session_claim.c', '\treturn ABSENT;\n}', '\treturn STORED;\n}']],
	['stolen', 'a writer of the database with sign and wrap', 'Entra\'s own token is not asked whose it is',
		['common/service/entra_verify.c',
			'strcmp(identity.tenant_id, tenant_id) != 0 || strcmp(identity.object_id, object_id) != 0',
			'strcmp(identity.tenant_id, tenant_id) != 0 && strcmp(identity.object_id, object_id) != 0']],
	['stolen', 'nor while Entra does not answer', 'while Entra is silent nobody looks whose its last token is',
		['common/service/person.c',
			'\trq->failure = (struct failure){ 0 };\n\treturn is_vouched_for(rq, s, &tokens);',
			'\trq->failure = (struct failure){ 0 };\n\treturn OAUTH_OK;']],
] }, { test: 'privilege/privilege.test.mjs', rows: [
	['privilege', 'says in its log that the kernel has no Landlock', 'system calls are not filtered',
		['common/base/syscall_filter.c', 'REFUSE(EAFNOSUPPORT),', 'SAY(SECCOMP_RET_ALLOW),']],
	['privilege', 'serves people as before', 'a program may gain privileges',
		['common/service/sandbox.c', 'if (strcmp(config->sandbox, "off") == 0)', 'if (program != NULL)']],
] }];
