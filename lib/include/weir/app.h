/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * The interface between weir and an application that lives on top of it.
 *
 * An application is a struct weir_app_ops.  Built-in ones are linked in; others
 * are shared objects that export one as `weir_app` and are named by path in the
 * configuration.
 *
 * THREADS.  Everything here happens on the worker ("core") that owns the
 * connection: weir calls the callbacks there, and the weir_conn_ and
 * weir_core_ calls below may be made there only, from within a callback.  One
 * application has one state per core, so it needs no locks.
 *
 * BUFFERS.  Text travels as chains of rte_mbuf whose data is text alone.  A
 * chain has one owner at a time; each call says who.
 *
 * LIFE OF A CONNECTION.  on_open, then any of on_data, on_urgent, on_writable,
 * on_peer_fin, then on_close.  A struct weir_conn pointer is valid from on_open
 * until on_close returns or weir_conn_abort() is called.  One that the application
 * opens itself is valid from weir_core_connect() on; on_close without on_open says
 * that it did not come to be.
 */
#ifndef WEIR_APP_H
#define WEIR_APP_H

#include <stdbool.h>
#include <stdint.h>

struct rte_mbuf;

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_API __attribute__((visibility("default")))

/* One worker. */
struct weir_core;

/* One connection. */
struct weir_conn;

/* Raised whenever struct weir_app_ops or a contract below changes. */
#define WEIR_APP_VERSION 4

/* Why a connection ended. */
enum weir_close_reason {
	WEIR_CLOSE_NORMAL,   /* both sides sent a FIN and had it acknowledged (RFC 9293, MUST-12) */
	WEIR_CLOSE_RESET,    /* the peer sent a RST */
	WEIR_CLOSE_TIMEOUT,  /* the peer stopped acknowledging (RFC 9293, 3.8.3: R2) */
	WEIR_CLOSE_IDLE,     /* no segment for longer than the configuration allows */
	WEIR_CLOSE_SHUTDOWN, /* weir is stopping */
	WEIR_CLOSE_OVERDUE,  /* what the peer owed did not come in time: weir_conn_expect() */
	WEIR_CLOSE_STALLED,  /* the peer took too little of what was sent for too long */

	/* Only of connections from weir_core_connect(), which never came to be; so may be
	 * WEIR_CLOSE_TIMEOUT, then [tcp] connect_timeout, and WEIR_CLOSE_SHUTDOWN. */
	WEIR_CLOSE_REFUSED,	/* a RST or an ICMP error says that nobody listens there */
	/* No answer to ARP or neighbour discovery; or an ICMP error: no TCP there, or forbidden. */
	WEIR_CLOSE_UNREACHABLE,
	WEIR_CLOSE_ABORTED,	/* weir_conn_shutdown() before it was open */
};

/*
 * What a router or the peer's host said last of octets that are under way (RFC 9293,
 * MUST-47), until any of them is acknowledged.  It ends no open connection: anybody can
 * forge it (RFC 5927).  In on_close() with WEIR_CLOSE_TIMEOUT it may be why.
 */
enum weir_path_error {
	WEIR_PATH_FINE,	      /* nothing */
	WEIR_PATH_NETWORK,    /* no route to the peer's network */
	WEIR_PATH_HOST,	      /* ... or to the peer */
	WEIR_PATH_PROTOCOL,   /* the host has no TCP */
	WEIR_PATH_PORT,	      /* nobody is at the port */
	WEIR_PATH_PROHIBITED, /* a filter's doing */
	WEIR_PATH_EXPIRED,    /* too many hops, or fragments lost */
	WEIR_PATH_PARAMETER,  /* a header was not liked */
	WEIR_PATH_TOO_BIG,    /* segments were too large; they are smaller now, or will be */
};

/* An end of a connection. */
struct weir_endpoint {
	uint8_t address[16]; /* network order; IPv4 as ::ffff:a.b.c.d */
	uint16_t port;	     /* host order */
	bool is_ipv4;
};

/* What TCP knows of a connection, for reports. */
struct weir_conn_info {
	const char *state;     /* RFC 9293's name: "ESTABLISHED" */
	uint32_t srtt_us;      /* smoothed round-trip time, 0 before the first sample */
	uint32_t mss;	       /* octets of text in a full segment */
	uint32_t snd_wnd;      /* octets the peer is ready to take */
	uint32_t cwnd;	       /* congestion window, octets */
	uint32_t queued_bytes; /* accepted by weir_conn_send() and not yet acknowledged */
	enum weir_path_error path_error;
};

/* A connection to be opened: weir_core_connect(). */
struct weir_connect {
	struct weir_endpoint remote;

	/*
	 * Our end.  Address all zero (its is_ipv4 does not matter): that of our addresses
	 * from which the remote is reached, on the link before behind a gateway.  Port 0:
	 * one that is free, chosen as RFC 6056 advises.
	 */
	struct weir_endpoint local;

