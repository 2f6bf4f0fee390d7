// SPDX-License-Identifier: MIT
// Each check of tokens, documents and HTTP can fail.
import { describe } from 'node:test';
import { proveEach } from './prove.mjs';
import { BEFORE_TOKENS, CHECKS } from '../lib/profiles.mjs';

describe('a server with one defect fails the check', () =>
	proveEach(CHECKS.filter(({ id }) => !BEFORE_TOKENS.some((check) => check.id === id))));
