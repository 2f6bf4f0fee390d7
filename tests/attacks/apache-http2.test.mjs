// SPDX-License-Identifier: MIT
import { attack } from './suite.mjs';

attack('apache-proxy-fcgi', '2');