	void *user; /* weir_conn_user() of the connection */
};

/* Callbacks left NULL are not called.  `state` is what init() stored. */
struct weir_app_ops {
	uint32_t version; /* WEIR_APP_VERSION */
	const char *name;

	/*
	 * Once per core before its first packet.  `args` is the text of the
	 * listener's `args` key, "" if there is none; it lives as long as weir.
	 * 0, or a negative errno: weir does not start.
	 */
	int (*init)(struct weir_core *core, const char *args, void **state);
	void (*fini)(struct weir_core *core, void *state);

	/*
	 * The connection is established, whoever opened it: weir_conn_is_outgoing() says.
	 * Nonzero refuses it: weir sends a RST, no on_close.
	 */
	int (*on_open)(struct weir_core *core, struct weir_conn *conn, void *state);

	/*
	 * In-order text.  The application owns `chain` and frees it with
	 * rte_pktmbuf_free() or passes it to weir_conn_send().  NULL here discards.
	 */
	void (*on_data)(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain,
			void *state);

	/*
	 * The peer calls text urgent (RFC 9293, 3.8.5): `bytes` octets, those that have
	 * come already and are still to be delivered included, are to be had before the
	 * urgent ones end.  So what on_data brings from here on tells how many remain.
	 * Called before on_data of the same segment, and again whenever a segment moves the
	 * end or repeats it.  Urgent octets come in line with all others: RFC 6093 advises
	 * against treating them in any other way.
	 */
	void (*on_urgent)(struct weir_core *core, struct weir_conn *conn, uint32_t bytes,
			  void *state);

	/* There is room to send again, after weir_conn_send_room() was 0 or a send was refused. */
	void (*on_writable)(struct weir_core *core, struct weir_conn *conn, void *state);

	/*
	 * The peer will send no more (its FIN arrived, after all its text).  The
	 * application may go on sending and ends with weir_conn_shutdown().  NULL
	 * here shuts down at once.
	 */
	void (*on_peer_fin)(struct weir_core *core, struct weir_conn *conn, void *state);

	/* The connection is gone.  Not called after weir_conn_abort() or a refused on_open. */
	void (*on_close)(struct weir_core *core, struct weir_conn *conn,
			 enum weir_close_reason reason, void *state);

	/* Once per turn of the loop, for work not caused by a packet.  Must be short. */
	void (*poll)(struct weir_core *core, uint64_t now_ns, void *state);
};

/*
 * Send the text of `chain`, in order, after all that was sent before.  Zero
 * copy: the buffers are kept until the peer has acknowledged them.  They may
 * hold external memory (rte_pktmbuf_attach_extbuf()).
 *
 * 0		weir owns the chain now.
 * -EAGAIN	the send buffer is full; the caller keeps the chain and is told by on_writable.
 *		While there is any room, a chain is taken whole, however long.
 * -ENOBUFS	too few packet buffers are left on this core; as -EAGAIN.
 * -EPIPE	weir_conn_shutdown() was called, or the connection is gone; the caller keeps it.
 * -ENOTCONN	it is not open yet: text waits for on_open.  The caller keeps it.
 */
WEIR_API int weir_conn_send(struct weir_core *core, struct weir_conn *conn, struct rte_mbuf *chain);

/* The same, copying `bytes` octets; all or nothing. */
WEIR_API int weir_conn_send_copy(struct weir_core *core, struct weir_conn *conn, const void *text,
				 uint32_t bytes);

/* Octets the send buffer has room for now, 0 when it is full. */
WEIR_API uint32_t weir_conn_send_room(struct weir_core *core, struct weir_conn *conn);

/* Close our direction: a FIN after all text (RFC 9293, CLOSE).  Text still arrives. */
WEIR_API void weir_conn_shutdown(struct weir_core *core, struct weir_conn *conn);

/* Drop the connection with a RST (RFC 9293, ABORT).  `conn` is invalid from here on. */
WEIR_API void weir_conn_abort(struct weir_core *core, struct weir_conn *conn);

/*
 * Stop and restart on_data.  While paused, text is held up to the receive
 * buffer and then the window closes, so the peer waits.  Where both sides have
 * closed meanwhile, what is left of the text still comes after resuming, and
 * on_peer_fin and on_close after that.
 */
WEIR_API void weir_conn_pause(struct weir_core *core, struct weir_conn *conn);
WEIR_API void weir_conn_resume(struct weir_core *core, struct weir_conn *conn);

/*
 * What the peer owes.  With `request` it owes a request, or the rest of one, and
 * has the configuration's [tcp] request_timeout for it from this call on, however
 * it is dealt out; text of ours that is on its way to it stops the time, which
 * begins anew when that is acknowledged.  Then weir resets the connection and says
 * WEIR_CLOSE_OVERDUE.  Without `request` nothing is owed.
 *
 * From on_open on the peer owes one first octet.  An application whose peers may
 * be silent says so there; one that knows where a request ends asks for that, and
 * again for the next.  The peer's FIN, and weir_conn_shutdown(), end all debts.
 */
