/* SPDX-License-Identifier: BSD-3-Clause */

#include "forge_report.h"

#include <errno.h>
#include <inttypes.h>

#include <rte_version.h>

#include "poisson.h"

static double
chance_of(const struct forge_row *row)
{
	if (row->must_be_exact)
		return (double)row->accepted == row->expected ? 1 : 0;
	return poisson_tail(row->accepted, row->expected);
}

static uint64_t
bound_of(const struct forge_row *row)
{
	return row->must_be_exact ? (uint64_t)row->expected
				  : poisson_bound(row->expected, FORGE_CHANCE_MIN);
}

static const char *
verdict_on(const struct forge_row *row)
{
	if (row->accepted + row->expired + row->forged != row->segments)
		return "VOID";
	if (chance_of(row) < FORGE_CHANCE_MIN)
		return "IMPOSSIBLE";
	return "ok";
}

void
forge_report_print(const struct forge_report *report, FILE *stream)
{
	fprintf(stream, "%s, seed %" PRIu64 "\n\n", report->mac, report->seed);
	fprintf(stream, "%-18s %11s %9s %10s %10s %8s %9s %9s %7s %-10s  %s\n", "row", "segments",
		"accepted", "expected", "budget", "fails at", "chance", "expired", "M/s", "verdict",
		"what they are");
	for (uint32_t i = 0; i < report->row_count; i++) {
		const struct forge_row *row = &report->rows[i];

		fprintf(stream,
			"%-18s %11" PRIu64 " %9" PRIu64 " %10.4g %10.4g %8" PRIu64
			" %9.2g %9" PRIu64 " %7.2f %-10s  %s\n",
			row->name, row->segments, row->accepted, row->expected, row->budget,
			bound_of(row), chance_of(row), row->expired,
			(double)row->segments / row->seconds / 1e6, verdict_on(row), row->text);
	}
}

static void
write_row(const struct forge_row *row, bool is_last, FILE *file)
{
	fprintf(file,
		"    {\"name\": \"%s\", \"segments\": %" PRIu64 ", \"accepted\": %" PRIu64
		", \"expected\": %.6g, \"budget\": %.6g, \"fails_at\": %" PRIu64
		", \"chance\": %.3g, \"expired\": %" PRIu64 ", \"forged\": %" PRIu64
		", \"verdict\": \"%s\", \"conditions\": \"%s\"}%s\n",
		row->name, row->segments, row->accepted, row->expected, row->budget, bound_of(row),
		chance_of(row), row->expired, row->forged, verdict_on(row), row->text,
		is_last ? "" : ",");
}

int
forge_report_write_json(const struct forge_report *report, const char *path)
{
	FILE *file = fopen(path, "w");
	int failed;

	if (file == NULL)
		return -errno;
	fprintf(file,
		"{\n  \"bench\": \"forge\",\n  \"dpdk\": \"%s\",\n  \"mac\": \"%s\",\n"
		"  \"seed\": %" PRIu64 ",\n  \"chance_min\": %g,\n  \"rows\": [\n",
		rte_version(), report->mac, report->seed, FORGE_CHANCE_MIN);
	for (uint32_t i = 0; i < report->row_count; i++)
		write_row(&report->rows[i], i + 1 == report->row_count, file);
	fprintf(file, "  ]\n}\n");
	failed = ferror(file);
	return fclose(file) != 0 || failed != 0 ? -EIO : 0;
}

bool
forge_report_is_good(const struct forge_report *report)
{
	for (uint32_t i = 0; i < report->row_count; i++) {
		if (verdict_on(&report->rows[i])[0] != 'o')
			return false;
	}
	return report->row_count > 0;
}
