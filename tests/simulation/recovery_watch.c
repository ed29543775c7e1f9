/* SPDX-License-Identifier: BSD-3-Clause */

#include "recovery_watch.h"

#include "tcp_rto.h"

/* True where a counter has moved since it was `*before`. */
static bool
has_moved(uint64_t *before, uint64_t now)
{
	bool moved = now != *before;

	*before = now;
	return moved;
}

void
recovery_watch_turn(struct recovery_watch *watch, const struct rig *rig)
{
	const struct counters *counters = &rig->core->counters;
	const uint64_t *value = counters->value;

	watch->events = (struct recovery_events){
		.dropped = has_moved(&watch->dropped, counters_dropped(counters)),
		.timed_out = has_moved(&watch->timed_out, value[COUNTER_retransmit_timeout]),
		.forgot = has_moved(&watch->forgot, value[COUNTER_scoreboard_full]),
		.reneged = has_moved(&watch->reneged, value[COUNTER_sack_reneged]),
		.undone = has_moved(&watch->undone, value[COUNTER_recovery_undone]),
		.probed = has_moved(&watch->probed, value[COUNTER_loss_probe_sent]),
		.resized = has_moved(&watch->resized, value[COUNTER_pmtu_lowered] +
							      value[COUNTER_pmtu_blackhole] +
							      value[COUNTER_pmtu_raised]),
		.starved = rig->core->tcp.buffers_short,
	};
}

static void
view_of(const struct rig *rig, const struct wire_path *path, struct recovery_view *view)
{
	const struct tcp_engine *tcp = &rig->core->tcp;
	uint32_t idx = rig_flow(rig, path);
	const struct tcp_tcb *tcb;

	*view = (struct recovery_view){0};
	if (idx == FLOW_NONE)
		return;
	tcb = tcp_engine_tcb(tcp, idx);
	if (tcb->state < TCPS_ESTABLISHED)
		return;
	*view = (struct recovery_view){
		.is_there = true,
		.has_sack = tcb_has(tcb, TCB_SACK),
		.mss = tcb->mss,
		.snd_una = tcb->snd_una,
		.snd_nxt = tcb->snd_nxt,
		.srtt_us = tcb->srtt_us,
		.rto_us = tcp_rto_us(tcp->config, tcb, 0),
	};
	if (tcb->transfer != TCP_TRANSFER_NONE)
		view->backoff = tcp->transfers.transfers[tcb->transfer].backoff;
}

void
recovery_watch_conn(const struct recovery_watch *watch, const struct rig *rig,
		    const struct wire_path *path, struct recovery_law *law)
{
	struct recovery_view view;

	view_of(rig, path, &view);
	recovery_law_turn(law, &view, &watch->events, rig->now_ns);
}

bool
recovery_ack_of(const struct segment *segment, struct recovery_ack *ack)
{
	const struct option_text *sack =
		option_list_find((struct option_list *)&segment->options, TCPOPT_SACK);

	*ack = (struct recovery_ack){.ack = segment->ack.value};
	if (!segment->has_ack || segment->flags & (TH_SYN | TH_RST))
		return false;
	for (uint32_t i = 0; sack != NULL && i + 1 < sack->count; i += 2) {
		if (ack->count == RECOVERY_BLOCKS_MAX)
			break;
		ack->blocks[ack->count].left = sack->number[i].value;
		ack->blocks[ack->count].right = sack->number[i + 1].value;
		ack->count++;
	}
	return true;
}

void
recovery_watch_send(struct recovery_law *law, const struct segment *segment, uint64_t now_ns)
{
	if ((segment->flags & (TH_SYN | TH_RST)) == 0)
		recovery_law_send(law, segment->seq.value,
				  segment->text_bytes + ((segment->flags & TH_FIN) != 0), now_ns);
}

void
recovery_tally_print(const struct recovery_tally *tally, FILE *to)
{
	fprintf(to,
		"timeouts: %lu judged, of %lu something had been told; not judged: %lu doubled, "
		"%lu without SACK, %lu blind, %lu undone, %lu starved, %lu limited\n",
		tally->judged, tally->told, tally->doubled, tally->plain, tally->blind,
		tally->undone, tally->starved, tally->limited);
}
