/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_cc.h"

#include "check.h"

const struct tcp_cc *
tcp_cc_get(enum tcp_cc_kind kind)
{
	static const struct tcp_cc *const kinds[TCP_CC_N] = {
		[TCP_CC_CUBIC] = &tcp_cc_cubic,
		[TCP_CC_NEWRENO] = &tcp_cc_newreno,
	};

	check(kind < TCP_CC_N);
	return kinds[kind];
}
