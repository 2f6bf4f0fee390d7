// SPDX-License-Identifier: MIT
// Tools that answer always the same, each with another kind of content.
import { AUDIO, IMAGE, embedded, text } from '../samples.mjs';

const ROWS = [
	['test_simple_text', 'A text', text('This is a simple text response for testing.')],
	['test_image_content', 'A picture', IMAGE],
	['test_audio_content', 'A sound', AUDIO],
	['test_embedded_resource', 'A resource',
		embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
	['test_multiple_content_types', 'A text, a picture and a resource', text('Multiple content types test:'), IMAGE,
		embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}')],
];

export const CONTENT = ROWS.map(([name, description, ...content]) => ({ name, description, run: () => ({ content }) }));
