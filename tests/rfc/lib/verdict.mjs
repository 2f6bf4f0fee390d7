// SPDX-License-Identifier: MIT
// How a check says what it found: it returns where the claim holds, throws Failed where it does not, and NotApplicable
// where it cannot be asked of this server.
export class Failed extends Error {}
export class NotApplicable extends Error {}

// What ends the whole run: it is no result that the suite itself could not do its part.
export class Unable extends Error {}

export function must(condition, what) {
	if (!condition)
		throw new Failed(what);
}

export function mustEqual(got, wanted, what) {
	must(got === wanted, `${what}: ${show(got)}, not ${show(wanted)}`);
}

// The answer is an error without tokens, of one of these codes if there are any.
export function mustRefuse(answer, ...codes) {
	must(answer.status >= 400 && answer.status < 500, `it is answered with ${show(answer)}`);
	must(answer.json?.access_token === undefined, 'there is an access token');
	if (codes.length > 0)
		must(codes.includes(answer.json?.error), `the error is ${show(answer.json?.error)}, not ${codes.join(' or ')}`);
}

// The claim is about something that this server, or this run, does not have.
export function needs(condition, reason) {
	if (!condition)
		throw new NotApplicable(reason);
}

// One line for an answer or a value, without the secrets that an answer may carry.
export function show(value) {
	if (value === undefined)
		return 'nothing';
	const isAnswer = typeof value === 'object' && value !== null && 'status' in value;
	const text = isAnswer ? showAnswer(value) : JSON.stringify(value);
	return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

function showAnswer({ method, url, status, json, location }) {
	const where = new URL(url).pathname;
	const said = json?.error === undefined ? '' : ` ${JSON.stringify(json.error)}`;
	const leads = location === undefined ? '' : `, leading to ${location.split('?')[0]}`;
	return `${status}${said} to ${method} ${where}${leads}`;
}
