/* SPDX-License-Identifier: MIT */
/* The HTTP server. */
import http from 'node:http';
import https from 'node:https';
import { cloudOfHost } from './clouds.mjs';
import { control } from './control.mjs';
import { Entra } from './entra.mjs';
import { Exchange } from './exchange.mjs';
import { sendJson, sendText } from './http.mjs';
import { KeyRing, readPairs } from './keys.mjs';
import { findRoute } from './routes.mjs';
import { Workload } from './workload.mjs';

const CONTROL = /^\/__control\/([a-z_]+)$/;

function route(exchange) {
	const found = findRoute(exchange);
	if (!found) {
		return sendText(exchange.res, 404, 'Not Found');
	}
	exchange.entry.kind = found.kind;
	return found.handle(exchange);
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
	res.setHeader('date', new Date(exchange.clock * 1000).toUTCString());
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

/*
 * options: {port, tls: {key, cert} or undefined, log: file or undefined, keys: file of them or
 * undefined}. Answers {base}.
 */
export async function startServer({ port = 0, tls, log, keys: file } = {}) {
	const keys = await KeyRing.create(file === undefined ? [] : readPairs(file));
	const server = tls ? https.createServer(tls) : http.createServer();
	server.keepAliveTimeout = 60e3;
	await new Promise((done, fail) => {
		server.once('error', fail);
		server.listen(port, '127.0.0.1', done);
	});
	const base = `${tls ? 'https' : 'http'}://127.0.0.1:${server.address().port}`;
	const entra = new Entra(base, { keys, workload: new Workload().at(base) }, log);
	server.on('request', (req, res) => handle(entra, req, res));
	return { base };
}
