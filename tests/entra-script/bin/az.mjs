// SPDX-License-Identifier: MIT
//
// The Azure CLI as httpd-conf/entra/register.sh sees it, on the directory of graph.mjs in the file DIR/state:
// { tenant, cloud, endpoint, ... }.  --query is real JMESPath.  Each call is written to DIR/log as one line of JSON.
// A fault of DIR/faults, { when: regular expression, out, err, status, times }, comes before the answer.
//
// A thread that bin/az asks over a socket: a node for each of the script's many calls takes longer than all else.

import { X509Certificate } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { call, refusal } from './graph.mjs';
import { require } from '../packages.mjs';

const { search } = require('jmespath');

function rest({ args, option, state }) {
	const url = new URL(option('--url'));
	if (`${url.origin}/` !== state.endpoint || !url.pathname.startsWith('/v1.0/'))
		throw new Error(`a call to ${url}`);
	const from = args.indexOf('--uri-parameters') + 1;
	const parameters = {};
	for (let at = from; from > 0 && args[at]?.startsWith('$'); at++) {
		const [name, ...value] = args[at].split('=');
		parameters[name] = value.join('=');
	}
	const body = option('--body');
	return call(state, option('--method'), url.pathname.slice('/v1.0/'.length), body && JSON.parse(body), parameters);
}

// az ad app credential reset --append: a certificate's names and dates are those in it.
function reset({ option, state }) {
	const application = state.applications.find(({ appId }) => appId === option('--id'));
	if (option('--cert') === undefined) {
		application.passwordCredentials.push({ displayName: option('--display-name'), endDateTime: option('--end-date') });
		return { password: state.secret };
	}
	const certificate = new X509Certificate(readFileSync(option('--cert').slice(1)));
	application.keyCredentials.push({
		displayName: option('--display-name'),
		type: 'AsymmetricX509Cert',
		usage: 'Verify',
		key: certificate.raw.toString('base64'),
		customKeyIdentifier: certificate.fingerprint.replaceAll(':', ''),
		startDateTime: new Date(certificate.validFrom).toISOString().replace('.000', ''),
		endDateTime: new Date(certificate.validTo).toISOString().replace('.000', ''),
	});
	return {};
}

function answer(asked) {
	const { args, line, state } = asked;
	if (line.startsWith('account show'))
		return { tenantId: state.tenant };
	if (line.startsWith('cloud show'))
		return { name: state.cloud, endpoints: { microsoftGraphResourceId: state.endpoint } };
	if (line.startsWith('rest '))
		return rest(asked);
	if (line.startsWith('ad app credential reset ') && args.includes('--append'))
		return reset(asked);
	throw new Error(`unexpected call: ${line}`);
}

// A list is a line for each of its values, of which each may be a list.
function tsv(value) {
	const word = (one) => (one === null || one === undefined ? '' : String(one));
	const lines = Array.isArray(value) ? value : value === null ? [] : [value];
	return lines.map((one) => `${Array.isArray(one) ? one.map(word).join('\t') : word(one)}\n`).join('');
}

function run(dir, args) {
	const file = (name) => join(dir, name);
	const read = (name) => readFileSync(file(name), 'utf8');
	const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
	const asked = { args, option, line: args.join(' '), state: JSON.parse(read('state')) };
	const faults = JSON.parse(read('faults'));
	const earlier = existsSync(file('log')) ? read('log').split('\n').filter(Boolean).map((text) => JSON.parse(text)) : [];
	const used = (index) => earlier.filter((one) => one.fault === index).length;
	const fault = faults.findIndex((one, index) =>
		new RegExp(one.when).test(asked.line) && used(index) < (one.times ?? Infinity));
	const certificate = option('--cert');
	appendFileSync(file('log'), JSON.stringify({
		fault,
		args,
		file: certificate === undefined ? undefined : readFileSync(certificate.slice(1), 'utf8'),
	}) + '\n');
	if (fault >= 0)
		return faults[fault];
	try {
		const said = answer(asked);
		writeFileSync(file('state'), JSON.stringify(asked.state));
		if (said === undefined || option('-o') === 'none')
			return {};
		return { out: option('-o') === 'tsv' ? tsv(search(said, option('--query') ?? '@')) : JSON.stringify(said) };
	} catch (error) {
		return { err: `ERROR: ${refusal(error) ?? error.stack}\n`, status: 1 };
	}
}

// The count of the fields that follow, the directory, and az's arguments; standard output, standard error and status.
const server = net.createServer((socket) => {
	let text = '';
	socket.setEncoding('utf8').on('data', (chunk) => {
		const [count, dir, ...args] = (text += chunk).split('\0').slice(0, -1);
		if (args.length + 1 !== Number(count))
			return;
		const { out = '', err = '', status = 0 } = run(dir, args);
		socket.end([out, err, status, ''].join('\0'));
	});
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
