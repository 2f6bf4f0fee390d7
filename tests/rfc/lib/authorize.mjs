// SPDX-License-Identifier: MIT
// How the authorization endpoint's answers to good and bad requests are judged.
import { responseParameters } from './oauth.mjs';
import { STATE, leadsTo } from './target.mjs';
import { must, needs, show } from './verdict.mjs';

// The error of a request that is changed so.  A page instead is no fault: RFC 9700 section 4.11.2 allows it.
export async function refusedWith(t, change, ...codes) {
	const { parameters, page } = await t.refusal(change);
	must(!(page?.status >= 500), show(page));
	needs(page === undefined, 'the server shows a page instead of redirecting, as RFC 9700 section 4.11.2 allows');
	must(parameters !== undefined, `no answer to the client for ${show(change)}`);
	must(parameters.code === undefined, `a code for ${show(change)}`);
	const [error] = parameters.error ?? [];
	must(codes.includes(error), `the error for ${show(change)} is ${show(error)}, not ${codes.join(' or ')}`);
	return parameters;
}

// The error redirect that several checks look at.
export const errorResponse = (t) => t.once('error response', async () => {
	const refusal = await t.refusal({ response_type: 'rfc_suite', state: STATE });
	needs(refusal.parameters !== undefined, 'the server redirects no error to this client');
	return refusal;
});

// Whether the first answer is that of a request which is right: not an error, neither here nor at the client.
export async function goesOn(t, change, what) {
	const { answer, asked } = await t.ask(change);
	must(answer.status < 400, `${what}: ${show(answer)}`);
	const atClient = leadsTo(answer.location, asked.fields.redirect_uri);
	must(!atClient || !('error' in responseParameters(answer.location)), `${what}: ${show(answer)}`);
}

// Nobody is sent to such a redirect URI, and the person is told: by an error status, or a page of another address than
// that to which a good request leads.
export async function mustNotServe(t, client, uris, change = {}) {
	const good = (await t.once('good request', () => t.ask())).answer;
	for (const uri of uris) {
		const { answer } = await t.ask({ redirect_uri: uri, ...change }, client);
		must([uri].flat().every((one) => !leadsTo(answer.location, one)), `${show(uri)} is followed`);
		must(answer.status >= 400 || (answer.location !== undefined && begins(answer) !== begins(good)),
			`${show(uri)} is taken: ${show(answer)}`);
	}
}

// Where that leads, as far as it does not change from request to request.
const begins = ({ location, url }) => location === undefined ? undefined
	: new URL(location, url).href.split('/').slice(0, 4).join('/').split('?')[0];
