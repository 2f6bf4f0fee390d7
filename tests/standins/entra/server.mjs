/* SPDX-License-Identifier: MIT */
/* The HTTP server: from a path to a handler. */
import http from 'node:http';
import https from 'node:https';
import { authorize, login } from './authorize.mjs';
import { cloudOfHost } from './clouds.mjs';
import { control } from './control.mjs';
import { discoveryV1, discoveryV2, keysV1, keysV2 } from './discovery.mjs';
import { Entra } from './entra.mjs';
import { Exchange } from './exchange.mjs';
import { checkMemberGroups, getMemberGroups, transitiveMemberOf } from './graph-groups.mjs';
import { me, unknownResource } from './graph.mjs';
import { sendJson, sendText } from './http.mjs';
import { appServiceIdentity, arcIdentity, machineIdentity, otherMethod } from './imds.mjs';
import { KeyRing } from './keys.mjs';
import { logout } from './logout.mjs';
import { token } from './token.mjs';
import { Workload, workloadDiscovery, workloadKeys } from './workload.mjs';

/* Methods, path, handler; the handler gets what the parentheses hold. */
const ROUTES = [
	['GET', /^\/workload\/\.well-known\/openid-configuration$/, workloadDiscovery],
	['GET', /^\/workload\/keys$/, workloadKeys],
	['GET', /^\/metadata\/identity\/oauth2\/token$/, machineIdentity],
	['GET', /^\/msi\/token$/, appServiceIdentity],
	['GET', /^\/himds\/metadata\/identity\/oauth2\/token$/, arcIdentity],
	['POST PUT DELETE PATCH', /^\/(?:(?:himds\/)?metadata|msi)\//, otherMethod],
	['GET', /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/, discoveryV2],
	['GET', /^\/([^/]+)\/\.well-known\/openid-configuration$/, discoveryV1],
	['GET', /^\/([^/]+)\/discovery\/v2\.0\/keys$/, keysV2],
	['GET', /^\/([^/]+)\/discovery\/keys$/, keysV1],
	['GET POST', /^\/([^/]+)\/oauth2\/v2\.0\/authorize$/, authorize],
	['GET POST PUT DELETE PATCH', /^\/([^/]+)\/oauth2\/v2\.0\/token$/, token],
	['GET POST', /^\/[^/]+\/oauth2\/v2\.0\/logout$/, logout],
	['POST', /^\/[^/]+\/login$/, login],
	['GET', /^\/graph\/v1\.0\/me$/, me],
	['POST', /^\/graph\/v1\.0\/me\/checkMemberGroups$/, checkMemberGroups],
	['POST', /^\/graph\/v1\.0\/me\/getMemberGroups$/, getMemberGroups],
	['GET', /^\/graph\/v1\.0\/me\/transitiveMemberOf(\/microsoft\.graph\.group)?$/, transitiveMemberOf],
	['GET POST PUT DELETE PATCH', /^\/graph\/.*$/, unknownResource],
];
const CONTROL = /^\/__control\/([a-z_]+)$/;

function route(exchange) {
	const { req, url, res, graphHost } = exchange;
	const path = `${graphHost ? '/graph' : ''}${url.pathname}`;
	for (const [methods, pattern, handler] of ROUTES) {
		const match = pattern.exec(path);
		if (match && methods.split(' ').includes(req.method)) {
			return handler(exchange, ...match.slice(1));
		}
	}
	return sendText(res, 404, 'Not Found');
}

async function handleLogged(exchange) {
	const { entra, req, res, url } = exchange;
	exchange.entry = entra.log.begin(req, url);
	entra.secrets.addFields(exchange.entry.query);
	entra.secrets.addAuthorization(req.headers.authorization);
	res.on('finish', () => {
		exchange.entry.status = res.statusCode;
	});
	res.on('close', () => entra.log.end(exchange.entry));
	await route(exchange);
}

function parseUrl(target, base) {
	try {
		return new URL(target, base);
	} catch {
		return null;
	}
}

async function handle(entra, req, res) {
	const url = req.url.startsWith('/') ? parseUrl(`${entra.base}${req.url}`) : null;
	if (!url) {
		sendText(res, 400, 'Bad Request');
		return;
	}
	const exchange = new Exchange(entra, req, res, url);
	const found = cloudOfHost(req.headers.host);
	if (found) {
		exchange.enter(found.cloud, await entra.ringOf(found.cloud));
		exchange.graphHost = found.graph;
	}
	const name = CONTROL.exec(url.pathname)?.[1];
	try {
		await (name ? control(exchange, name) : handleLogged(exchange));
	} catch (error) {
		if (req.destroyed && !req.complete) {
			return; /* The client went away in the middle of its request. */
		}
		process.stderr.write(`${error.stack}\n`);
		if (!res.headersSent) {
			sendJson(res, 500, {
				error: 'stand_in_failed',
				error_description: error.message,
			});
		}
	}
}

/* options: {port, tls: {key, cert} or undefined, log: file or undefined}. Answers {base}. */
export async function startServer({ port = 0, tls, log } = {}) {
	const [keys, workload] = await Promise.all([KeyRing.create(), Workload.create()]);
	const server = tls ? https.createServer(tls) : http.createServer();
	server.keepAliveTimeout = 60e3;
	await new Promise((done, fail) => {
		server.once('error', fail);
		server.listen(port, '127.0.0.1', done);
	});
	const base = `${tls ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
	const entra = new Entra(base, { keys, workload: workload.at(base) }, log);
	server.on('request', (req, res) => handle(entra, req, res));
	return { base };
}
