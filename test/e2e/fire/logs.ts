import type { Service } from '../../support/service.js'
import { records } from '../../support/service.js'

/** RFC 3339 with nanoseconds, in UTC. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/
const streams = { stdout: /^(DEBUG|INFO|WARN)$/, stderr: /^ERROR$/ }
/** Records that belong to a request, and so to a trace. */
const ofRequests = ['request', 'panic in handler']

/** What is wrong with the log of a service: lines that are no JSON, fields that lack, the wrong stream. */
export function judgeLog(service: Service): string[] {
  const findings = new Set<string>()
  for (const stream of ['stdout', 'stderr'] as const) {
    for (const line of service[stream].split('\n').filter((text) => text !== '')) {
      for (const finding of judgeLine(line, streams[stream])) {
        findings.add(`${stream}: ${finding}: ${line.slice(0, 300)}`)
      }
    }
  }
  return [...findings].slice(0, 10)
}

function judgeLine(line: string, levels: RegExp): string[] {
  let fields: Record<string, unknown>
  try {
    fields = records(line)[0] ?? {}
  } catch {
    return ['no JSON']
  }
  const traced = ofRequests.includes(`${fields['message']}`)
  const rules: readonly [name: string, form: RegExp][] = [
    ['timestamp', timestamp],
    ['level', levels],
    ['service', /^orders$/],
    ['message', /./],
    ...(traced
      ? ([
          ['trace_id', /^[0-9a-f]{32}$/],
          ['span_id', /^[0-9a-f]{16}$/],
        ] as [string, RegExp][])
      : []),
  ]
  return rules.filter(([name, form]) => !form.test(`${fields[name] ?? ''}`)).map(([name]) => name)
}
