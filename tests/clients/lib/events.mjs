// SPDX-License-Identifier: MIT
// The events of an answer, as they come.

// Reads up to the one that test is true for, and then leaves.  An event is {id, json}.
export async function readEvents(answer, test) {
	const list = [];
	let text = '';
	for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
		const parts = (text + chunk).split('\n\n');
		text = parts.pop();
		for (const part of parts) {
			list.push(readEvent(part));
			if (test(list.at(-1)))
				return list.filter(({ id, json }) => id !== undefined || json !== undefined);
		}
	}
	throw new Error(`the stream has ended: ${answer.status} ${JSON.stringify(list)}`);
}

function readEvent(part) {
	const field = (name) => new RegExp(`^${name}:(.*)$`, 'm').exec(part)?.[1].trim();
	const data = field('data');
	return { id: field('id'), json: data ? JSON.parse(data) : undefined };
}
