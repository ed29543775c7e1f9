/* SPDX-License-Identifier: BSD-3-Clause */

#include "syn_ack_sheet.h"

static void
make_column(struct syn_ack_sheet *sheet, enum plain_form form)
{
	const struct syn_ack_stamp *stamp = &sheet->stamp[form];

	/* The stamp's words overlap: octets 12 to 19, and 18 to 25. */
	sheet->first[form] = (uint32_t)(stamp->ether_ip >> 16);
	sheet->second[form] = (uint32_t)stamp->ip;
	sheet->third[form] = (uint32_t)(stamp->ip >> 32);
	sheet->fourth[form] = stamp->fourth;
	sheet->options[0][form] = (uint32_t)stamp->options[0];
	sheet->options[1][form] = (uint32_t)(stamp->options[0] >> 32);
	sheet->options[2][form] = (uint32_t)stamp->options[1];
	sheet->options[3][form] = (uint32_t)(stamp->options[1] >> 32);
	sheet->options[4][form] = stamp->options_end;
	sheet->ip_sum[form] = checksum_fold(stamp->ip_sum);
	sheet->tcp_sum[form] = checksum_fold(stamp->tcp_sum);
	if (stamp->has_timestamps)
		sheet->timestamps = (uint16_t)(sheet->timestamps | 1u << form);
}

void
syn_ack_sheet_make(struct syn_ack_sheet *sheet)
{
	sheet->timestamps = 0;
	for (int form = PLAIN_FORM_NONE; form < PLAIN_SYN_FORMS; form++)
		make_column(sheet, (enum plain_form)form);
}
