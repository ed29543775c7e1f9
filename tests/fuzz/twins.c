/* SPDX-License-Identifier: BSD-3-Clause */

#include "twins.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alike.h"
#include "eal_once.h"
#include "net_octets.h"
#include "walled.h"

#define SENT_OCTETS_MAX 2048 /* of one frame: the MTU is 1500 */
#define OTHER_BUFFERS	511
#define TX_ROOM		(TCP_TX_MAX - TCP_TX_RESERVE)

/* A frame that was sent. */
struct sent {
	uint32_t bytes;
	uint16_t port;
	bool is_cookie;
	uint64_t ol_flags;
	uint64_t tx_offload; /* 0 where the port is asked for nothing */
	uint64_t peer;	     /* to whom, in a word */
	uint32_t place;	     /* in tx */
	const uint8_t *octets;
};

static struct sent sent[TWINS][TCP_TX_MAX];
static uint8_t rooms[TWINS][TCP_TX_MAX][SENT_OCTETS_MAX]; /* of those in several buffers */

/* Buffers of somebody else's, for frames of either. */
static struct rte_mempool *
other_pool(void)
{
	static struct rte_mempool *pool;

	eal_once();
	if (pool == NULL)
		pool = rte_pktmbuf_pool_create("other", OTHER_BUFFERS, 0, 0,
					       RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	check(pool != NULL);
	return pool;
}

static uint32_t
free_buffers(const struct rig *rig)
{
	return rte_mempool_avail_count(rig->pool) + rte_mempool_avail_count(other_pool());
}

void
twins_open(struct twins *twins, const struct rig_setup *setup, const struct weir_app_ops *ops)
{
	static const enum prf_kind kinds[TWINS] = {PRF_AES_WIDE, PRF_AES};
	struct rig_setup own = *setup;

	twins->count = twins->held_count = twins->sent = 0;
	for (uint32_t t = 0; t < TWINS; t++) {
		own.kind = kinds[t];
		own.is_second = t != 0;
		rig_open(&twins->rig[t], &own, ops);
	}
}

/* -- what comes ------------------------------------------------------------ */

static struct rte_mbuf *
in_pool(struct rte_mempool *pool, const uint8_t *octets, uint32_t bytes)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	check(m != NULL);
	memcpy(rte_pktmbuf_append(m, (uint16_t)bytes), octets, bytes);
	return m;
}

/* The buffer ends `tail` octets behind the frame. */
static struct rte_mbuf *
at_end(struct rte_mempool *pool, const uint8_t *octets, uint32_t bytes, uint32_t tail)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

	check(m != NULL);
	if (bytes + tail + m->data_off < m->buf_len)
		m->data_off = (uint16_t)(m->buf_len - bytes - tail);
	memcpy(rte_pktmbuf_append(m, (uint16_t)bytes), octets, bytes);
	return m;
}

static struct rte_mbuf *
lay(const struct rig *rig, const uint8_t *octets, uint32_t bytes, const struct lying *lying)
{
	uint32_t first_bytes = bytes;
	struct rte_mbuf *m;

	if (lying->is_split && bytes > 1)
		first_bytes = 1 + lying->amount % (bytes - 1);
	switch (lying->where) {
	case LIES_IN_OTHER_POOL:
		m = in_pool(other_pool(), octets, first_bytes);
		break;
	case LIES_AT_WALL:
		m = walled_mbuf(rig->pool, octets, first_bytes, lying->amount);
		break;
	case LIES_AT_END:
		m = at_end(rig->pool, octets, first_bytes, lying->amount);
		break;
	default:
		m = in_pool(rig->pool, octets, first_bytes);
		break;
	}
	if (first_bytes < bytes)
		check(rte_pktmbuf_chain(m, in_pool(rig->pool, octets + first_bytes,
						   bytes - first_bytes)) == 0);
	m->port = lying->port;
	m->ol_flags |= lying->ol_flags;
	m->vlan_tci = lying->vlan_tci;
	return m;
}

void
twins_add(struct twins *twins, const uint8_t *octets, uint32_t bytes, const struct lying *lying)
{
	struct lying both = *lying;

	if ((both.where == LIES_AT_WALL && walled_free_count() < TWINS) ||
	    (both.where == LIES_IN_OTHER_POOL && rte_mempool_avail_count(other_pool()) < TWINS))
		both.where = LIES_IN_POOL;
	for (uint32_t t = 0; t < TWINS; t++) {
		struct rte_mbuf *m = lay(&twins->rig[t], octets, bytes, &both);

		twins->frames[t][twins->count] = m;
		if (!both.is_held)
			continue;
		rte_mbuf_refcnt_update(m, 1);
		twins->held[t][twins->held_count] = m;
	}
	twins->count++;
	twins->held_count += both.is_held;
}

/* -- what is sent ---------------------------------------------------------- */

