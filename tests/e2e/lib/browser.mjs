// SPDX-License-Identifier: MIT
// A browser as far as a sign-in needs one: cookies, redirects, forms, and what browsers hold servers to while they do
// that: the cookie name prefixes, and form-action of the Content-Security-Policy along a form's whole navigation.
import assert from 'node:assert/strict';
import { form as encode, request } from './http.mjs';

const HOPS_MAX = 12;

export class Browser {
	// ca: a certificate that this browser trusts.  names: where hosts are to be found, as URLs by host name.
	constructor({ ca, names = {} } = {}) {
		Object.assign(this, { ca, names });
		this.jar = new Map();	// by host, path and name
		this.sent = [];		// every cookie value that was ever set, for tests that look for leaks
	}

	cookies(url) {
		const { hostname, pathname } = new URL(url);
		return [...this.jar.values()].filter((c) => c.host === hostname && within(pathname, c.path));
	}

	async fetch(url, { method = 'GET', headers = {}, body } = {}) {
		const cookie = this.cookies(url).map((c) => `${c.name}=${c.value}`).join('; ');
		const answer = await request(url, {
			method, body, ca: this.ca, dial: this.names[new URL(url).hostname],
			headers: { 'User-Agent': 'Mozilla/5.0', ...cookie && { Cookie: cookie }, ...headers },
		});
		for (const line of answer.headers['set-cookie'] ?? [])
			this.#keep(new URL(url), line);
		return answer;
	}

	// Follows redirects until an answer is none, or until one leads to where stop(url) is true.
	async open(url, { stop = () => false, policy, ...options } = {}) {
		let answer = await this.fetch(url, options);
		let here = new URL(url);
		for (let hops = 0; answer.location !== undefined; hops++) {
			assert.ok(hops < HOPS_MAX, `redirected too often, at last to ${here.pathname}`);
			here = new URL(answer.location, here);
			assert.ok(allows(policy, here), `form-action ${policy} does not allow ${here.origin}`);
			if (stop(here.href))
				return { ...answer, landed: here };
			answer = await this.fetch(here.href);
		}
		return { ...answer, landed: here };
	}

	// What the frames of a page of another site get: no cookie of ours, and an answer that lets itself be framed there.
	async frames(page) {
		const answers = [];
		for (const [, source] of page.text.matchAll(/<iframe[^>]*? src="([^"]*)"/g)) {
			const url = new URL(unescape(source), page.landed);
			const answer = await request(url.href, { ca: this.ca, headers: {
				'User-Agent': 'Mozilla/5.0',
				'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe',
			} });
			const ancestors = directive(answer, 'frame-ancestors')?.split(/\s+/).slice(1);
			assert.ok(ancestors === undefined || ancestors.includes(page.landed.origin), `${url.origin} may not be framed`);
			assert.equal(answer.headers['x-frame-options'], undefined);
			answers.push(answer);
		}
		return answers;
	}

	// Presses the button of that value on a page with one form.
	submit(page, value, { headers = {}, change = {}, ...options } = {}) {
		const { action, fields } = readForm(page, value);
		const url = new URL(action, page.landed);
		return this.open(url.href, {
			method: 'POST', policy: directive(page, 'form-action'), body: encode({ ...fields, ...change }), ...options,
			headers: {
				'Content-Type': 'application/x-www-form-urlencoded', Origin: page.landed.origin,
				Referer: page.landed.href, 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate', ...headers,
			},
		});
	}

	#keep(url, line) {
		const cookie = readCookie(url, line);
		const key = `${cookie.host} ${cookie.path} ${cookie.name}`;
		assert.ok(!cookie.name.startsWith('__Host-') || (cookie.secure && cookie.path === '/' && !cookie.domain), line);
		assert.ok(!cookie.name.startsWith('__Secure-') || cookie.secure, line);
		if (cookie.value !== '')
			this.sent.push(cookie.value);
		if (cookie.maxAge === 0)
			this.jar.delete(key);
		else
			this.jar.set(key, cookie);
	}
}

function readCookie(url, line) {
	const [pair, ...attributes] = line.split(/;\s*/);
	const at = pair.indexOf('=');
	const named = Object.fromEntries(attributes.map((attribute) => {
		const [name, value = true] = attribute.split('=');
		return [name.toLowerCase(), value];
	}));
	return {
		host: url.hostname, name: pair.slice(0, at), value: pair.slice(at + 1), path: named.path ?? '/',
		domain: named.domain, secure: named.secure === true, httpOnly: named.httponly === true,
		sameSite: named.samesite, maxAge: named['max-age'] === undefined ? undefined : Number(named['max-age']),
	};
}

// RFC 6265 section 5.1.4.
function within(path, of) {
	return path === of || (path.startsWith(of) && (of.endsWith('/') || path[of.length] === '/'));
}

export function directive(page, name) {
	const policy = page.headers['content-security-policy'] ?? '';
	return policy.split(';').map((d) => d.trim()).find((d) => d.startsWith(`${name} `));
}

function allows(policy, url) {
	const sources = policy?.split(/\s+/).slice(1);
	return sources === undefined || sources.includes(url.origin) || sources.includes(url.protocol);
}

export function readForm(page, value) {
	const [, action] = /<form method="post" action="([^"]*)"/.exec(page.text) ?? [];
	assert.ok(action !== undefined, `no form on the page: ${page.status} ${page.text.slice(-400)}`);
	const fields = {};
	for (const [, name, hidden] of page.text.matchAll(/<input type="hidden" name="([^"]*)"\s+value="([^"]*)">/g))
		fields[unescape(name)] = unescape(hidden);
	const button = [...page.text.matchAll(/<button[^>]*? name="([^"]*)" value="([^"]*)"/g)].find((b) => b[2] === value);
	assert.ok(button !== undefined, `no button ${value}`);
	return { action: unescape(action), fields: { ...fields, [button[1]]: value } };
}

function unescape(text) {
	return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'")
		.replaceAll('&amp;', '&');
}
