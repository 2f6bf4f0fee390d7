/* SPDX-License-Identifier: MIT */
/*
 * Every secret that was ever issued or received, so that a test can look for them where they must
 * not be.
 */
import { createHash } from 'node:crypto';

const FIELDS = [
	'access_token',
	'assertion',
	'client_assertion',
	'client_secret',
	'code',
	'code_verifier',
	'id_token',
	'nonce',
	'refresh_token',
	'state',
];

/* Shorter values would be found everywhere by chance. */
const SHORTEST = 8;

export class Secrets {
	constructor() {
		this.values = new Set();
	}

	add(value) {
		if (typeof value === 'string' && value.length >= SHORTEST) {
			this.values.add(value);
		}
		return value;
	}

	addFields(fields) {
		FIELDS.forEach((name) => this.add(fields[name]));
	}

	/* The credentials of an Authorization header, and of Basic also the password inside. */
	addAuthorization(header) {
		const [scheme, credentials] = (header ?? '').split(' ', 2);
		if (!credentials) {
			return;
		}
		this.add(credentials);
		if (scheme.toLowerCase() === 'basic') {
			const text = Buffer.from(credentials, 'base64').toString();
			this.add(text.slice(text.indexOf(':') + 1));
		}
	}

	/* Text with each secret replaced by a short digest of it, for a log file. */
	redact(text) {
		const longestFirst = [...this.values].sort((a, b) => b.length - a.length);
		return longestFirst.reduce((out, value) => {
			const quoted = JSON.stringify(value).slice(1, -1);
			return out.replaceAll(quoted, `sha256:${digest(value)}`);
		}, text);
	}
}

function digest(value) {
	return createHash('sha256').update(value).digest('hex').slice(0, 12);
}
