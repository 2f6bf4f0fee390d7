// SPDX-License-Identifier: MIT
// Somebody with a copy of the database, of key files, or of both, who tries everything that he has on everything there
// is.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decrypt, ownKey, unwrap, wrappingKey } from '../../attacks/sealed.mjs';

export const KEYS = ['sign', 'wrap', 'cache', 'browser', 'logout'];
const HELD = ['authorization_request.sealed', 'refresh_token.successor'];	// sealed for who holds a cookie or a token
const OVERHEAD = 29;	// format, nonce and tag
const KID = 16;
const LEAST = 24;	// characters, so that chance does not look like text

const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const isText = (bytes) => bytes.length >= LEAST && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);

export function keyOf(state, name) {
	const [kid, , secret] = readFileSync(path.join(state, 'keys', name, 'key'), 'utf8').split('\n')[0].split(' ');
	return { name, kid, secret: Buffer.from(secret, 'base64url') };
}

// Every value that is in the database: { table, column, value }, a Buffer where it is a blob.
export async function everything(database) {
	const columns = await database.rows(`SELECT t.name AS "table", c.name AS "column"
		FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'`);
	const query = columns.map(({ table, column }) => `SELECT '${table}' AS "table", '${column}' AS "column",
		typeof("${column}") AS type, hex("${column}") AS value
		FROM "${table}" WHERE "${column}" IS NOT NULL`).join(' UNION ALL ');
	return (await database.rows(query)).map(({ type, value, ...place }) => ({
		...place, value: type === 'blob' ? Buffer.from(value, 'hex') : Buffer.from(value, 'hex').toString(),
	}));
}

// What may be a sealed text: its ciphertext with or without the key's generation in front.
function sealedTexts(values) {
	const isLong = (bytes) => Buffer.isBuffer(bytes) && bytes.length > OVERHEAD;
	return values.filter(({ value }) => isLong(value)).flatMap(({ value, ...place }) =>
		[value, value.subarray(KID)].filter((bytes) => isLong(bytes) && bytes[0] === 1)
			.map((sealed) => ({ ...place, sealed })));
}

// Each wrap of a session's data key, with what it is bound to.
async function wraps(database) {
	const of = (table, hash) =>
		`SELECT '${table}' AS purpose, hex(${hash}) AS token_hash, hex(sid) AS sid, kid, hex(wrap) AS wrap`;
	const rows = await database.rows(`${of('access_token', 'token_hash')}, '' AS bound FROM access_token
		UNION ALL ${of('refresh_token', 'token_hash')}, '' FROM refresh_token WHERE wrap IS NOT NULL
		UNION ALL ${of('authorization_code', 'code_hash')}, redirect_uri || ' ' || code_challenge
			FROM authorization_code WHERE wrap IS NOT NULL`);
	return rows.map(({ purpose, bound, ...row }) => ({
		...row, purpose: bound === '' ? purpose : `${purpose} ${sha256(bound).toString('base64url')}`,
	}));
}

async function dataKeys(database, secrets, keys) {
	const servers = [...keys.map(({ secret }) => secret), Buffer.alloc(32)];
	return (await wraps(database)).flatMap((row) => secrets.flatMap((secret) => servers.map((server) =>
		unwrap(row.purpose, secret, server, row)))).filter((key) => key !== undefined);
}

// Opens what opens: [{ table, column, text }].  keys are those of stolen files, guesses are further secrets.
export async function rob(database, keys, guesses = []) {
	const values = await everything(database);
	const held = values.flatMap(({ value }) => Buffer.isBuffer(value) ? [value, sha256(value)] : [Buffer.from(value)]);
	const secrets = [...new Map([...held, ...keys.map(({ secret }) => secret), ...guesses, Buffer.alloc(32)]
		.filter((bytes) => bytes.length === 32).map((bytes) => [bytes.toString('hex'), bytes])).values()];
	const opening = [...await dataKeys(database, secrets, keys), ...secrets.flatMap((secret) => [secret, ownKey(secret),
		...keys.flatMap((key) => HELD.map((purpose) => wrappingKey(purpose, secret, key.secret, key.kid)))])];
	const found = sealedTexts(values)
		.flatMap(({ sealed, ...place }) => opening.map((key) => ({ ...place, text: decrypt(key, sealed) })))
		.filter(({ text }) => isText(text)).map(({ text, ...place }) => ({ ...place, text: text.toString() }));
	return [...new Map(found.map((each) => [Object.values(each).join(' '), each])).values()];
}
