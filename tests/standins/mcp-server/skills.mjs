// SPDX-License-Identifier: MIT
// The extension for skills (SEP-2640): methods and resources that no revision has.
import { SkillsExtension, memorySkillFiles } from './sdk.mjs';

const FILES = {
	'greeting/SKILL.md': '---\nname: greeting\ndescription: Says hello\n---\nSay hello.\n',
	'farewell/references/words.md': 'goodbye, bye\n',
	'farewell/SKILL.md': '---\nname: farewell\ndescription: Says goodbye\n---\nSay goodbye.\n',
};

export const skills = await SkillsExtension.load(memorySkillFiles(FILES), { strict: true });
