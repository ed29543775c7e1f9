/* SPDX-License-Identifier: BSD-3-Clause */

#include "app_args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS "\t "

static int
refuse_unknown(const char *word, size_t word_bytes, const struct app_arg *known, char *message,
	       size_t message_bytes)
{
	int used = snprintf(message, message_bytes, "\"%.*s\" is unknown; allowed: %s",
			    (int)word_bytes, word, known->name == NULL ? "none" : "");

	for (const struct app_arg *arg = known; arg->name != NULL; arg++) {
		if (used < 0 || (size_t)used >= message_bytes)
			break;
		used += snprintf(message + used, message_bytes - (size_t)used, "%s%s=%s",
				 arg == known ? "" : ", ", arg->name,
				 arg->text != NULL ? "TEXT" : "NUMBER");
	}
	return -EINVAL;
}

static int
take_number(const struct app_arg *arg, const char *digits, size_t bytes, char *message,
	    size_t message_bytes)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < bytes && i < 18 && digits[i] >= '0' && digits[i] <= '9'; i++)
		number = number * 10 + (uint64_t)(digits[i] - '0');
	if (bytes == 0 || i < bytes || number > arg->max) {
		snprintf(message, message_bytes, "%s=%.*s is no such number; allowed: 0 to %llu",
			 arg->name, (int)bytes, digits, (unsigned long long)arg->max);
		return -EINVAL;
	}
	*arg->number = number;
	return 0;
}

/* The argument that `word` begins with, as "name=". */
static const struct app_arg *
lookup(const struct app_arg *known, const char *word)
{
	for (const struct app_arg *arg = known; arg->name != NULL; arg++) {
		size_t bytes = strlen(arg->name);

		if (strncmp(word, arg->name, bytes) == 0 && word[bytes] == '=')
			return arg;
	}
	return NULL;
}

int
app_args_parse(const char *args, const struct app_arg *known, char *message, size_t message_bytes)
{
	for (const char *word = args + strspn(args, BLANKS); *word != '\0';
	     word += strspn(word, BLANKS)) {
		size_t bytes = strcspn(word, BLANKS);
		const struct app_arg *arg = lookup(known, word);
		size_t name_bytes;

		if (arg == NULL)
			return refuse_unknown(word, bytes, known, message, message_bytes);
		name_bytes = strlen(arg->name) + 1;
		if (arg->text != NULL) {
			*arg->text = word + name_bytes;
			return 0;
		}
		if (take_number(arg, word + name_bytes, bytes - name_bytes, message,
				message_bytes) != 0)
			return -EINVAL;
		word += bytes;
	}
	return 0;
}

int
app_args_create_state(size_t bytes, app_args_parse_fn parse, const char *args, void **state)
{
	void *self = malloc(bytes);
	char message[1]; /* was said when the configuration was checked */
	int rc;

	if (self == NULL)
		return -ENOMEM;
	rc = parse(self, args, message, sizeof(message));
	if (rc != 0)
		free(self);
	else
		*state = self;
	return rc;
}

void
app_args_free_state(struct weir_core *core, void *state)
{
	(void)core;
	free(state);
}
