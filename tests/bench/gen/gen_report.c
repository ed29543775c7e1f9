/* SPDX-License-Identifier: BSD-3-Clause */

#include "gen_report.h"

#include <errno.h>

static double
per_second(const struct gen_run *run, uint64_t count)
{
	return run->seconds > 0 ? (double)count / run->seconds : 0;
}

static double
mega(const struct gen_run *run, uint64_t count)
{
	return per_second(run, count) / 1e6;
}

/* The part of its time in which the generator itself had something to do. */
static double
busy(const struct gen_run *run)
{
	return 1 - per_second(run, run->window.idle_ns) / 1e9;
}

static double
in_us(const struct gen_latency *latency, double fraction)
{
	return (double)gen_latency_percentile(latency, fraction) / 1e3;
}

static void
print_kinds(FILE *stream, const char *to, const uint64_t counts[GEN_ANSWER_N])
{
	bool is_first = true;

	for (int i = 0; i < GEN_ANSWER_N; i++) {
		if (counts[i] == 0)
			continue;
		fprintf(stream, "%s%s %lu", is_first ? to : ", ",
			gen_answer_name((enum gen_answer_kind)i), counts[i]);
		is_first = false;
	}
	if (!is_first)
		fprintf(stream, "\n");
}

static void
print_latency(FILE *stream, const char *what, const struct gen_latency *latency)
{
	if (latency->count == 0)
		return;
	fprintf(stream, "%-9s us: p50 %.1f, p90 %.1f, p99 %.1f, p99.9 %.1f, longest %.1f\n", what,
		in_us(latency, 0.5), in_us(latency, 0.9), in_us(latency, 0.99),
		in_us(latency, 0.999), in_us(latency, 1));
}

static void
print_clients(const struct gen_run *run, FILE *stream)
{
	const struct gen_client_stats *s = &run->client.stats;

	fprintf(stream,
		"clients   %lu opened, %lu complete (%.0f/s), %lu timed out, %lu reset, %lu wrong, "
		"%lu unfinished\n"
		"          %lu SYNs and %lu others sent again, %lu strays, %lu frames lacking\n",
		s->opened, s->completed, per_second(run, run->window_completed), s->timed_out,
		s->reset, s->answers_wrong, run->unfinished, s->syns_again, s->others_again,
		s->strays, s->frames_lacking);
	print_latency(stream, "connect", &s->connect);
	print_latency(stream, "exchange", &s->exchange);
	print_latency(stream, "whole", &s->whole);
	if (run->options->flows == 0)
		return;
	fprintf(stream,
		"flows     %lu: %.0f answers/s, %.3f Mbit/s, %lu lost, %lu timed out, %lu requests "
		"sent again\n",
		run->options->flows, per_second(run, s->flow_answers),
		mega(run, s->flow_octets) * 8, s->flow_resets, s->flow_timeouts, s->flow_again);
	print_latency(stream, "flows", &s->flow);
}

void
gen_report_print(const struct gen_run *run, FILE *stream)
{
	const struct gen_counts *w = &run->window;

	fprintf(stream, "%s, seed %lu, %.2f s, busy %.0f %%\n", run->options->mode,
		run->options->seed, run->seconds, busy(run) * 100);
	fprintf(stream, "sent      %lu, %.3f M/s, %lu octets; refused %lu, lost %lu\n", w->sent,
		mega(run, w->sent), w->sent_octets, w->refused, w->lost);
	fprintf(stream,
		"received  %lu, %.3f M/s, %lu octets; %lu judged: %lu checksums bad, %lu "
		"SYN-ACKs wrong\n",
		w->received, mega(run, w->received), w->received_octets, w->verified,
		w->checksum_bad, w->syn_ack_wrong);
	print_kinds(stream, "to flood  ", w->to_flood);
	print_kinds(stream, "to client ", w->to_clients);
	if (run->options->has_clients)
		print_clients(run, stream);
}

static void
write_latency(FILE *file, const char *name, const struct gen_latency *latency)
{
	fprintf(file,
		",\n    \"%s_us\": {\"p50\": %.2f, \"p90\": %.2f, \"p99\": %.2f, \"p999\": %.2f, "
		"\"max\": %.2f}",
		name, in_us(latency, 0.5), in_us(latency, 0.9), in_us(latency, 0.99),
		in_us(latency, 0.999), in_us(latency, 1));
}

