/**
 * Values in which no mistake is planted, each with the reason. A value that has neither a mistake nor a line here fails
 * the test, and so does a line that fits nothing.
 */
export const tuning: readonly { readonly at: RegExp; readonly reason: string }[] = [
  {
    at: /^(Deployment|StatefulSet|Rollout) spec\.revisionHistoryLimit$/,
    reason: 'how far back one can roll is a matter of taste',
  },
  {
    at: /podAffinityTerm\.weight$|Execution\[\]\.weight$/,
    reason: 'a preference; there is no other to weigh it against',
  },
  { at: /topologySpreadConstraints\[\]\.maxSkew$/, reason: 'a preference; the API server refuses less than 1' },
  {
    at: /livenessProbe\.initialDelaySeconds$/,
    reason: 'counts only from the end of the start, which has its own probe',
  },
  {
    at: /behavior\.scale(Up|Down)\.policies\[\]\.(value|periodSeconds)$/,
    reason: 'how fast load moves is measured, not derived',
  },
  {
    at: /connectionPool\.(http\.(http1MaxPendingRequests|http2MaxRequests)|tcp\.maxConnections)$/,
    reason: 'capacity is measured, not derived',
  },
  {
    at: /outlierDetection\.consecutive(5xx|Gateway)Errors$/,
    reason: 'how patient the mesh is; the share it may eject is judged',
  },
  {
    at: /^VirtualService spec\.http\[\]\.name$/,
    reason: 'a name for people: nothing refers to a route of these projects',
  },
  {
    at: /^ServiceMonitor .*relabelings\[\]\.targetLabel$/,
    reason: 'a name for people: no query of these projects uses it',
  },
  { at: /^AppProject spec\.description$/, reason: 'the user’s own words' },
  {
    at: /^(Application spec|ApplicationSet spec\.template\.spec)\.(revisionHistoryLimit|syncPolicy\.retry\.(limit|refresh|backoff\.factor))$/,
    reason: 'how patient Argo CD is',
  },
  {
    at: /^Job spec\.(parallelism|completions|backoffLimit|activeDeadlineSeconds|ttlSecondsAfterFinished)$/,
    reason: 'how patient the migration is; a fact has the numbers',
  },
  {
    at: /^PrometheusRule spec\.groups\[\]\.(name|rules\[\]\.annotations\.(summary|description))$/,
    reason: 'words for people; the tests of the rules, which promtool runs, have the annotations whole',
  },
  {
    at: /^AlertmanagerConfig spec\.receivers\[\]\.\w+\[\]\.(message|title|text|sendResolved|maxAlerts)$/,
    reason: 'words for people, and how many of them',
  },
]
