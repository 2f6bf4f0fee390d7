// SPDX-License-Identifier: MIT
// The whole sign-in as a client and a browser go through it, and the ten steps as they can be watched.
import assert from 'node:assert/strict';
import { ALICE } from '../../standins/entra/world.mjs';
import { Browser } from './browser.mjs';
import { McpClient, MODERN } from './mcp.mjs';
import { authorization, discover, readResponse, redeem, register } from './oauth.mjs';

const quiet = () => {};

// From the resource's URL to tokens.  onStep(number, title, facts) is told of steps 1 to 4.
export async function signIn(resource, { browser = new Browser(), onStep = quiet, client, ask = {}, decision } = {}) {
	const { challenge, protectedResource, metadata } = await discover(resource);
	await onStep(1, 'The client connects to the MCP server and is refused', challenge);
	const registered = client ?? await register(metadata);
	const asked = authorization(metadata, registered, { resource: protectedResource.resource, ...ask });
	const page = await browser.open(asked.url);
	await onStep(2, 'The gateway starts the sign-in and asks the person', {
		client_id: registered.client_id, authorization_endpoint: metadata.authorization_endpoint, consent: page.status,
	});
	const response = await approve(browser, page, asked, metadata, decision);
	await onStep(3, 'Entra ID signs the person in and issues a token for the MCP server', {
		error: response.error, iss: response.iss,
	});
	const session = { browser, client: registered, metadata, asked, response, resource };
	if (response.code === undefined)
		return session;
	const answer = await redeem(metadata, asked, response.code);
	await onStep(4, 'The gateway keeps it and hands out a session token', {
		status: answer.status, token_type: answer.json?.token_type, expires_in: answer.json?.expires_in,
	});
	return { ...session, answer, tokens: answer.json };
}

// Presses the button on the consent page and comes back with the client's authorization response.
export async function approve(browser, page, asked, metadata, decision = 'approve') {
	const { landed, status, text } = await browser.submit(page, decision, { stop: atClient(asked) });
	assert.ok(atClient(asked)(landed.href),
		`not sent back to the client: ${status} at ${landed.pathname}: ${text.slice(-500)}`);
	const response = readResponse(landed, metadata.issuer);
	assert.equal(response.state, asked.fields.state);
	return response;
}

// In a browser of its own, through the page on which Entra asks who it is; a browser that it knows is not asked.
export async function signedInByHand(site, { user = ALICE, browser = new Browser(), resource = site.resource() } = {}) {
	const { protectedResource, metadata } = await discover(resource);
	const client = await register(metadata);
	const asked = authorization(metadata, client, { resource: protectedResource.resource });
	const page = await browser.open(asked.url);
	await site.standin.user('none');
	const landed = await byHand(browser, page, atClient(asked), user).finally(() => site.standin.user(ALICE));
	const answer = await redeem(metadata, asked, readResponse(landed, metadata.issuer).code);
	assert.equal(answer.status, 200, answer.text);
	const { access_token: token } = answer.json;
	return {
		browser, client, metadata, token, tokens: answer.json, sid: await site.standin.lastSid(),
		mcp: new McpClient(resource, token, MODERN),
	};
}

async function byHand(browser, page, stop, user) {
	const entra = await browser.submit(page, 'approve', { stop });
	return stop(entra.landed.href) ? entra.landed : (await browser.submit(entra, user, { stop })).landed;
}

export const atClient = (asked) => (url) => url.startsWith(`${asked.fields.redirect_uri}?`);

// Ready to call: throws unless every step went well.
export async function signedIn(resource, { era = MODERN, ...options } = {}) {
	const session = await signIn(resource, options);
	assert.equal(session.answer?.status, 200, session.answer?.text ?? JSON.stringify(session.response));
	return { ...session, mcp: new McpClient(resource, session.tokens.access_token, era) };
}

// All ten steps.  What happens behind the gateway is read from the log of the stand-in for Entra.
export async function tenSteps(resource, { standin, era = MODERN, onStep = quiet, browser } = {}) {
	const session = await signedIn(resource, { era, onStep, browser });
	const { mcp } = session;
	const connected = await mcp.connect();
	await onStep(5, 'The client connects with the session token', { status: connected.status, era });
	await standin?.clearLog();
	const answer = await mcp.callTool();
	await onStep(6, 'The client calls get_graph_user_details; the gateway finds the session', { status: answer.status });
	const did = await standin?.counts();
	const { isError, structuredContent } = answer.json?.result ?? {};
	await onStep(7, "The MCP server validates Entra's token", { isError, 'keys fetched': did?.keys });
	await onStep(8, 'It asks Entra for a token for Microsoft Graph on behalf of the person', { asked: did?.exchange });
	await onStep(9, 'Entra answers, and the gateway keeps the answer sealed', { granted: isError === false });
	await onStep(10, 'Microsoft Graph answers with the data', { asked: did?.graph, ...structuredContent });
	return { ...session, connected, answer, result: answer.json?.result };
}
