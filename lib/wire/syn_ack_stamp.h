/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * SYN-ACKs by the thousand.  Those that answer SYNs of one form (plain_syn.h) on
 * one port differ in addresses, ports, numbers, timestamps and checksums, and in
 * nothing else: the stamp holds the rest, and what the rest adds to the checksums.
 * The octets are those that syn_ack_write() would write.
 *
 * Stamps are for untagged frames; those of IPv6 are for sheets alone (syn_ack_sheet.h).
 */
#ifndef WEIR_WIRE_SYN_ACK_STAMP_H
#define WEIR_WIRE_SYN_ACK_STAMP_H

#include "plain_syn.h"
#include "syn_ack.h"

struct syn_ack_stamp {
	uint64_t ether_ip;    /* octets 12 to 19 of the frame: ethertype to IPv4's ID */
	uint64_t ip;	      /* 18 to 25: ID to checksum, which is 0; IPv6: length, hop limit */
	uint64_t options[2];  /* without the timestamps' values ... */
	uint32_t options_end; /* ... and their fifth word */
	uint32_t fourth;      /* word of the TCP header: length, flags, window */
	uint64_t ip_sum;      /* of what is the same in the header; IPv4 */
	uint64_t tcp_sum;     /* the same for TCP, or the port's share of it */
	uint64_t ol_flags;    /* what the port is to do ... */
	uint64_t tx_offload;  /* ... and where, if anything */
	uint16_t bytes;	      /* of the frame */
	uint8_t form;	      /* of the SYN: enum plain_form */
	bool has_timestamps;
	struct emit_offload offload;
};

/*
 * `form` is not PLAIN_FORM_OTHER.  Of `syn_ack` numbers and timestamps do not
 * count; its options are no longer than the form's.
 */
void syn_ack_stamp_make(struct syn_ack_stamp *stamp, bool is_ipv6, enum plain_form form,
			const struct syn_ack *syn_ack, const struct emit_offload *offload);

/* Answer a SYN of that form, over IPv4; `tsval` counts if the stamp has timestamps. */
void syn_ack_stamp_put(const struct syn_ack_stamp *stamp, const struct plain *syn, uint32_t iss,
		       uint32_t tsval);

#endif
