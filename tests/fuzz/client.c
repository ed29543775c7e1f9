/* SPDX-License-Identifier: BSD-3-Clause */

#include "client.h"

#include <string.h>

#include "check.h"
#include "ramp.h"
#include "tcp_seq.h"

#define OPTION_CHOICES	  8
#define TIMESTAMPS_IN_SYN 2 /* where the option stands */

#define SACK_BLOCKS_MAX 3
#define SACK_UNIT	128

/* Read once: to read words for every segment takes longer than to serve it. */
static struct option_list choices[OPTION_CHOICES], in_syn, in_others;

static void
read_options(struct option_list *list, const char *text)
{
	if (*text != '\0')
		check(option_list_parse(list, &text) == NULL);
}

static void
read_options_once(void)
{
	static const char *const words[OPTION_CHOICES] = {
		"",
		"<mss 536>",
		"<mss 1>",
		"<sackOK>",
		"<nop,wscale 14>",
		"<hex 0200>",
		"<hex c803aa,mss 1440>",
		"<nop,nop,sack 1:2 5:9>",
	};

	if (in_syn.count > 0)
		return;
	for (uint32_t i = 0; i < OPTION_CHOICES; i++)
		read_options(&choices[i], words[i]);
	read_options(&in_syn, "<mss 1440,sackOK,TS val 0 ecr 0,nop,wscale 2>");
	read_options(&in_others, "<nop,nop,TS val 0 ecr 0>");
}

static void
set_options(struct option_list *to, const struct option_list *from)
{
	to->count = from->count;
	memcpy(to->option, from->option, from->count * sizeof(from->option[0]));
}

/* Blocks near what is acknowledged, behind it and before (D-SACK). */
static void
add_sack(struct segment *segment, struct input *input)
{
	uint8_t octets[TCP_OPTIONS_BYTES_MAX];
	uint32_t blocks = take8(input) % SACK_BLOCKS_MAX + 1u;
	struct option_text *option = &segment->options.option[segment->options.count++];

	*option = (struct option_text){.kind = TCPOPT_SACK, .count = (uint8_t)(2 * blocks)};
	for (uint32_t i = 0; i < 2 * blocks; i += 2) {
		int32_t from = (int8_t)take8(input) * SACK_UNIT;

		option->number[i].value = segment->ack.value + (uint32_t)from;
		option->number[i + 1].value = option->number[i].value;
		option->number[i + 1].value += take8(input) * (uint32_t)SACK_UNIT;
	}
	if (option_list_encode(&segment->options, octets) < 0)
		segment->options.count--; /* beside others there is no room */
}

/* Bits: 0-2 which, 4 time goes back, 5 and SACK, 7 timestamps where there are none, or none. */
static void
add_options(struct client *client, struct segment *segment, uint8_t choice)
{
	struct number *number;

	if (client->has_timestamps == ((choice & 0x80) != 0)) {
		set_options(&segment->options, &choices[choice % OPTION_CHOICES]);
		return;
	}
	client->tsval += choice & 0x10 ? (uint32_t)-5 : 1;
	set_options(&segment->options, segment->flags & TH_SYN ? &in_syn : &in_others);
	number = segment->options.option[TIMESTAMPS_IN_SYN].number;
	number[0].value = client->tsval;
	number[1].value = segment->flags & TH_SYN ? client->tsval : 0;
}

void
client_init(struct client *client, const struct rig_setup *setup, bool is_ipv6, uint16_t number)
{
	read_options_once();
	*client = (struct client){.isn = 0xfffff000u + number};
	rig_path(setup, is_ipv6, number, &client->path);
	client->snd_nxt = client->isn;
}

void
client_learn(struct client *client, const struct segment *reply)
{
	uint32_t end = reply->seq.value + reply->text_bytes;

	if (reply->flags & TH_RST)
		return;
	if (reply->flags & TH_SYN) {
		client->rcv_nxt = reply->seq.value + 1;
		if (reply->has_ack)
			client->snd_nxt = reply->ack.value;
	} else if (seq_gt(end, client->rcv_nxt)) {
		client->rcv_nxt = end;
	}
	if (reply->flags & TH_FIN)
		client->rcv_nxt = end + 1;
}

void
client_take_segment(struct client *client, struct input *input, uint8_t flags,
		    struct segment *segment)
{
	uint8_t choice;

	segment_clear(segment, flags);
	segment->has_ack = (flags & TH_ACK) != 0;
	segment->seq.value = flags & TH_SYN ? client->isn : client->snd_nxt;
	segment->seq.value += take_distance(input);
	segment->ack.value = segment->has_ack ? client->rcv_nxt + take_distance(input) : 0;
	segment->wnd.value = take8(input);
	segment->wnd.value <<= take8(input) % 9;
	segment->text_bytes = take8(input);
	segment->text_bytes *= take8(input) % 6;
	segment->text_bytes = RTE_MIN(segment->text_bytes, (uint32_t)CLIENT_TEXT_MAX);
	choice = take8(input);
	add_options(client, segment, choice);
	if (choice & 0x20)
		add_sack(segment, input);
}

static void
make_ack(struct client *client, uint8_t flags, struct segment *segment)
{
	segment_clear(segment, TH_ACK | flags);
	segment->has_ack = true;
	segment->seq.value = client->snd_nxt;
	segment->ack.value = client->rcv_nxt;
	segment->wnd.value = UINT16_MAX;
	add_options(client, segment, 0);
}

void
client_next_text(struct client *client, uint8_t step, struct segment *segment)
{
	make_ack(client, TH_PSH | (step & 0x80 ? TH_FIN : 0), segment);
	segment->text_bytes = (uint32_t)(step >> 3 & 0x0f) * 90;
	client->snd_nxt += segment->text_bytes + (step & 0x80 ? 1 : 0);
}

void
client_syn(struct client *client, uint8_t step, struct segment *segment)
{
	client->has_timestamps = (step & 0x08) != 0;
	segment_clear(segment, TH_SYN);
	segment->seq.value = client->isn;
	segment->wnd.value = UINT16_MAX;
	add_options(client, segment, step & 0x10 ? 1 : step & 0x20 ? 3 : 0);
}

bool
client_completes(struct client *client, struct segment *segment)
{
	if (client->snd_nxt != client->isn + 1)
		return false;
	make_ack(client, 0, segment);
	return true;
}

uint32_t
client_frame(const struct client *client, const struct segment *segment,
	     uint8_t frame[FRAME_BYTES_MAX])
{
	uint32_t first = segment->seq.value + ((segment->flags & TH_SYN) != 0);

	check(segment->text_bytes <= RAMP_LENGTH_MAX);
	return segment_frame_write(frame, &client->path, segment, ramp_from((uint8_t)first));
}
