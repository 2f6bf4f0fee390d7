// SPDX-License-Identifier: MIT
import { attack } from './suite.mjs';

attack('lighttpd-fastcgi', '1');
