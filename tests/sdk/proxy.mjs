// SPDX-License-Identifier: MIT
// Stands before an MCP server for clients that know no tokens: adds one, and says the server's name where a client says
// the proxy's.  All else goes through as it came, foreign names in Host and Origin too, and either side's end.
import http from 'node:http';

export async function startProxy(target, token) {
	const upstream = new URL(target);
	const agent = new http.Agent({ keepAlive: false });
	const server = http.createServer((rq, rs) => {
		const own = `127.0.0.1:${server.address().port}`;
		const headers = rq.rawHeaders.map((value, i) => i % 2 === 1 && /^(host|origin)$/i.test(rq.rawHeaders[i - 1])
			? value.replace(own, upstream.host) : value);
		const forward = http.request({
			agent, host: upstream.hostname, port: upstream.port, method: rq.method, path: rq.url,
			headers: [...headers, 'Authorization', `Bearer ${token}`],
		});
		forward.on('response', (answer) => {
			rs.writeHead(answer.statusCode, answer.rawHeaders);
			rs.flushHeaders();
			answer.on('error', () => rs.destroy());
			answer.pipe(rs);
		});
		forward.on('error', () => rs.destroy());
		rs.on('close', () => rs.writableFinished || forward.destroy());
		rq.pipe(forward);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${server.address().port}${upstream.pathname}`,
		stop: () => { agent.destroy(); server.closeAllConnections(); server.close(); },
	};
}
