/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What weir can be told.  The daemon fills this from its configuration file
 * (config/README.md explains every key); a program that links libweir fills it
 * itself.  Start from weir_config_init(), which sets every default.
 */
#ifndef WEIR_CONFIG_H
#define WEIR_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_PORTS_MAX	       8
#define WEIR_ADDRESSES_MAX     1024
#define WEIR_LISTENERS_MAX     256
#define WEIR_CORES_MAX	       64
#define WEIR_NAME_BYTES	       32
#define WEIR_TEXT_BYTES	       256
#define WEIR_LISTENER_PORTS_MAX 64
#define WEIR_PREFIXES_MAX      64

enum weir_cookies {
	WEIR_COOKIES_AUTO,   /* a SYN queue on quiet days, cookies when it fills */
	WEIR_COOKIES_ALWAYS, /* no memory for any SYN */
	WEIR_COOKIES_NEVER,  /* a SYN queue; when it is full, SYNs are dropped */
};

enum weir_congestion_control {
	WEIR_CC_CUBIC,	 /* RFC 9438 */
	WEIR_CC_NEWRENO, /* RFC 5681 */
};

enum weir_mac {
	WEIR_MAC_AUTO, /* AES where the CPU has it, else SipHash-2-4 */
	WEIR_MAC_AES,
	WEIR_MAC_SIPHASH,
};

enum weir_steering {
	WEIR_STEERING_AUTO,	/* RSS where the port has it, else software */
	WEIR_STEERING_RSS,	/* a queue per core, the port spreads flows; refused without RSS */
	WEIR_STEERING_SOFTWARE, /* one core receives and hands packets on by flow */
};

/* A receive queue for SYNs alone, by a rule in the port. */
enum weir_syn_queue {
	WEIR_SYN_QUEUE_OFF,
	WEIR_SYN_QUEUE_AUTO, /* where the port takes the rule */
	WEIR_SYN_QUEUE_ON,   /* refused where it does not */
};

/* What happens to live connections when weir stops. */
enum weir_stop_policy {
	WEIR_STOP_RST, /* a RST to each */
	WEIR_STOP_FIN, /* a FIN to each, and a RST to those still there after the grace time */
};

struct weir_port_config {
	char name[WEIR_NAME_BYTES];	/* of the section: [port NAME] */
	char device[WEIR_TEXT_BYTES];	/* EAL device: a PCI address or "net_tap0,iface=weir0" */
	uint16_t vlan_id;		/* 1 to 4094, 0: untagged */
	uint16_t mtu;			/* 576 to 9000 */
	uint16_t rx_descriptors;	/* 64 to 32768, power of two */
	uint16_t tx_descriptors;
	enum weir_steering steering;
	enum weir_syn_queue syn_queue;
	bool offload;			/* let the port do the checksums it can */
	bool promiscuous;
	bool shed; /* in overload: drop SYNs and strays unread rather than segments unseen */
	bool dad;  /* ask whether other stations have our IPv6 addresses before using them */
};

struct weir_address_config {
	char name[WEIR_NAME_BYTES]; /* of the section: [address NAME] */
	uint8_t address[16]; /* network order; IPv4 as ::ffff:a.b.c.d */
	uint8_t prefix_bits; /* IPv4: 0 to 32, IPv6: 0 to 128 */
	uint8_t port;	     /* index into ports */
	uint8_t gateway[16]; /* all zero: none; used for connections weir opens */
};

struct weir_listener_config {
	char name[WEIR_NAME_BYTES];
	uint16_t address;     /* index into addresses, or UINT16_MAX: all of them */
	uint16_t ports[WEIR_LISTENER_PORTS_MAX]; /* TCP ports, 1 to 65535 */
	uint16_t port_count;
	char app[WEIR_TEXT_BYTES];  /* name of a built-in application, or the path of a .so */
	char args[WEIR_TEXT_BYTES]; /* passed to the application's init() */
	const struct weir_app_ops *ops; /* resolved from `app` by the caller */
	uint32_t flows_max; /* for the whole instance; 0: no limit but [limits] flows */
};

struct weir_syn_config {
	enum weir_cookies cookies;
	enum weir_mac mac;
	bool has_secret;
	uint8_t secret[16];	   /* master key shared by machines; random at start without it */
	bool has_secret_previous;
	uint8_t secret_previous[16]; /* still accepted */
	uint32_t queue;		   /* SYN queue entries per core: 1 to 1048576 */
	uint32_t rate;		   /* auto: cookies above so many SYN/s per core: 1 to 100000000 */
	uint32_t hold_ms;	   /* auto: quiet time before the queue is used again */
	uint32_t retries;	   /* SYN-ACK retransmissions: 0 to 10 */
};

