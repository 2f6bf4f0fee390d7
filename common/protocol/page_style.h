/* SPDX-License-Identifier: MIT */
/* page_style.h - the style sheet of the pages, as it stands between <style> and </style> */
#ifndef PROTOCOL_PAGE_STYLE_H
#define PROTOCOL_PAGE_STYLE_H

extern const char	page_style[];

#endif
