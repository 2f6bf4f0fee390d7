// SPDX-License-Identifier: MIT
// For a test runner: each test that has ended, as a line of JSON.  asserted says that an assertion of the test's own
// failed.
function* causes(error) {
	for (; error instanceof Object; error = error.cause)
		yield error;
}

export default async function* reporter(events) {
	for await (const { type, data } of events) {
		if (type !== 'test:fail' && type !== 'test:pass')
			continue;
		const { name, skip, details: { error } } = data;
		const all = [...causes(error)];
		yield `${JSON.stringify({
			name, failed: type === 'test:fail', skipped: skip !== undefined, how: error?.failureType,
			asserted: all.some((one) => one.code === 'ERR_ASSERTION'),
			why: String(all.at(-1)?.message ?? '').split('\n')[0].slice(0, 200),
		})}\n`;
	}
}
