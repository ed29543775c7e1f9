/* SPDX-License-Identifier: BSD-3-Clause */

#include "tcp_syn_sheet.h"

#include "plain_options.h"
#include "tcp_emit.h"
#include "tcp_open.h"
#include "tcp_window.h"

void
tcp_syn_ack_fill(const struct tcp_engine *engine, uint8_t port, bool is_ipv6,
		 const struct cookie_options *agreed, struct syn_ack *syn_ack)
{
	const struct tcp_config *config = engine->config;

	syn_ack->wnd = tcp_window_of_syn(config);
	syn_ack->ttl = config->ttl;
	syn_ack->tos = config->tos;
	syn_ack->flags = TH_SYN | TH_ACK | (agreed->ecn ? TH_ECE : 0);
	syn_ack->options.has_mss = agreed->mss != 0;
	syn_ack->options.mss = tcp_emit_mss(engine, port, is_ipv6);
	syn_ack->options.has_wscale = agreed->has_wscale;
	syn_ack->options.wscale = config->rcv_wscale;
	syn_ack->options.has_sack_permitted = agreed->sack_permitted;
	syn_ack->options.has_timestamps = agreed->has_timestamps;
}

static void
make_stamp(const struct tcp_engine *engine, uint8_t port, bool is_ipv6, enum plain_form form,
	   struct syn_ack_stamp *stamp)
{
	static const uint8_t octets[PLAIN_LINUX_BYTES]; /* of their values none counts here */
	struct cookie_options agreed;
	struct tcp_options offered;
	struct syn_ack syn_ack;

	plain_take_form(&offered, octets, form);
	tcp_open_agree(engine->config, &offered, &agreed);
	tcp_syn_ack_fill(engine, port, is_ipv6, &agreed, &syn_ack);
	syn_ack_stamp_make(stamp, is_ipv6, form, &syn_ack, &engine->config->ports[port].offload);
}

static void
make_sheet(const struct tcp_engine *engine, uint8_t port, bool is_ipv6, struct syn_ack_sheet *sheet)
{
	for (int form = PLAIN_FORM_NONE; form < PLAIN_SYN_FORMS; form++)
		make_stamp(engine, port, is_ipv6, (enum plain_form)form, &sheet->stamp[form]);
	syn_ack_sheet_make(sheet);
}

void
tcp_syn_sheets_make(struct tcp_engine *engine, uint8_t port)
{
	make_sheet(engine, port, false, &engine->syn_sheets.ipv4[port]);
	make_sheet(engine, port, true, &engine->syn_sheets.ipv6[port]);
	engine->syn_sheets.made |= 1u << port;
}