/* To whom a frame goes, and whether it is a SYN-ACK. */
static void
note_peer(struct sent *note)
{
	const uint8_t *l3 = note->octets + 14;
	uint32_t type = get16(note->octets + 12), vlan_id = 0, ip_bytes;
	uint64_t words[2] = {0};

	note->is_cookie = false;
	note->peer = type;
	if (type == 0x8100) {
		vlan_id = get16(l3);
		type = get16(l3 + 2);
		l3 += 4;
	}
	ip_bytes = type == 0x0800 ? 20 : 40;
	if ((type != 0x0800 && type != 0x86dd) ||
	    (uint32_t)(l3 - note->octets) + ip_bytes + 20 > note->bytes)
		return;
	memcpy(words, type == 0x0800 ? l3 + 12 : l3 + 32, 8);
	note->peer = words[0] * UINT64_C(0x9e3779b97f4a7c15) ^ get32(l3 + ip_bytes) ^
		     (uint64_t)vlan_id << 32 ^ (uint64_t)note->port << 48 ^ (uint64_t)type << 49;
	note->is_cookie = (l3[ip_bytes + 13] & (TH_SYN | TH_ACK)) == (TH_SYN | TH_ACK);
}

static const char *
note_sent(struct rig *rig, enum twin twin, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct rte_mbuf *m = rig->core->tcp.tx[i];
		struct sent *note = &sent[twin][i];

		if (m->pkt_len < 14 || m->pkt_len > SENT_OCTETS_MAX)
			return "a frame is too long or too short to be sent";
		*note = (struct sent){
			.bytes = m->pkt_len,
			.port = m->port,
			.ol_flags = m->ol_flags,
			.tx_offload =
				(m->ol_flags & ~EMIT_OWNERSHIP_FLAGS) != 0 ? m->tx_offload : 0,
			.place = i,
			.octets = rte_pktmbuf_read(m, 0, m->pkt_len, rooms[twin][i]),
		};
		if (note->octets == NULL)
			return "a frame sent is longer than its buffers";
		note_peer(note);
	}
	return NULL;
}

/* Whose buffer it is in is told apart too: a SYN may have come twice. */
static int
by_octets(const struct sent *a, const struct sent *b)
{
	int order;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	order = memcmp(a->octets, b->octets, a->bytes);
	if (order != 0 || a->ol_flags == b->ol_flags)
		return order;
	return a->ol_flags < b->ol_flags ? -1 : 1;
}

static int
by_peer(const void *left, const void *right)
{
	const struct sent *a = left, *b = right;

	if (a->peer != b->peer)
		return a->peer < b->peer ? -1 : 1;
	if (a->is_cookie != b->is_cookie)
		return a->is_cookie ? -1 : 1;
	if (a->is_cookie)
		return by_octets(a, b);
	return a->place < b->place ? -1 : 1;
}

static const char *
frame_differs(const struct sent *a, const struct sent *b)
{
	if (a->bytes != b->bytes)
		return "the length of a frame sent";
	if (memcmp(a->octets, b->octets, a->bytes) != 0)
		return "the octets of a frame sent";
	if (a->port != b->port)
		return "the port of a frame sent";
	if (a->ol_flags != b->ol_flags || a->tx_offload != b->tx_offload)
		return "what the port is to do with a frame sent";
	return NULL;
}

static const char *
frames_differ(uint32_t count)
{
	const char *differs = NULL;

	for (uint32_t i = 0; i < count && differs == NULL; i++)
		differs = frame_differs(&sent[0][i], &sent[1][i]);
	return differs;
}

static void
tell(const char *who, const struct sent *note)
{
	fprintf(stderr, "# %s: port %u, ol_flags %#" PRIx64 ", tx_offload %#" PRIx64 ",", who,
		note->port, note->ol_flags, note->tx_offload);
	for (uint32_t i = 0; i < note->bytes; i++)
		fprintf(stderr, i == 14 || i == 34 ? " %02x" : "%02x", note->octets[i]);
	fprintf(stderr, "\n");
}

/* The first that has no like, for who must find out why. */
static const char *
tell_difference(uint32_t count)
{
	uint32_t i = 0;

	while (i < count && frame_differs(&sent[0][i], &sent[1][i]) == NULL)
		i++;
	if (i == count)
		return NULL;
	tell("wide", &sent[TWIN_WIDE][i]);
	tell("narrow", &sent[TWIN_NARROW][i]);
	return frame_differs(&sent[0][i], &sent[1][i]);
}

static const char *
sent_differs(struct twins *twins, const uint32_t counts[TWINS])
{
	const char *wrong = NULL;

	if (counts[0] != counts[1])
		return "the number of frames sent";
	for (uint32_t t = 0; t < TWINS && wrong == NULL; t++)
		wrong = note_sent(&twins->rig[t], t, counts[t]);
	if (wrong != NULL || frames_differ(counts[0]) == NULL)
		return wrong;
	for (uint32_t t = 0; t < TWINS; t++)
		qsort(sent[t], counts[t], sizeof(sent[t][0]), by_peer);
	return tell_difference(counts[0]);
}

/* -- what is there --------------------------------------------------------- */