struct weir_tcp_config {
	uint32_t receive_buffer; /* octets per flow, to begin with: 2048 to 16777216 */
	uint32_t receive_buffer_max; /* to grow to: 2048 to 67108864; below receive_buffer: none */
	uint32_t send_buffer;	 /* octets per flow: 2048 to 16777216 */
	uint32_t rto_min_ms;	 /* 1 to 60000 */
	uint32_t rto_max_ms;	 /* 1000 to 600000 */
	uint32_t delayed_ack_ms; /* 0 (off) to 499 */
	uint32_t retransmit_timeout_ms; /* R2: 1000 to 86400000 */
	uint32_t connect_timeout_ms; /* R2 for connections weir opens: 1000 to 86400000 */
	uint16_t local_port_first; /* of their ports: 1024 to 65535 */
	uint16_t local_port_last;  /* not below the first */
	uint32_t msl_ms;	 /* TIME-WAIT lasts twice as long: 1 to 120000 */
	uint32_t fin_wait_2_ms;	 /* 1000 to 86400000 */
	uint32_t idle_timeout_ms; /* 0: never, to 4294967295 */
	bool keepalive;		  /* probe silent peers; an application may say otherwise */
	uint32_t keepalive_time_ms; /* of silence before the first probe: 1000 to 864000000 */
	uint32_t keepalive_interval_ms; /* between probes: 1000 to 3600000 */
	uint32_t keepalive_probes; /* unanswered, and the peer is gone: 1 to 15 */
	uint32_t request_timeout_ms; /* for what a peer owes, weir_conn_expect(); 0: no limit */
	uint32_t persist_timeout_ms; /* 0: never */
	uint32_t stall_timeout_ms; /* for a peer to move by stall_rate in; 0: any time */
	uint32_t stall_timeout_short_ms; /* while transfers or buffers are short; 0: as above */
	uint32_t stall_rate; /* octets per second, 0 to 1000000000; 0: any octet will do */
	bool pmtu_discovery;	 /* believe routers that say a segment was too big */
	bool pmtu_blackhole;	 /* try smaller segments where full ones vanish in silence */
	uint16_t pmtu_min;	 /* IPv4: no path MTU below this is believed: 296 to 1500 */
	uint32_t pmtu_expiry_ms; /* how long a smaller one is: 1000 to 86400000 */
	uint8_t ttl;		 /* 1 to 255 */
	uint8_t dscp;		 /* 0 to 63 */
	bool timestamps;
	bool window_scaling;
	bool sack;
	bool ecn; /* agree to it where a client asks */
	enum weir_congestion_control congestion_control;
	uint32_t rst_rate;	 /* RST answers per second and core, jittered; 0: none sent */
	uint32_t challenge_ack_rate; /* per second and core; jittered */
};

struct weir_limits_config {
	uint32_t flows;	       /* per core: 64 to 100000000 */
	uint32_t time_wait;    /* entries per core */
	uint32_t transfers;    /* flows per core with octets under way at once */
	uint32_t buffers;      /* packet buffers per core */
	uint32_t reassembly_segments; /* out-of-order segments held per flow: 1 to 4096 */
	uint32_t reassembly_datagrams; /* fragmented ones per core at once: to 65536; 0: none */

	/* What the sources of one network may have together, per core; 0: no limit. */
	uint32_t prefix_flows; /* connections: to 100000000 */
	uint32_t prefix_rate;  /* new connections per second: to 1000000 */
	uint32_t prefix_replies; /* answers per second to what has no connection: to 1000000 */
	uint8_t prefix_ipv4;   /* bits of an address that are the network's: 0 to 32 */
	uint8_t prefix_ipv6;   /* 0 to 128 */
};

/* A network: an address and how many of its bits count.  Those beyond are 0. */
struct weir_prefix {
	uint8_t address[16]; /* network order; IPv4 as ::ffff:a.b.c.d */
	uint8_t bits;	     /* IPv4: 0 to 32, IPv6: 0 to 128 */
};

struct weir_prefixes {
	struct weir_prefix prefix[WEIR_PREFIXES_MAX];
	uint32_t count;
};

/*
 * Who is served, by source address: the longest prefix that is listed decides, and
 * where the same one is in both lists, `allow`.  Who is in none of them is served.
 */
struct weir_sources_config {
	struct weir_prefixes deny;  /* all their packets are dropped */
	struct weir_prefixes allow; /* served, and exempt from the prefix_ limits */
	char deny_file[WEIR_TEXT_BYTES]; /* more of them, one a line; "": none */
	char allow_file[WEIR_TEXT_BYTES];
};

struct weir_config {
	char source[WEIR_TEXT_BYTES]; /* file it came from, for messages */
	struct weir_port_config ports[WEIR_PORTS_MAX];
	uint32_t port_count;
	struct weir_address_config addresses[WEIR_ADDRESSES_MAX];
	uint32_t address_count;
	struct weir_listener_config listeners[WEIR_LISTENERS_MAX];
	uint32_t listener_count;
	uint16_t cores[WEIR_CORES_MAX]; /* CPUs of the workers */
	uint32_t core_count;
	uint16_t main_core; /* CPU of the thread that does the rest */
	struct weir_syn_config syn;
	struct weir_tcp_config tcp;
	struct weir_limits_config limits;
	struct weir_sources_config sources;
	enum weir_stop_policy stop_policy;
	uint32_t stop_grace_ms;
	uint32_t stats_interval_s; /* 0: only at exit */
	bool hugepages;
	uint32_t memory_mb; /* for EAL: 0 lets EAL decide */
	char eal_arguments[4 * WEIR_TEXT_BYTES]; /* more of them, separated by blanks */
};

/*
 * Set every default; no port, address or listener.  The unused entries of the
 * three arrays hold the defaults of their sections: fill in the rest, then count.
 */
WEIR_API void weir_config_init(struct weir_config *config);

/*
 * Read "198.51.100.0/24", "2001:db8::/32" or an address alone, which is a network
 * of one.  NULL, or in a few words why the text is none.
 */
WEIR_API const char *weir_prefix_parse(const char *text, struct weir_prefix *prefix);

/*
 * Judge the configuration as a whole: ranges, references, contradictions, and the
 * files of [sources].
 * 0, or -EINVAL with one sentence in `message` that names section, key and the
 * allowed range.  Touches no device.
 */
WEIR_API int weir_config_check(const struct weir_config *config, char *message,
			       size_t message_bytes);

#ifdef __cplusplus
}
#endif

#endif
