// @ts-check

const outages = ['test/e2e/outages.test.ts']
const messages = ['test/e2e/alert-messages.test.ts']
const receiver = 'templates/features/alert-receiver/deploy/monitoring/alerts/__env__/alertmanagerconfig.yaml.hbs'

/**
 * Alerts: what an outage sets off, and what is told of it.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const alerts = [
  {
    id: 'D13',
    what: 'a store dies, pods become unready, no error is counted, and nobody is woken',
    file: 'src/features/alerts-readiness.ts',
    from: "alert: 'NotReady',\n      severity: 'critical'",
    to: "alert: 'NotReady',\n      severity: 'warning'",
    test: outages,
    pattern: 'the same where nothing tells of the cluster',
  },
  {
    id: 'D13',
    what: 'no replica is available, and nothing says so',
    file: 'src/features/alerts-workload.ts',
    from: '== 0\\n  and max',
    to: '< 0\\n  and max',
    test: outages,
    pattern: 'a store that is gone',
  },
  {
    id: 'D13',
    what: 'nothing tells of a StatefulSet whose rollout is stuck',
    file: 'src/features/alerts-workload.ts',
    from: "workload.kind === 'StatefulSet' ? [",
    to: "workload.kind === 'DaemonSet' ? [",
    test: ['test/unit/features/contents.test.ts'],
    pattern: 'a StatefulSet that may be stuck',
  },
  {
    id: 'D14',
    what: 'at two requests a minute a single 503 wakes somebody',
    file: 'src/features/alerts-slo.ts',
    from: '>= ${slo.leastErrors}`',
    to: '>= 0`',
    test: outages,
    pattern: 'one failure at two requests a minute',
  },
  {
    id: 'D14',
    what: 'errors within the first scrape are invisible, since their series did not exist',
    file: 'templates/features/http-metrics/internal/httpserver/metrics.go.hbs',
    from: 'requests.WithLabelValues(method, routeOf(pattern), strconv.Itoa(status))\n',
    to: '_, _ = method, status\n',
    test: ['test/e2e/drill-http.test.ts'],
    pattern: 'failures of every route and method are counted from zero',
  },
  {
    id: 'D14',
    what: 'of two regions a message does not say which',
    file: receiver,
    from: ' \\{{ .CommonLabels.cluster }} \\{{ .CommonLabels.region }}{{/if}} (\\{{ len',
    to: '{{/if}} (\\{{ len',
    test: messages,
    pattern: 'wecom: of several regions',
  },
  {
    id: 'D14',
    what: 'WeCom cuts a message off at 2048 bytes, in the middle of what it tells',
    file: receiver,
    from: '^(.{90}).+$',
    to: '^(.{900}).+$',
    test: messages,
    pattern: 'wecom: of .* pods at once',
  },
  {
    id: 'D14',
    what: 'of two regions no alert says which',
    file: 'templates/features/regions/deploy/overlays/__region__/kustomization.yaml.hbs',
    from: 'value: { region: {{yaml',
    to: 'value: { zone: {{yaml',
    test: messages,
    pattern: 'of several regions',
  },
  {
    id: 'D13',
    what: 'a commit of another folder hides that somebody has changed the cluster',
    file: 'templates/features/argocd-notifications/deploy/argocd/admin/notifications.yaml.hbs',
    from: 'and time.Now()',
    to: 'and app.status.operationState?.syncResult?.revision == app.status.sync.revision and time.Now()',
    test: ['test/e2e/notifications.test.ts'],
    pattern: 'drift: though the branch has gone on',
  },
  {
    id: 'D13',
    what: 'a colour that waits without pods says that the service is absent, and silences the rest',
    file: 'src/features/alerts-availability.ts',
    from: 'or (sum by (job, namespace) (up{${own}}) == 0)',
    to: 'or (sum by (job, namespace, subset) (up{${own}}) == 0) or absent(up{${own},subset="blue"})',
    test: ['test/e2e/rules.test.ts'],
    pattern: 'colours: the rules are clean',
  },
]