WEIR_API void weir_conn_expect(struct weir_core *core, struct weir_conn *conn, bool request);

/* Nagle's algorithm is on at first; turn it off to send small pieces at once (MUST-17). */
WEIR_API void weir_conn_set_nodelay(struct weir_core *core, struct weir_conn *conn, bool nodelay);

/*
 * Keep-alive (RFC 9293, 3.8.4): after the configuration's [tcp] keepalive_time without a
 * segment from the peer, while nothing of ours is under way and the peer owes
 * nothing (weir_conn_expect()), weir asks whether it is still there, and again
 * after each keepalive_interval.  A peer that leaves keepalive_probes of them
 * unanswered is gone: WEIR_CLOSE_TIMEOUT.  It is on at first where [tcp] keepalive
 * says so, which by default it does not (MUST-24, MUST-25).
 */
WEIR_API void weir_conn_set_keepalive(struct weir_core *core, struct weir_conn *conn,
				      bool keepalive);

/*
 * How long text may stay unacknowledged, or a probe of a closed window unanswered,
 * before the peer is given up with WEIR_CLOSE_TIMEOUT: R2 of RFC 9293, 3.8.3 (MUST-21),
 * which is RFC 5482's user timeout, kept to ourselves.  In milliseconds,
 * rounded up by a sixteenth at most; 0 for the configuration's [tcp]
 * retransmit_timeout.  It counts from the next expiry of the retransmission timer on,
 * and lasts as long as the connection.
 *
 * 0, or -EINVAL outside of its range; then nothing has changed.
 */
#define WEIR_USER_TIMEOUT_MS_MIN 1000
#define WEIR_USER_TIMEOUT_MS_MAX 64800000 /* 18 hours */
WEIR_API int weir_conn_set_user_timeout(struct weir_core *core, struct weir_conn *conn,
					uint32_t timeout_ms);

/*
 * Open a connection (RFC 9293, active OPEN).  It belongs to the application whose
 * callback (init() and poll() included) this is called from: that application's
 * on_open will be called when the peer has agreed, or its on_close with the reason
 * why not, never from within this call.  Until then it can be aborted, shut down
 * (which ends it: WEIR_CLOSE_ABORTED) and asked for its addresses and user pointer.
 *
 * The peer's answer must reach this core.  Where several cores share a port, only
 * local ports are chosen whose answers will; config/README.md says on which
 * devices that can be known.
 *
 * 0			*conn is the connection.
 * -EINVAL		the remote is no host's address (multicast, broadcast, unspecified,
 *			loopback, one of ours), its port is 0, or families differ.
 * -EADDRNOTAVAIL	the local address is not ours, or not yet, or another station has it
 *			(RFC 4862); or no free port was found whose answer comes to this
 *			core: other calls may find one.
 * -EADDRINUSE		the local port was named and is in use to this remote, TIME-WAIT counted.
 * -ENETUNREACH		the remote is on no link where we have a usable address, and there is
 *			no gateway to it.
 * -ENOBUFS		all connections that [limits] allows are in use, or buffers are short.
 * -EOPNOTSUPP		several cores share the port and which gets an answer is not known.
 * -ESHUTDOWN		weir is stopping.
 */
WEIR_API int weir_core_connect(struct weir_core *core, const struct weir_connect *wish,
			       struct weir_conn **conn);

/* True for a connection from weir_core_connect(). */
WEIR_API bool weir_conn_is_outgoing(const struct weir_conn *conn);

/*
 * The application's own pointer and 8 octets of its own storage, both zero at
 * on_open but for the pointer of an outgoing connection.
 */
WEIR_API void weir_conn_set_user(struct weir_conn *conn, void *user);
WEIR_API void *weir_conn_user(const struct weir_conn *conn);
WEIR_API uint64_t *weir_conn_scratch(struct weir_conn *conn);

WEIR_API void weir_conn_local(const struct weir_core *core, const struct weir_conn *conn,
			      struct weir_endpoint *endpoint);
WEIR_API void weir_conn_remote(const struct weir_core *core, const struct weir_conn *conn,
			       struct weir_endpoint *endpoint);
WEIR_API void weir_conn_get_info(const struct weir_core *core, const struct weir_conn *conn,
				 struct weir_conn_info *info);

/* An empty buffer of this core to fill and send, or NULL when too few are left. */
WEIR_API struct rte_mbuf *weir_core_alloc_mbuf(struct weir_core *core);

/* Number of this core among the workers, from 0. */
WEIR_API uint32_t weir_core_index(const struct weir_core *core);

/* Time of this turn: nanoseconds of a clock that never goes back. */
WEIR_API uint64_t weir_core_now_ns(const struct weir_core *core);

#ifdef __cplusplus
}
#endif

#endif
