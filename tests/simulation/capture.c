/* SPDX-License-Identifier: BSD-3-Clause */

#include "capture.h"

#include "units.h"

#define MAGIC_NS      0xa1b23c4du
#define SNAP_BYTES    65535
#define LINK_ETHERNET 1

FILE *
capture_open(const char *path)
{
	struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, snap_bytes, link;
	} header = {MAGIC_NS, 2, 4, 0, 0, SNAP_BYTES, LINK_ETHERNET};
	FILE *file = fopen(path, "wb");

	if (file != NULL && fwrite(&header, sizeof(header), 1, file) != 1) {
		fclose(file);
		return NULL;
	}
	return file;
}

void
capture_add(FILE *capture, uint64_t at_ns, const uint8_t *frame, uint32_t bytes)
{
	uint32_t header[4] = {(uint32_t)(at_ns / NS_PER_SECOND), (uint32_t)(at_ns % NS_PER_SECOND),
			      bytes, bytes};

	if (capture == NULL)
		return;
	fwrite(header, sizeof(header), 1, capture);
	fwrite(frame, bytes, 1, capture);
}