static const char *
flow_differs(const struct tcp_engine *a, const struct tcp_engine *b, uint32_t i)
{
	const struct tcp_tcb *tcbs[TWINS] = {tcp_engine_tcb(a, i), tcp_engine_tcb(b, i)};
	const char *differs = alike_tcb(tcbs[0], tcbs[1]);

	if (differs != NULL)
		return differs;
	if (tcbs[0]->state != TCPS_CLOSED && memcmp(tcbs[0], tcbs[1], sizeof(*tcbs[0])) != 0)
		return "a TCB";
	if (memcmp(flow_pool_get(&a->flows, i), flow_pool_get(&b->flows, i), sizeof(struct flow)))
		return "a connection's identity";
	return NULL;
}

static const char *
flows_differ(const struct tcp_engine *a, const struct tcp_engine *b)
{
	const char *differs = NULL;

	if (a->flows.used != b->flows.used || a->flows.table.used != b->flows.table.used)
		return "the number of connections";
	if (a->transfers.used != b->transfers.used || a->deferred_count != b->deferred_count)
		return "what is under way";
	if (a->listener_flows[0] != b->listener_flows[0] || a->wheel.armed != b->wheel.armed)
		return "what is counted of connections";
	for (uint32_t i = 0; i < a->flows.capacity && differs == NULL; i++)
		differs = flow_differs(a, b, i);
	return differs;
}

static bool
is_time_wait_alike(const struct time_wait_table *a, const struct time_wait_table *b)
{
	if (a->live != b->live || a->count != b->count || a->head != b->head)
		return false;
	for (uint32_t i = 0, at = a->head; i < a->count; i++) {
		if (memcmp(&a->ring[at], &b->ring[at], sizeof(a->ring[0])) != 0)
			return false;
		at = at + 1 == a->capacity ? 0 : at + 1;
	}
	return true;
}

static bool
is_limit_alike(const struct rate_limit *a, const struct rate_limit *b)
{
	return a->left == b->left && a->until_ns == b->until_ns;
}

static const char *
state_differs(const struct weir_core *wide, const struct weir_core *narrow)
{
	const struct tcp_engine *a = &wide->tcp, *b = &narrow->tcp;
	const char *differs = alike_counters(&wide->counters, &narrow->counters);

	if (differs == NULL)
		differs = alike_policy(&a->syn_policy, &b->syn_policy);
	if (differs == NULL)
		differs = flows_differ(a, b);
	if (differs != NULL)
		return differs;
	if (!is_time_wait_alike(&a->time_wait, &b->time_wait))
		return "who is in TIME-WAIT";
	if (!is_time_wait_alike(&a->tombstones, &b->tombstones))
		return "whose cookie has been used";
	if (!is_limit_alike(&a->rst_limit, &b->rst_limit) ||
	    !is_limit_alike(&a->challenge_limit, &b->challenge_limit) ||
	    !is_limit_alike(&wide->echo_limit, &narrow->echo_limit))
		return "what is left of a limit";
	return memcmp(&a->rng, &b->rng, sizeof(a->rng)) == 0 ? NULL : "what was drawn by lot";
}

/* -- a turn ---------------------------------------------------------------- */

const char *
twins_turn(struct twins *twins)
{
	uint32_t counts[TWINS], spent[TWINS];
	const char *wrong = NULL;

	if (twins->has_batches)
		twins->rig[TWIN_WIDE].core->looks_for_batches = true;
	for (uint32_t t = 0; t < TWINS; t++) {
		struct rig *rig = &twins->rig[t];

		spent[t] = free_buffers(rig);
		counts[t] = pipeline_poll(rig->core, rig->now_ns, twins->frames[t], twins->count,
					  TX_ROOM);
		spent[t] -= free_buffers(rig);
		if (wrong == NULL)
			wrong = rig_wrong(rig);
	}
	check(!twins->rig[TWIN_NARROW].core->looks_for_batches);
	twins->sent = counts[TWIN_WIDE];
	twins->count = 0;
	if (wrong == NULL)
		wrong = sent_differs(twins, counts);
	if (wrong == NULL)
		wrong = state_differs(twins->rig[TWIN_WIDE].core, twins->rig[TWIN_NARROW].core);
	if (wrong == NULL && spent[TWIN_WIDE] != spent[TWIN_NARROW])
		wrong = "the number of buffers kept";
	return wrong;
}

/* Held ones are freed one by one: what follows them is not theirs. */
void
twins_forget(struct twins *twins)
{
	for (uint32_t t = 0; t < TWINS; t++) {
		rte_pktmbuf_free_bulk(twins->rig[t].core->tcp.tx, twins->sent);
		for (uint32_t i = 0; i < twins->held_count; i++)
			rte_pktmbuf_free_seg(twins->held[t][i]);
	}
	twins->held_count = 0;
	twins->sent = 0;
}

const char *
twins_close(struct twins *twins)
{
	const char *wrong[TWINS];
	uint32_t others;

	for (uint32_t t = 0; t < TWINS; t++)
		wrong[t] = rig_close(&twins->rig[t]);
	others = rte_mempool_avail_count(other_pool());
	if (wrong[0] != NULL || wrong[1] != NULL)
		return wrong[0] != NULL ? wrong[0] : wrong[1];
	return others == OTHER_BUFFERS ? NULL : "another pool's buffers are lost, or freed twice";
}
