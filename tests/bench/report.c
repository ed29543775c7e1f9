/* SPDX-License-Identifier: BSD-3-Clause */

#include "report.h"

#include <errno.h>

#include <rte_version.h>

#include "check.h"

void
report_add(struct report *report, const struct report_row *row)
{
	check(report->count < REPORT_ROWS_MAX);
	report->rows[report->count++] = *row;
}

void
report_print(const struct report *report, FILE *stream)
{
	fprintf(stream,
		"%s, %s, flow table for %u, %u others in it, median of %u rounds, %.2f cycles a nanosecond\n\n",
		report->mac, report->hugepages ? "hugepages" : "no hugepages", report->flows_max,
		report->residents, report->rounds, report->cycles_per_ns);
	fprintf(stream, "%-15s %8s %-9s %13s %7s %9s   %s\n", "row", "packets", "checksums",
		"cycles/packet", "lowest", "of floor", "one packet is");
	for (uint32_t i = 0; i < report->count; i++) {
		const struct report_row *row = &report->rows[i];

		fprintf(stream, "%-15s %8u %-9s %13.1f %7.1f %8.1fx   %s\n", row->name,
			row->packets, row->offload ? "offload" : "software", row->cycles_per_packet,
			row->lowest, row->floor_ratio, row->text);
		if (row->of_one_worker > 0)
			fprintf(stream, "%-15s %.3f of what one alone costs\n", "",
				row->of_one_worker);
	}
}

int
report_write_json(const struct report *report, const char *path)
{
	FILE *file = fopen(path, "w");
	int failed;

	if (file == NULL)
		return -errno;
	fprintf(file,
		"{\n  \"bench\": \"engine\",\n  \"dpdk\": \"%s\",\n  \"mac\": \"%s\",\n"
		"  \"hugepages\": %s,\n  \"flows_max\": %u,\n  \"flows_resident\": %u,\n  \"rounds\": %u,\n"
		"  \"cycles_per_ns\": %.3f,\n  \"rows\": [\n",
		rte_version(), report->mac, report->hugepages ? "true" : "false", report->flows_max,
		report->residents, report->rounds, report->cycles_per_ns);
	for (uint32_t i = 0; i < report->count; i++) {
		const struct report_row *row = &report->rows[i];

		fprintf(file,
			"    {\"name\": \"%s\", \"cycles_per_packet\": %.1f, \"lowest\": %.1f, "
			"\"floor_ratio\": %.2f, "
			"\"packets\": %u, \"checksums\": \"%s\"",
			row->name, row->cycles_per_packet, row->lowest, row->floor_ratio,
			row->packets, row->offload ? "offload" : "software");
		if (row->of_one_worker > 0)
			fprintf(file, ", \"of_one_worker\": %.3f", row->of_one_worker);
		fprintf(file, "}%s\n", i + 1 < report->count ? "," : "");
	}
	fprintf(file, "  ]\n}\n");
	failed = ferror(file);
	return fclose(file) != 0 || failed != 0 ? -EIO : 0;
}
