/* SPDX-License-Identifier: BSD-3-Clause */

#include "conversation_setup.h"

#include <stdio.h>
#include <string.h>

#define CLIENT_ISN  1000000
#define CLIENT_MSS  1440 /* a cookie remembers it to the octet, over IPv4 and IPv6 alike */
#define VALUE_BYTES 64

void
conversation_setup_init(struct conversation_setup *setup)
{
	*setup = (struct conversation_setup){.client_isn = CLIENT_ISN, .mss = CLIENT_MSS};
	rig_setup_init(&setup->rig);
}

enum value_kind {
	VALUE_UINT32,
	VALUE_UINT16,
	VALUE_UINT8,
	VALUE_US,    /* written in milliseconds, kept in microseconds */
	VALUE_TICKS, /* written in milliseconds */
	VALUE_NS,    /* written in milliseconds, kept in 64 bits */
	VALUE_CLOCK, /* written in seconds, kept in nanoseconds: far enough to wrap any clock */
	VALUE_BOOL,  /* on or off */
};

#define AT(field) offsetof(struct conversation_setup, field)

static const struct {
	const char *key;
	enum value_kind kind;
	size_t at;
} keys[] = {
	{"absolute", VALUE_BOOL, AT(is_absolute)},
	{"challenge-rate", VALUE_UINT32, AT(rig.tcp.challenge_ack_rate)},
	{"chains", VALUE_BOOL, AT(rig.tcp.ports[0].multi_segment)},
	{"client-isn", VALUE_UINT32, AT(client_isn)},
	{"client-mss", VALUE_UINT32, AT(mss)},
	{"clients-silent", VALUE_BOOL, AT(are_silent)},
	{"closes-on-fin", VALUE_BOOL, AT(app.closes_on_fin)},
	{"connect", VALUE_TICKS, AT(rig.tcp.connect_ticks)},
	{"delayed-ack", VALUE_TICKS, AT(rig.tcp.delayed_ack_ticks)},
	{"echo", VALUE_BOOL, AT(app.is_echo)},
	{"ecn", VALUE_BOOL, AT(rig.tcp.ecn)},
	{"fin-wait-2", VALUE_TICKS, AT(rig.tcp.fin_wait_2_ticks)},
	{"flows", VALUE_UINT32, AT(rig.tcp.flows_max)},
	{"idle", VALUE_TICKS, AT(rig.tcp.idle_ticks)},
	{"keepalive", VALUE_BOOL, AT(rig.tcp.keepalive)},
	{"keepalive-interval", VALUE_TICKS, AT(rig.tcp.keepalive_interval_ticks)},
	{"keepalive-probes", VALUE_UINT32, AT(rig.tcp.keepalive_probes)},
	{"keepalive-time", VALUE_TICKS, AT(rig.tcp.keepalive_ticks)},
	{"listener-flows", VALUE_UINT32, AT(rig.flows_max)},
	{"mtu", VALUE_UINT16, AT(rig.tcp.ports[0].mtu)},
	{"pauses-on-open", VALUE_BOOL, AT(app.pauses_on_open)},
	{"persist", VALUE_TICKS, AT(rig.tcp.persist_ticks)},
	{"pmtu-blackhole", VALUE_BOOL, AT(rig.tcp.pmtu_blackhole)},
	{"pmtu-discovery", VALUE_BOOL, AT(rig.tcp.pmtu_discovery)},
	{"pmtu-expiry", VALUE_TICKS, AT(rig.tcp.pmtu_ticks)},
	{"pmtu-min", VALUE_UINT16, AT(rig.tcp.pmtu_min)},
	{"prefix-flows", VALUE_UINT32, AT(rig.tcp.prefix_flows)},
	{"prefix-ipv4", VALUE_UINT8, AT(rig.tcp.prefix_ipv4_bits)},
	{"prefix-ipv6", VALUE_UINT8, AT(rig.tcp.prefix_ipv6_bits)},
	{"prefix-rate", VALUE_UINT32, AT(rig.tcp.prefix_rate)},
	{"prefix-replies", VALUE_UINT32, AT(rig.tcp.prefix_replies)},
	{"r2", VALUE_TICKS, AT(rig.tcp.retransmit_ticks)},
	{"reassembly", VALUE_UINT32, AT(rig.tcp.reassembly_segments_max)},
	{"receive-buffer", VALUE_UINT32, AT(rig.tcp.receive_buffer)},
	{"receive-buffer-max", VALUE_UINT32, AT(rig.tcp.receive_buffer_max)},
	{"refuses-open", VALUE_BOOL, AT(app.refuses_open)},
	{"request", VALUE_TICKS, AT(rig.tcp.request_ticks)},
	{"rst-rate", VALUE_UINT32, AT(rig.tcp.rst_rate)},
	{"rto-max", VALUE_US, AT(rig.tcp.rto_max_us)},
	{"rto-min", VALUE_US, AT(rig.tcp.rto_min_us)},
	{"sack", VALUE_BOOL, AT(rig.tcp.sack)},
	{"send-buffer", VALUE_UINT32, AT(rig.tcp.send_buffer)},
	{"sends-on-open", VALUE_UINT32, AT(app.sends_on_open)},
	{"stall", VALUE_TICKS, AT(rig.tcp.stall_ticks)},
	{"stall-rate", VALUE_UINT32, AT(rig.tcp.stall_rate)},
	{"stall-short", VALUE_TICKS, AT(rig.tcp.stall_short_ticks)},
	{"start", VALUE_CLOCK, AT(rig.start_ns)},
	{"syn-hold", VALUE_NS, AT(rig.tcp.syn_hold_ns)},
	{"syn-queue", VALUE_UINT32, AT(rig.tcp.syn_queue_max)},
	{"syn-rate", VALUE_UINT32, AT(rig.tcp.syn_rate)},
	{"syn-retries", VALUE_UINT32, AT(rig.tcp.syn_retries_max)},
	{"time-wait", VALUE_TICKS, AT(rig.tcp.time_wait_ticks)},
	{"time-wait-max", VALUE_UINT32, AT(rig.tcp.time_wait_max)},
	{"timestamps", VALUE_BOOL, AT(rig.tcp.timestamps)},
	{"tos", VALUE_UINT8, AT(rig.tcp.tos)},
	{"transfers", VALUE_UINT32, AT(rig.tcp.transfers_max)},
	{"ttl", VALUE_UINT8, AT(rig.tcp.ttl)},
	{"vlan", VALUE_UINT16, AT(rig.vlan_id)},
	{"window-scaling", VALUE_BOOL, AT(rig.tcp.window_scaling)},
};

