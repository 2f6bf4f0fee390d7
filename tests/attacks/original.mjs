// SPDX-License-Identifier: MIT
// The defects of the system that this one takes the place of, each tried again: sign-in, tokens, registration, pages,
// tools, what it all stands on.  Their numbers are those of the list that was made of them.
import { flow } from './original-flow.mjs';
import { ground } from './original-ground.mjs';
import { pages } from './original-pages.mjs';
import { tokens } from './original-tokens.mjs';

export const original = [...flow, ...tokens, ...pages, ...ground];
