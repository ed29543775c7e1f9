-- Sends for 10 seconds from port 0 and prints what went out and what came back, once a
-- second and in all; then Pktgen-DPDK ends.  Give it after the script that says what to send:
--
--	pktgen .. -f syn-flood.pkt -f measure.lua
local port = "0"
local seconds = 10

local function counters()
	return pktgen.portStats(port, "port")[0]
end

local function line(what, before, after, passed)
	io.write(string.format("%-10s sent %8.3f M/s   received %8.3f M/s\r\n", what,
		(after.opackets - before.opackets) / passed / 1e6,
		(after.ipackets - before.ipackets) / passed / 1e6))
	io.flush()
end

pktgen.screen("off")
pktgen.clr()
pktgen.start(port)
pktgen.delay(2000) -- the first second is not like the others

local first = counters()
local before = first
for second = 1, seconds do
	pktgen.delay(1000)
	local now = counters()
	line("second " .. second, before, now, 1)
	before = now
end
line("all", first, before, seconds)
pktgen.stop(port)
pktgen.delay(500)
pktgen.quit()
