import { atMost, below, equal, type Invariant } from './invariant.js'

/** Releases, shares of the traffic, names and addresses. */
export const trafficInvariants: readonly Invariant[] = [
  {
    id: '11',
    rule: 'with a Rollout: the routes name its two subsets, all traffic goes to the stable one until a release, and weights sum to 100',
    options: ['rollout.strategy'],
    violations: ({ features, istio, workloads, workload }) =>
      !features.rollout
        ? []
        : [
            ...(workload.kind === 'Rollout' ? [] : [`the workload is a ${workload.kind}, and a Rollout releases it`]),
            ...(workloads.length === 1 ? [] : [`${workloads.length} workloads share what one Rollout releases`]),
            ...(features.canary && features.sidecar && istio !== undefined
              ? [`${istio.subsets.map(({ name, weight }) => `${name} ${weight}`)}`].filter(
                  (subsets) => subsets !== 'stable 100,canary 0',
                )
              : []),
          ],
  },
  {
    id: '12',
    rule: 'every subset that the VirtualService names is a workload with that version label, and weights sum to 100',
    options: ['rollout.weights'],
    violations: ({ istio, features, workloads }) => {
      if (istio === undefined || !features.sidecar) {
        return []
      }
      // The subsets of a canary are labelled by Argo Rollouts; all of them are the one workload.
      const labelled = istio.subsets.filter(({ label }) => label.key === 'version')
      const total = istio.subsets.reduce((sum, { weight }) => sum + weight, 0)
      const versions = workloads.map(({ version }) => version)
      return [
        ...(total === 100 ? [] : [`the weights sum to ${total}, not 100`]),
        ...labelled
          .filter(({ label }) => !versions.includes(label.value))
          .map(({ name }) => `subset ${name} selects no workload (there are ${versions.join(', ')})`),
      ]
    },
  },
  {
    id: '15',
    rule: 'burn rates agree with the SLO: factor = budget spent × period ÷ long window, short = long ÷ 12, and both objectives can be missed',
    options: ['slo.availability', 'slo.latencyP99', 'http.timeout'],
    violations: ({ features, slo, timeouts }) =>
      !features.alerts
        ? []
        : [
            ...slo.burnRates.flatMap((rate) => {
              const factor = ((rate.spent / 100) * slo.periodDays * 24 * 60) / rate.longMinutes
              const threshold = rate.factor * (1 - slo.availability / 100)
              return [
                ...equal([`the factor over ${rate.long}`, rate.factor], ['what spends the budget', factor]),
                ...equal([`the short window of ${rate.long}`, rate.shortMinutes], ['a twelfth', rate.longMinutes / 12]),
                ...equal(
                  [`the threshold over ${rate.long}`, rate.threshold],
                  ['factor × error budget of slo.availability', threshold],
                ),
                ...below(
                  [`what has to fail for a burn rate of ${rate.factor}`, rate.threshold * 100],
                  ['all', 100],
                  ' %',
                ),
              ]
            }),
            ...atMost(
              ['slo.latencyP99', Number(slo.latencySeconds) * 1000],
              ['http.timeout, after which a request is an error', timeouts.handler.ms],
              ' ms',
            ),
          ],
  },
  {
    id: '16',
    rule: 'an analysis comes to its verdict within the pause: window + interval × measurements ≤ rollout.pause',
    options: ['rollout.pause'],
    violations: ({ rollout, features }) =>
      rollout?.analysis === undefined || (features.canary && rollout.steps.every(({ pause }) => pause === undefined))
        ? []
        : atMost(
            [
              'what the analysis needs',
              features.canary
                ? rollout.analysis.verdict
                : (rollout.analysis.window.ms + rollout.analysis.count * rollout.analysis.interval.ms) / 1000,
            ],
            ['rollout.pause', Number.parseInt(rollout.analysis.pause, 10)],
            ' s',
          ),
  },
  {
    id: '17',
    rule: 'one number per port, and different ports differ',
    options: ['http.port', 'http.adminPort', 'grpc.port'],
    violations: ({ ports, features }) => {
      const used = [
        ...(features.http ? [{ name: 'http.port', port: ports.http }] : []),
        { name: 'http.adminPort', port: ports.admin },
        ...(features.grpc ? [{ name: 'grpc.port', port: ports.grpc }] : []),
      ]
      return used.flatMap((one, at) =>
        used
          .slice(at + 1)
          .filter(({ port }) => port === one.port)
          .map((other) => `${one.name} and ${other.name} are both ${one.port}`),
      )
    },
  },
  {
    id: '19',
    rule: 'names fit the objects that carry them',
    options: [
      'name',
      'namespace',
      'delivery.environments',
      'istio.host',
      'gatewayApi.host',
      'regions',
      'delivery.argocd.clusters',
    ],
    violations: (model) => [
      ...model.sites.flatMap(({ name, application }) => [
        ...atMost([`the length of application ${application}`, application.length], ['what a label may have', 63], ''),
        ...atMost([`the length of ${name}`, name.length], ['what a label may have', 63], ''),
      ]),
      ...model.regions.flatMap(({ host }) =>
        atMost([`the length of host ${host}`, host.length], ['what a host may have', 253], ''),
      ),
      ...model.environments.flatMap((env) => [
        ...(env.namespace === 'default' || env.namespace.startsWith('kube-')
          ? [`environment ${env.name} would be in namespace ${env.namespace}, which is Kubernetes' own`]
          : []),
        ...atMost(
          [`the length of namespace ${env.namespace}`, env.namespace.length],
          ['what a namespace may have', 63],
          '',
        ),
        ...atMost(
          [`the length of application ${env.application}`, env.application.length],
          ['what a label may have', 63],
          '',
        ),
        ...(model.istio === undefined && model.routes === undefined
          ? []
          : atMost(
              [`the length of host ${env.host}`, `${model.routes?.grpcPrefix ?? ''}${env.host}`.length],
              ['what a host may have', 253],
              '',
            )),
      ]),
    ],
  },
  {
    id: '20',
    rule: 'the shares of all regions sum to 100, and a region that is left alone can run the replicas of all where it scales',
    options: ['regions'],
    violations: ({ regions, autoscaling }) => {
      if (regions.length === 0) {
        return []
      }
      const weights = regions.reduce((sum, { weight }) => sum + weight, 0)
      const replicas = regions.reduce((sum, one) => sum + one.replicas, 0)
      return [
        ...(weights === 100 ? [] : [`the weights of regions sum to ${weights}, not 100`]),
        ...regions.flatMap(({ name, max }) =>
          autoscaling.enabled
            ? atMost(['the replicas of all regions', replicas], [`the most of ${name}`, max], '')
            : [],
        ),
      ]
    },
  },
  {
    id: '21',
    rule: 'a region whose pods are lost is taken over in time: readiness + the news to every proxy + one request ≤ 90 s',
    options: [
      'probes.readiness.period',
      'probes.readiness.failureThreshold',
      'probes.readiness.timeout',
      'http.timeout',
      'probes.readiness.enabled',
      'regions',
    ],
    violations: ({ failOver, probes }) =>
      failOver === undefined
        ? []
        : [
            ...(probes.readiness.enabled ? [] : ['probes.readiness.enabled is off, so nothing notices a lost region']),
            ...atMost(['the fail-over between regions', failOver.worst], ['what is allowed', failOver.budget], ' s'),
          ],
  },
]
