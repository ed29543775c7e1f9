/* SPDX-License-Identifier: BSD-3-Clause */

#include "key_roll.h"

#include <errno.h>
#include <string.h>

#include "instance.h"
#include "notice.h"
#include "secrets.h"
#include "units.h"

/* A cookie's longest life, by the clock of another machine, and a moment for workers to notice. */
#define RETIRE_NS (2 * COOKIE_EPOCH_NS + 2 * COOKIE_SKEW_NS)

static bool
is_taken_by_all(struct weir *weir)
{
	uint32_t edition = atomic_load_explicit(&weir->crew.keys.edition, memory_order_relaxed);

	if (!weir->is_running)
		return true;
	for (uint32_t i = 0; i < weir->worker_count; i++) {
		if (atomic_load_explicit(&weir->workers[i]->keys_edition, memory_order_acquire) !=
		    edition)
			return false;
	}
	return true;
}

/* Nobody reads the keys while there is no edition to take. */
static void
publish(struct weir *weir, const struct tcp_secrets *secrets)
{
	struct key_roll *keys = &weir->crew.keys;

	keys->count = secrets->cookie_count;
	memcpy(keys->masters, secrets->cookie, sizeof(keys->masters));
	atomic_fetch_add_explicit(&keys->edition, 1, memory_order_release);
	weir->secrets.cookie_count = secrets->cookie_count;
	memcpy(weir->secrets.cookie, secrets->cookie, sizeof(weir->secrets.cookie));
}

static bool
has_key(const struct tcp_secrets *secrets, const uint8_t key[16])
{
	for (uint32_t i = 0; i < secrets->cookie_count; i++) {
		if (memcmp(secrets->cookie[i], key, sizeof(secrets->cookie[i])) == 0)
			return true;
	}
	return false;
}

/* The key of the cookies that are under way; it may have been given, or have lost its place. */
static void
keep_maker(struct weir *weir, struct tcp_secrets *secrets)
{
	const uint8_t *maker = weir->secrets.cookie[0];

	weir->crew.keys.retire_ns = 0;
	if (has_key(secrets, maker))
		return;
	if (secrets->cookie_count == COOKIE_SECRETS_MAX) {
		warning("neither `secret` nor `secret_previous` is the key that cookies were made "
			"with until now: handshakes under way are lost");
		return;
	}
	memcpy(secrets->cookie[secrets->cookie_count++], maker, sizeof(secrets->cookie[0]));
	weir->crew.keys.retire_ns = weir->now_ns + RETIRE_NS;
}

int
key_roll_begin(struct weir *weir, const struct weir_syn_config *syn, const struct refusal *refusal)
{
	struct tcp_secrets secrets;
	bool is_new;
	int error;

	if (!is_taken_by_all(weir))
		return refuse(refusal, -EBUSY,
			      "a worker has not taken the last keys yet; try again");
	error = secrets_make(&secrets, syn, refusal);
	if (error != 0)
		return error;
	if (secrets.kind != weir->secrets.kind)
		return refuse(refusal, -EINVAL, "[syn] mac: it can not change while weir runs");
	is_new = memcmp(secrets.cookie[0], weir->secrets.cookie[0], sizeof(secrets.cookie[0])) != 0;
	keep_maker(weir, &secrets);
	publish(weir, &secrets);
	explicit_bzero(&secrets, sizeof(secrets));
	if (is_new)
		notice("cookies are made with a new master key; %s",
		       weir->crew.keys.retire_ns != 0 ? "the one before is accepted for 33 s more"
						      : "`secret_previous` is accepted too");
	else
		notice("cookies are made with the same master key as before; %s",
		       weir->secrets.cookie_count > 1 ? "`secret_previous` is accepted too"
						      : "no other is accepted");
	return 0;
}

void
key_roll_poll(struct weir *weir)
{
	struct key_roll *keys = &weir->crew.keys;
	struct tcp_secrets first;

	if (keys->retire_ns == 0 || weir->now_ns < keys->retire_ns || !is_taken_by_all(weir))
		return;
	keys->retire_ns = 0;
	first = weir->secrets;
	first.cookie_count = 1;
	explicit_bzero(first.cookie[1], sizeof(first.cookie[1]));
	publish(weir, &first);
	explicit_bzero(&first, sizeof(first));
}

void
key_roll_take(struct worker *worker)
{
	struct key_roll *keys = &worker->crew->keys;
	uint32_t edition = atomic_load_explicit(&keys->edition, memory_order_acquire);
	struct syn_cookie *cookies = &worker->core->tcp.cookies;

	if (edition == atomic_load_explicit(&worker->keys_edition, memory_order_relaxed))
		return;
	syn_cookie_init(cookies, cookies->kind, (const uint8_t(*)[16])keys->masters, keys->count,
			cookies->unix_ns);
	counter_increment(&worker->core->counters, COUNTER_cookie_key_rolled);
	atomic_store_explicit(&worker->keys_edition, edition, memory_order_release);
}
