/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The stamps of a port and a family (syn_ack_stamp.h), one for each form, on one sheet:
 * each word of a SYN-ACK is a table by form, so that sixteen SYNs (batch.h), whatever
 * their forms, look theirs up at once.
 */
#ifndef WEIR_WIRE_SYN_ACK_SHEET_H
#define WEIR_WIRE_SYN_ACK_SHEET_H

#include "syn_ack_stamp.h"
#include "wide.h"

struct syn_ack_sheet {
	struct syn_ack_stamp stamp[PLAIN_SYN_FORMS]; /* that of PLAIN_FORM_OTHER is not used */
	uint32_t first[WIDE_LANES];		     /* of the IP header: version to total length */
	uint32_t second[WIDE_LANES];		     /* ID, fragment; IPv6: length to hop limit */
	uint32_t third[WIDE_LANES];		     /* IPv4: TTL, protocol; checksum 0 */
	uint32_t fourth[WIDE_LANES];		     /* of the TCP header: length, flags, window */
	uint32_t options[5][WIDE_LANES];	     /* without the timestamps' values */
	uint32_t ip_sum[WIDE_LANES];		     /* folded, as in the stamps */
	uint32_t tcp_sum[WIDE_LANES];
	uint16_t timestamps; /* in which forms' answers they are: bit by form */
};

/* From the stamps, which are all there. */
void syn_ack_sheet_make(struct syn_ack_sheet *sheet);

#endif
