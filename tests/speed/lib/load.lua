-- SPDX-License-Identifier: MIT
-- wrk: one POST again and again; counts the answers that are not 200 or have another body than the one expected, keeps
-- the first of them, and ends wrk after LOAD_REQUESTS answers.
local ffi = require("ffi")
local expected = os.getenv("LOAD_EXPECTED")
local most = tonumber(os.getenv("LOAD_REQUESTS") or "") or math.huge
local the_thread

answers, wrong, first_wrong = 0, 0, ""

-- A thread can stop itself, but the process sleeps on; it wakes by the signal of Ctrl-C.
ffi.cdef("int getpid(void); int kill(int, int);")

local function finish()
	wrk.thread:stop()
	ffi.C.kill(ffi.C.getpid(), 2)
end

wrk.method = os.getenv("LOAD_METHOD") or "POST"
wrk.body = os.getenv("LOAD_BODY")
for line in (os.getenv("LOAD_HEADERS") or ""):gmatch("[^\n]+") do
	local name, value = line:match("^([^:]+): (.*)$")
	wrk.headers[name] = value
end

function setup(thread)
	the_thread = thread
end

function response(status, headers, body)
	answers = answers + 1
	if status ~= 200 or (expected and body ~= expected) then
		wrong = wrong + 1
		if wrong == 1 then
			first_wrong = status .. " " .. body:sub(1, 300)
		end
	end
	if answers == most then
		finish()
	end
end

function done(summary)
	local e = summary.errors
	print(string.format("answers=%d wrong=%d connect=%d read=%d write=%d timeout=%d us=%d",
		the_thread:get("answers"), the_thread:get("wrong"), e.connect, e.read, e.write, e.timeout, summary.duration))
	print("first_wrong=" .. the_thread:get("first_wrong"))
end
