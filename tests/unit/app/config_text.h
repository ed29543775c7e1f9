/* SPDX-License-Identifier: BSD-3-Clause */

/* Configuration files made by tests, and what the parser says about them. */
#ifndef WEIR_TESTS_UNIT_APP_CONFIG_TEXT_H
#define WEIR_TESTS_UNIT_APP_CONFIG_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "config_keys.h"
#include "weir/config.h"

#define CONFIG_TEXT_BYTES 65536

/* A file that is accepted: two ports, addresses and listeners, and a section of each other kind. */
extern const char good_config[];

/* What the last load left behind. */
extern struct weir_config loaded;
extern char said[CONFIG_TEXT_BYTES];
extern const char *config_path;

/* Write `bytes` octets to a file and load it; the number of faults. */
uint32_t load_octets(const char *text, size_t bytes);
uint32_t load_text(const char *text);

/*
 * The good file with "key = value" put first into the section of that header,
 * in place of the key's own line there.
 */
uint32_t load_with(const char *header, const char *key, const char *value);

/* The section of the good file in which keys of that kind are spoiled. */
const char *header_of(enum config_section section);

/* Something said begins with "FILE: WHERE: " and goes on with, or contains, the text. */
void expect_said(const char *where, const char *text);

#endif
