/* SPDX-License-Identifier: BSD-3-Clause */

/* An application as a shared object; OBJECT_VERSION is 0 for one that is none. */
#include "weir/app.h"

#if OBJECT_VERSION > 0
WEIR_API extern const struct weir_app_ops weir_app;

const struct weir_app_ops weir_app = {
	.version = OBJECT_VERSION,
	.name = "object",
};
#else
WEIR_API extern const int weir_nothing;

const int weir_nothing = 1;
#endif
