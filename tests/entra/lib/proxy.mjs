// SPDX-License-Identifier: MIT
// An HTTP proxy that notes what it was asked for, and passes it on.
import http from 'node:http';

export async function startProxy() {
	const paths = [];
	const server = http.createServer((rq, rs) => {
		const url = new URL(rq.url);
		paths.push(url.pathname);
		const onward = http.request(url, { method: rq.method, headers: rq.headers }, (answer) => {
			rs.writeHead(answer.statusCode, answer.headers);
			answer.pipe(rs);
		});
		onward.on('error', () => rs.destroy());
		rq.pipe(onward);
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		paths, url: `http://127.0.0.1:${server.address().port}`,
		stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections?.(); }),
	};
}