static bool
store(void *to, enum value_kind kind, const char *text)
{
	uint32_t value = 0;

	if (kind == VALUE_BOOL) {
		*(bool *)to = strcmp(text, "on") == 0;
		return *(bool *)to || strcmp(text, "off") == 0;
	}
	if (!scan_uint32(&text, &value) || !scan_end(&text))
		return false;
	switch (kind) {
	case VALUE_UINT8:
		*(uint8_t *)to = (uint8_t)value;
		return value <= UINT8_MAX;
	case VALUE_UINT16:
		*(uint16_t *)to = (uint16_t)value;
		return value <= UINT16_MAX;
	case VALUE_NS:
		*(uint64_t *)to = value * NS_PER_MS;
		return true;
	case VALUE_CLOCK:
		*(uint64_t *)to = value * NS_PER_SECOND;
		return true;
	case VALUE_US:
		*(uint32_t *)to = value * 1000;
		return value <= UINT32_MAX / 1000;
	case VALUE_TICKS:
		*(uint32_t *)to = ticks_in_ms(value);
		return true;
	default:
		*(uint32_t *)to = value;
		return true;
	}
}

/* Keys whose values are words. */
static bool
apply_word(struct conversation_setup *setup, const char *key, const char *value)
{
	static const char *const cookies[] = {
		[TCP_COOKIES_AUTO] = "auto",
		[TCP_COOKIES_ALWAYS] = "always",
		[TCP_COOKIES_NEVER] = "never",
	};

	if (strcmp(key, "family") == 0) {
		setup->is_ipv6 = strcmp(value, "6") == 0;
		return setup->is_ipv6 || strcmp(value, "4") == 0;
	}
	if (strcmp(key, "congestion") == 0) {
		setup->rig.tcp.congestion_control =
			strcmp(value, "cubic") == 0 ? TCP_CC_CUBIC : TCP_CC_NEWRENO;
		return strcmp(value, "cubic") == 0 || strcmp(value, "newreno") == 0;
	}
	if (strcmp(key, "mac") == 0) {
		setup->rig.kind =
			strcmp(value, "aes") == 0 && prf_aes_is_available() ? PRF_AES : PRF_SIPHASH;
		return strcmp(value, "aes") == 0 || strcmp(value, "siphash") == 0;
	}
	if (strcmp(key, "server-isn") == 0) {
		setup->has_server_isn = true;
		return store(&setup->server_isn, VALUE_UINT32, value);
	}
	for (int i = 0; strcmp(key, "cookies") == 0 && i <= TCP_COOKIES_NEVER; i++) {
		setup->rig.tcp.cookies = (enum tcp_cookies)i;
		if (strcmp(cookies[i], value) == 0)
			return true;
	}
	return false;
}

static bool
apply_pair(struct conversation_setup *setup, const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].key, key) == 0)
			return store((uint8_t *)setup + keys[i].at, keys[i].kind, value);
	}
	return apply_word(setup, key, value);
}

const char *
conversation_setup_apply(struct conversation_setup *setup, const char *text)
{
	char word[SETUP_TEXT_BYTES];

	while (!scan_end(&text)) {
		char *equals;

		if (!scan_word(&text, word, sizeof(word)) || (equals = strchr(word, '=')) == NULL)
			return "settings are written key=value";
		*equals = '\0';
		if (!apply_pair(setup, word, equals + 1))
			return "no such setting, or not a value it can have";
	}
	return NULL;
}

static uint32_t
value_count(const char *word)
{
	uint32_t count = 1;

	for (; *word != '\0'; word++)
		count += *word == ',';
	return count;
}

uint32_t
conversation_setup_count(const char *text)
{
	char word[SETUP_TEXT_BYTES];
	uint32_t count = 1;

	while (scan_word(&text, word, sizeof(word)))
		count *= value_count(word);
	return count;
}

/* Cut from "key=a,b,c" what is not value `number`. */
static void
choose_value(char *word, uint32_t number)
{
	char *value = strchr(word, '=');
	char *from, *end;

	if (value == NULL)
		return;
	value++;
	for (from = value; number > 0; number--)
		from = strchr(from, ',') + 1;
	end = from + strcspn(from, ",");
	memmove(value, from, (size_t)(end - from));
	value[end - from] = '\0';
}

bool
conversation_setup_choose(const char *text, uint32_t number, char chosen[SETUP_TEXT_BYTES])
{
	char word[SETUP_TEXT_BYTES];
	size_t length = 0;

	chosen[0] = '\0';
	while (scan_word(&text, word, sizeof(word))) {
		uint32_t count = value_count(word);

		choose_value(word, number % count);
		number /= count;
		if (length + strlen(word) + 2 > SETUP_TEXT_BYTES)
			return false;
		length += (size_t)sprintf(chosen + length, length == 0 ? "%s" : " %s", word);
	}
	return scan_end(&text);
}
