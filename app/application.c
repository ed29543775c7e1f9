/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * A name with a '/' is a path, as in the shell; all others are built in.  The
 * arguments of built-in applications are judged here already, before a port is
 * touched; what a shared object thinks of its own, its init() says later.
 */
#include "application.h"

#include <dlfcn.h>
#include <string.h>

#include "builtin.h"

#define WHERE_BYTES   (WEIR_NAME_BYTES + 32)
#define MESSAGE_BYTES 128

static const struct builtin builtins[] = {
	{&discard_app, discard_check_args},
	{&echo_app, echo_check_args},
	{&chargen_app, chargen_check_args},
	{&http_app, http_check_args},
};

static void
resolve_builtin(struct weir_listener_config *listener, struct config_faults *faults)
{
	char where[WHERE_BYTES], message[MESSAGE_BYTES], names[MESSAGE_BYTES] = "";
	size_t used = 0;

	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		const struct builtin *builtin = &builtins[i];

		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s, ",
					 builtin->ops->name);
		if (strcmp(builtin->ops->name, listener->app) != 0)
			continue;
		listener->ops = builtin->ops;
		snprintf(where, sizeof(where), "[listener %s] args", listener->name);
		if (builtin->check_args(listener->args, message, sizeof(message)) != 0)
			config_fault(faults, where, "%s", message);
		return;
	}
	snprintf(where, sizeof(where), "[listener %s] application", listener->name);
	config_fault(faults, where,
		     "\"%s\" is not built in; allowed: %sthe path of a .so with a / in it",
		     listener->app, names);
}

static void
resolve_object(struct weir_listener_config *listener, struct config_faults *faults)
{
	void *object = dlopen(listener->app, RTLD_NOW | RTLD_LOCAL);
	const struct weir_app_ops *ops;
	char where[WHERE_BYTES];

	snprintf(where, sizeof(where), "[listener %s] application", listener->name);
	if (object == NULL) {
		config_fault(faults, where, "%s; allowed: a shared object", dlerror());
		return;
	}
	ops = dlsym(object, "weir_app");
	if (ops == NULL)
		config_fault(faults, where,
			     "%s exports no weir_app; allowed: a shared object that does",
			     listener->app);
	else if (ops->version != WEIR_APP_VERSION)
		config_fault(faults, where, "%s is made for interface version %u; allowed: %d",
			     listener->app, ops->version, WEIR_APP_VERSION);
	else
		listener->ops = ops;
}

void
applications_resolve(struct weir_config *config, struct config_faults *faults)
{
	for (uint32_t i = 0; i < config->listener_count; i++) {
		struct weir_listener_config *listener = &config->listeners[i];

		if (strchr(listener->app, '/') != NULL)
			resolve_object(listener, faults);
		else
			resolve_builtin(listener, faults);
	}
}