static void
write_kinds(FILE *file, const char *name, const uint64_t counts[GEN_ANSWER_N])
{
	fprintf(file, ",\n    \"%s\": {", name);
	for (int i = 0; i < GEN_ANSWER_N; i++)
		fprintf(file, "%s\"%s\": %lu", i > 0 ? ", " : "",
			gen_answer_name((enum gen_answer_kind)i), counts[i]);
	fprintf(file, "}");
}

static void
write_sent(const struct gen_run *run, FILE *file)
{
	const struct gen_counts *w = &run->window;

	fprintf(file,
		"  \"sent\": {\"packets\": %lu, \"octets\": %lu, \"mpps\": %.4f, \"refused\": %lu, "
		"\"lost\": %lu, \"flood\": {",
		w->sent, w->sent_octets, mega(run, w->sent), w->refused, w->lost);
	for (int i = 0; i < GEN_FLOOD_N; i++)
		fprintf(file, "%s\"%s\": %lu", i > 0 ? ", " : "",
			gen_flood_name((enum gen_flood_kind)i), w->made[i]);
	fprintf(file, "}},\n");
}

static void
write_clients(const struct gen_run *run, FILE *file)
{
	const struct gen_client_stats *s = &run->client.stats;

	fprintf(file,
		",\n  \"clients\": {\"opened\": %lu, \"completed\": %lu, \"per_second\": %.1f, "
		"\"timed_out\": %lu, \"reset\": %lu, \"wrong\": %lu, \"unfinished\": %lu,\n"
		"    \"syns_again\": %lu, \"others_again\": %lu, \"strays\": %lu, "
		"\"frames_lacking\": %lu, \"answer_octets\": %lu",
		s->opened, s->completed, per_second(run, run->window_completed), s->timed_out,
		s->reset, s->answers_wrong, run->unfinished, s->syns_again, s->others_again,
		s->strays, s->frames_lacking, s->answer_octets);
	write_latency(file, "connect", &s->connect);
	write_latency(file, "exchange", &s->exchange);
	write_latency(file, "whole", &s->whole);
	fprintf(file,
		"},\n  \"flows\": {\"count\": %lu, \"answers\": %lu, \"answers_per_second\": %.1f, "
		"\"goodput_mbps\": %.4f, \"lost\": %lu, \"timed_out\": %lu, \"again\": %lu",
		run->options->flows, s->flow_answers, per_second(run, s->flow_answers),
		mega(run, s->flow_octets) * 8, s->flow_resets, s->flow_timeouts, s->flow_again);
	write_latency(file, "exchange", &s->flow);
	fprintf(file, "}");
}

int
gen_report_write_json(const struct gen_run *run, const char *path)
{
	const struct gen_counts *w = &run->window;
	FILE *file = fopen(path, "w");
	int failed;

	if (file == NULL)
		return -errno;
	fprintf(file, "{\n  \"bench\": \"gen\",\n  \"mode\": \"%s\",\n  \"seed\": %lu,\n",
		run->options->mode, run->options->seed);
	fprintf(file, "  \"seconds\": %.4f,\n  \"pps\": %lu,\n", run->seconds, run->options->pps);
	write_sent(run, file);
	fprintf(file,
		"  \"received\": {\"packets\": %lu, \"octets\": %lu, \"mpps\": %.4f, "
		"\"verified\": %lu, \"checksum_bad\": %lu, \"syn_ack_wrong\": %lu",
		w->received, w->received_octets, mega(run, w->received), w->verified,
		w->checksum_bad, w->syn_ack_wrong);
	write_kinds(file, "to_flood", w->to_flood);
	write_kinds(file, "to_clients", w->to_clients);
	fprintf(file, "},\n  \"busy\": %.4f", busy(run));
	if (run->options->has_clients)
		write_clients(run, file);
	fprintf(file, "\n}\n");
	failed = ferror(file);
	return fclose(file) != 0 || failed != 0 ? -EIO : 0;
}
