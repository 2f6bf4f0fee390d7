// SPDX-License-Identifier: MIT
// requestState, sealed: a client can bring back only what it was given.
import { randomBytes } from 'node:crypto';
import { createRequestStateCodec } from './sdk.mjs';

export const states = createRequestStateCodec({ key: randomBytes(32) });
