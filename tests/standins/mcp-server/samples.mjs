// SPDX-License-Identifier: MIT
// The smallest picture (one red pixel) and the smallest sound (no samples), in base64.
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
export const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=';

export const text = (value) => ({ type: 'text', text: value });
export const embedded = (uri, mimeType, value) => ({ type: 'resource', resource: { uri, mimeType, text: value } });
export const IMAGE = { type: 'image', data: PNG, mimeType: 'image/png' };
export const AUDIO = { type: 'audio', data: WAV, mimeType: 'audio/wav' };
