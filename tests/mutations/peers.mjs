// SPDX-License-Identifier: MIT
// Vulnerabilities of systems of this kind, brought back one by one.
import {
	ANY_CLIENT, ANY_COOKIE, ANY_VERIFIER, EXCHANGED_READ_CLEAR, EXCHANGED_WRITTEN_CLEAR, NO_TRANSACTION_COOKIE,
} from './lib/breaks.mjs';

export default [{ test: 'attacks/lighttpd-http1.test.mjs', rows: [
	['6b.1', 'whoever has been here before is not asked',
		['cgi-bin/consent.c', 'if (!post)',
			'if (!post && browser_cookie_read(rq, &browser))\n' +
				'\t\treturn send_to_entra(rq, rs, &transaction, &browser, false);\n\tif (!post)']],
	['6b.2', 'the callback does without the cookie of who approved',
		NO_TRANSACTION_COOKIE, ANY_COOKIE],
	['6b.3', 'a client that somebody signed in through is approved already',
		['cgi-bin/consent.c', 'if (!post)',
			'if (!post && client_find(rq, transaction.client_id, &(struct client){ 0 }) == OAUTH_OK && ' +
				'browser_cookie_read(rq, &browser))\n' +
				'\t\treturn send_to_entra(rq, rs, &transaction, &browser, false);\n\tif (!post)']],
	['6b.4', 'a token serves each of our servers',
		['common/service/access_token.c', 'strcmp(aud, resource) != 0', 'false'],
		['common/service/access_token.c', 'strcmp(access.session.resource, resource) != 0 ||', 'false ||']],
	['6b.5', 'a client\'s name is written as HTML',
		['common/protocol/page_part.c', '\tbuf_lit(b, before);\n\tbuf_html(b, text);',
			'\tbuf_lit(b, before);\n\tbuf_lit(b, text);']],
	['6b.6', 'a tool takes arguments that it does not know',
		['common/service/tool_graph_user.c', 'json_object_object_length(arguments) > 0', 'false']],
	['6b.7', 'plain is a method too',
		['cgi-bin/authorize.c', 'in->code_challenge_method == NULL || strcmp(in->code_challenge_method, "S256") != 0',
			'false']],
	['6b.8', 'the verifier is compared with nothing',
		ANY_VERIFIER],
	['6b.9', 'a code is taken for a replay before its client is looked at',
		ANY_CLIENT],
	['6b.10', 'the issuer is the Host that was asked',
		['cgi-bin/metadata.c', 'rq->config->public_path);\n\t\tif (rest',
			'rq->config->public_path);\n\t\tif (rest != NULL && request_variable(rq, "HTTP_X_FORWARDED_HOST") != ' +
				'NULL)\n\t\t\tbuf_lit(&rs->body, request_variable(rq, "HTTP_X_FORWARDED_HOST"));\n\t\tif (rest']],
	['6b.11', 'a registration is answered with a secret',
		['common/protocol/client_metadata.c', 'buf_member(b, "client_uri", m->client_uri);',
			'buf_member(b, "client_uri", m->client_uri);\n\tbuf_member(b, "client_secret", client_id);']],
	['6b.12', 'redirect URIs are compared by their hosts',
		['common/protocol/redirect_uri.c', 'return is_loopback(&r) && is_loopback(&p)',
			'return same(r.host, p.host) || (is_loopback(&r) && is_loopback(&p)'],
		['common/protocol/redirect_uri.c', 'same(r.query, p.query);', 'same(r.query, p.query));']],
	['6b.13', 'any http address may be registered',
		['common/protocol/redirect_uri.c', 'return is_loopback(&u);', 'return u.host != NULL;']],
	['6b.14', 'another spelling of a header is that header',
		['httpd-conf/lighttpd/fastcgi.conf', '"Mcp_Method" => "",', '']],
	['6b.14', 'of two spellings the first counts, whichever it is',
		['httpd-conf/lighttpd/fastcgi.conf', '"Mcp_Method" => "",', ''],
		['common/service/request.c', 'if (a_name_occurs_twice(rq->io->envp))', 'if (a_name_occurs_twice(NULL))'],
		['common/service/request.c', 'for (char **e = envp; *e != NULL; e++) {\n\t\tsize_t n = strcspn(*e, "=");',
			'for (char **e = envp; e != NULL && *e != NULL; e++) {\n\t\tsize_t n = strcspn(*e, "=");']],
	['6b.15', 'a proxy\'s word opens the door',
		['cgi-bin/mcp.c', 'TRY(authenticate(rq, rs, server, &access));',
			'if (request_variable(rq, "HTTP_X_ORIGINAL_URL") != NULL)\n' +
				'\t\treturn OAUTH_OK;\n\tTRY(authenticate(rq, rs, server, &access));']],
	['6b.16', 'a token without end is for ever',
		['common/service/access_token.c', '!json_member_int(rq->arena, claims, "exp", &exp) || exp <= rq->now',
			'json_member_int(rq->arena, claims, "exp", &exp) && exp <= rq->now']],
	['6b.17', 'a miss is not remembered, and each request asks Entra',
		['common/service/entra_cache.c', 'clock_seconds() - c->row->tried_at < ENTRA_COLD_RETRY)', 'false)']],
	['6b.18', 'the beginning of a tool\'s name is enough',
		['common/service/tool.c', 'strcmp((*t)->name, name) == 0', 'strncmp((*t)->name, name, strlen(name)) == 0']],
	['6b.19', 'a header names the host of Graph',
		['common/service/graph.c', 'rq->config->entra.graph_url, call->path)',
			'request_variable(rq, "HTTP_X_GRAPH_URL") != NULL ? request_variable(rq, "HTTP_X_GRAPH_URL") : ' +
				'rq->config->entra.graph_url, call->path)']],
	['6b.20', 'redirects are followed',
		['common/service/curl_library.c', 'CURLOPT_FOLLOWLOCATION, 0L', 'CURLOPT_FOLLOWLOCATION, 1L']],
	['6b.21', 'an exchanged token is everybody\'s',
		['sql/queries/exchanged_token.sql', 'SELECT sealed FROM exchanged_token WHERE sid = :sid AND scope',
			'SELECT sealed FROM exchanged_token WHERE sid IS NOT :sid AND scope'],
		EXCHANGED_READ_CLEAR, EXCHANGED_WRITTEN_CLEAR],
	['6b.22', 'a method is judged before the token',
		['cgi-bin/mcp.c', 'TRY(authenticate(rq, rs, server, &access));',
			'if (find_method(rq, server, endpoint, &allow) == NULL)\n' +
				'\t\treturn fail(&rq->failure, METHOD_NOT_ALLOWED, "this address is not spoken to by this ' +
				'method");\n\tTRY(authenticate(rq, rs, server, &access));']],
	['6b.23', 'a sign-in is known by the client\'s state',
		['sql/queries/authorization_request.sql', ' WHERE entra_state_hash = :entra_state_hash AND expires_at',
			' WHERE state = (SELECT state FROM authorization_request WHERE entra_state_hash = :entra_state_hash) ' +
				'AND expires_at'],
		NO_TRANSACTION_COOKIE, ANY_COOKIE],
	['6b.24', 'what is no JSON is told so before the token is looked at',
		['cgi-bin/mcp.c', 'TRY(authenticate(rq, rs, server, &access));',
			'if (!http_media_type_is(request_variable(rq, "CONTENT_TYPE"), "application/json"))\n' +
				'\t\treturn fail(&rq->failure, UNSUPPORTED_MEDIA_TYPE, "the body must be ' +
				'application/json");\n\tTRY(authenticate(rq, rs, server, &access));']],
	['6b.25', 'the metadata names an address where nothing is',
		['common/protocol/server_metadata.c', '"revocation_endpoint", m->issuer, "/revoke"',
			'"revocation_endpoint", m->issuer, "/revocation"']],
] }];
