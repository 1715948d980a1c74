-- For wrk with as many threads as connections: each is one worker, which checks issues of its own out and in again.
local workers = 0

function setup(thread)
  thread:set('worker', workers)
  workers = workers + 1
end

local number = 0
local isOut = false
local headers = { ['Content-Type'] = 'application/json' }

-- wrk looks at one request of its first thread before it begins, and doesn't send it.
local isLookedAt = false

function request()
  if worker == 0 and not isLookedAt then
    isLookedAt = true
    return wrk.format('GET', '/')
  end
  local operation = isOut and 'checkin' or 'checkout'
  if not isOut then
    number = number + 1
  end
  isOut = not isOut
  local issue = worker * 100 + number % 100 + 1
  return wrk.format('POST', '/v1/projects/default/issues/' .. issue .. '/' .. operation, headers,
    '{"processId":"worker-' .. worker .. '"}')
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\n{"pairs":%.1f,"p99Micros":%d,"failed":%d}\n',
    summary.requests / 2 / (summary.duration / 1e6), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
