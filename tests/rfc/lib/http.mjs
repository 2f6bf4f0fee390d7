// SPDX-License-Identifier: MIT
// HTTP as it goes over the wire: nothing is followed, no header is added but Host, User-Agent and the length.
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

const AGENTS = {
	'http:': new http.Agent({ keepAlive: true }),
	'https:': new https.Agent({ keepAlive: true }),
};
const settings = { timeout: 20_000, ca: undefined, transport: overNetwork };

// timeout in milliseconds; ca: a certificate authority to trust beside the usual ones, as PEM; transport: what gets a
// URL and the options of request, and resolves with the answer, in place of the network.
export function configure({ timeout, ca, transport }) {
	settings.timeout = timeout ?? settings.timeout;
	settings.ca = ca === undefined ? settings.ca : [...tls.rootCertificates, ca];
	settings.transport = transport ?? overNetwork;
}

// Rejects where nothing answers.
export const request = (url, options = {}) => settings.transport(url, options);

async function overNetwork(url, options) {
	try {
		return await exchange(url, options);
	} catch (error) {
		if (error.code !== 'ECONNRESET' || !error.reused)
			throw error;
		return exchange(url, options);	// the server had closed the idle connection
	}
}

function exchange(url, { method = 'GET', headers = {}, body }) {
	const { protocol, hostname, port, pathname, search } = new URL(url);
	return new Promise((resolve, reject) => {
		const rq = (protocol === 'https:' ? https : http).request({
			hostname: hostname.replace(/^\[|\]$/g, ''), port, path: pathname + search, method, agent: AGENTS[protocol],
			headers: { 'User-Agent': 'rfc-suite', ...headers }, ...settings.ca && { ca: settings.ca },
		});
		rq.on('response', (rs) => {
			const isStream = /^text\/event-stream/.test(rs.headers['content-type'] ?? '');
			const chunks = [];
			rs.on('data', (chunk) => { chunks.push(chunk); if (isStream) finish(); });
			rs.on('end', finish);
			rs.on('error', reject);
			function finish() {
				resolve(answerOf(url, method, rs.statusCode, rs.headers, Buffer.concat(chunks).toString()));
				if (isStream)
					rq.destroy();	// it may last; its first events are enough
			}
		});
		rq.on('error', (error) => reject(Object.assign(error, { reused: rq.reusedSocket })));
		rq.setTimeout(settings.timeout, () => rq.destroy(new Error(`no answer to ${method} ${url}`)));
		rq.end(body);
	});
}

// The names of headers are in lower case.
export function answerOf(url, method, status, headers, text) {
	return {
		url: String(url), method, status, headers, text, location: headers.location, json: parse(text),
		type: (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase(),
	};
}

function parse(text) {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

// application/x-www-form-urlencoded; what is undefined is left out, an array is a repeated parameter.
export function form(fields) {
	const out = new URLSearchParams();
	for (const [name, values] of Object.entries(fields))
		for (const value of [values].flat())
			if (value !== undefined)
				out.append(name, value);
	return out.toString();
}

export function post(url, fields, headers = {}) {
	return request(url, {
		method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
		body: typeof fields === 'string' ? fields : form(fields),
	});
}

export function postJson(url, value, headers = {}) {
	return request(url, {
		method: 'POST', headers: { 'Content-Type': 'application/json', ...headers },
		body: typeof value === 'string' ? value : JSON.stringify(value),
	});
}
