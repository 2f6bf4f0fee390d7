// SPDX-License-Identifier: MIT
// Which era an upstream speaks: found out, remembered by every process, and found out again.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MODERN, bare } from '../e2e/lib/mcp.mjs';
import { OTHERS, startGate } from './lib/gate.mjs';

describe('an upstream of both eras', () => {
	it('is spoken to in the era of the client', async () => {
		const gate = await startGate('lighttpd-fastcgi', { servers: { weather: { upstream: { era: 'both' } } } });
		try {
			const upstream = gate.upstream();
			const modern = await gate.client('weather', { era: MODERN });
			await modern.call('echo');
			assert.deepEqual([...new Set(upstream.log.map(({ json }) => json.method))], ['server/discover', 'tools/call']);
			gate.calm();
			const legacy = await gate.client();
			await legacy.call('echo');
			assert.deepEqual(upstream.log.map(({ json }) => json.method),
				['initialize', 'notifications/initialized', 'tools/call']);
		} finally {
			await gate.stop();
		}
	});
});

describe('the upstream is an older or a newer one from one day to the next', () => {
	it('is found out again', async () => {
		const gate = await startGate('lighttpd-fastcgi', { servers: { weather: {} } });
		try {
			const client = await gate.client('weather', { era: MODERN });
			for (const era of ['modern', 'legacy', 'modern']) {
				gate.upstream().set({ era });
				gate.upstream().sessions.byId.clear();
				const answers = [await client.call('echo'), await client.call('echo')];
				assert.ok(answers.every(({ status }) => status < 500));
				assert.equal(answers[1].json?.result?.resultType, 'complete', `${era}: ${answers[1].text}`);
			}
		} finally {
			await gate.stop();
		}
	});
});

describe('a modern client and a legacy upstream, behind the other servers', { concurrency: 3 }, () => {
	for (const server of OTHERS)
		it(`${server}: one session for many processes`, async () => {
			const gate = await startGate(server);
			try {
				const client = await gate.client('weather', { era: MODERN });
				for (let n = 0; n < 3; n++)
					assert.equal((await client.call('echo')).json?.result?.resultType, 'complete');
				assert.equal(gate.upstream().requests('initialize').length, 1);
				assert.equal((await bare('GET', client.url, client.token)).status < 500, true);
			} finally {
				await gate.stop();
			}
		});
});
