import { type Manifest, type Overlay, readYaml } from '../support/manifests.js'
import { type Fact, podOf, promLabel, same } from './facts-reading.js'

/** Label that Argo Rollouts gives the pods of each revision. */
const hash = 'rollouts-pod-template-hash'

/** Seconds of a duration such as `1h30m`, or of a number. */
function secondsOf(text: string | number): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 }
  return typeof text === 'number'
    ? text
    : [...text.matchAll(/(\d+)(h|m|s)/g)].reduce(
        (sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0),
        0,
      )
}

const rolloutsOf = (overlay: Overlay): Manifest[] => overlay.all('Rollout')
const canaryOf = (rollout: Manifest): Manifest | undefined => rollout.spec.strategy.canary
const blueGreenOf = (rollout: Manifest): Manifest | undefined => rollout.spec.strategy.blueGreen

/** Every place that runs an analysis, with the time that it has; none for one that runs until the end. */
function analysesOf(rollout: Manifest): { where: string; analysis: Manifest; runsOn: boolean; pauses: number[] }[] {
  const { steps = [], analysis } = canaryOf(rollout) ?? {}
  const {
    prePromotionAnalysis: pre,
    postPromotionAnalysis: post,
    scaleDownDelaySeconds: delay,
  } = blueGreenOf(rollout) ?? {}
  const pauses = steps.flatMap(({ pause }: Manifest) =>
    pause?.duration === undefined ? [] : [secondsOf(pause.duration)],
  )
  return [
    ...(analysis === undefined ? [] : [{ where: 'the background', analysis, runsOn: true, pauses }]),
    ...steps.flatMap((step: Manifest, at: number) =>
      step.analysis === undefined
        ? []
        : [
            {
              where: `step ${at}`,
              analysis: step.analysis,
              runsOn: false,
              pauses: [secondsOf(steps[at - 1]?.pause?.duration ?? 0)],
            },
          ],
    ),
    ...(pre === undefined ? [] : [{ where: 'before the switch', analysis: pre, runsOn: false, pauses: [] }]),
    ...(post === undefined ? [] : [{ where: 'after the switch', analysis: post, runsOn: false, pauses: [delay] }]),
  ]
}

function templatesOf(overlay: Overlay, analysis: Manifest): Manifest[] {
  const names = analysis.templates.map(({ templateName }: Manifest) => templateName)
  return overlay.all('AnalysisTemplate').filter(({ metadata }) => names.includes(metadata.name))
}

/** What an `ignoreDifferences` leaves alone, as `Kind/name path`. */
function ignoredBy(application: Manifest): string[] {
  return (application.spec.ignoreDifferences ?? []).flatMap(
    ({ group, kind, name, jsonPointers = [], jqPathExpressions = [] }: Manifest) =>
      [...jsonPointers, ...jqPathExpressions].map((place: string) => `${group}/${kind}/${name} ${place}`),
  )
}

/** What Argo Rollouts writes into objects that Git states. */
function writtenBy(overlay: Overlay, rollout: Manifest): string[] {
  const istio = canaryOf(rollout)?.trafficRouting?.istio
  const { activeService, previewService } = blueGreenOf(rollout) ?? {}
  return [
    ...(istio === undefined
      ? []
      : [
          `networking.istio.io/VirtualService/${istio.virtualService.name} .spec.http[].route[].weight`,
          `networking.istio.io/DestinationRule/${istio.destinationRule.name} .spec.subsets[].labels["${hash}"]`,
        ]),
    ...[activeService, previewService].filter(Boolean).map((name) => `/Service/${name} /spec/selector/${hash}`),
    ...overlay
      .all('HorizontalPodAutoscaler', 'ScaledObject')
      .map(({ spec: { scaleTargetRef: target } }) => `argoproj.io/${target.kind}/${target.name} /spec/replicas`),
  ]
}

export const rolloutFacts: readonly Fact[] = [
  {
    id: '11',
    rule: 'a Rollout is what the autoscaler scales, and its routes are the two that it moves: all to the stable side, 100 in sum',
    contradictions: (overlay) =>
      rolloutsOf(overlay).flatMap((rollout) => {
        const istio = canaryOf(rollout)?.trafficRouting?.istio
        const scaled = overlay
          .all('HorizontalPodAutoscaler', 'ScaledObject')
          .map(({ spec: { scaleTargetRef: target } }) => `${target.apiVersion} ${target.kind} ${target.name}`)
        const service = overlay
          .all('VirtualService')
          .find(({ metadata }) => metadata.name === istio?.virtualService.name)
        const rule = overlay
          .all('DestinationRule')
          .find(({ metadata }) => metadata.name === istio?.destinationRule.name)
        const { canarySubsetName: canary, stableSubsetName: stable } = istio?.destinationRule ?? {}
        // Who asks for a version by name gets that alone, whatever the weights.
        const routes: Manifest[] = (service?.spec.http ?? []).filter(
          ({ name }: Manifest) => !name.startsWith('preview'),
        )
        return [
          ...scaled.flatMap((target) =>
            same('scaled', target, 'the Rollout', `${rollout.apiVersion} Rollout ${rollout.metadata.name}`),
          ),
          ...(istio === undefined && rolloutsOf(overlay).length > 0 && (canaryOf(rollout)?.steps ?? []).length > 0
            ? same('a mesh', overlay.one('VirtualService') !== undefined, 'routes that are moved', false)
            : []),
          ...(istio === undefined
            ? []
            : [
                ...same(
                  'routes that are moved',
                  istio.virtualService.routes,
                  'all',
                  routes.map(({ name }) => name),
                ),
                ...same(
                  'subsets',
                  (rule?.spec.subsets ?? []).map(({ name }: Manifest) => name),
                  'the two sides',
                  [stable, canary],
                ),
                ...routes.flatMap(({ name, route }) =>
                  same(
                    `route ${name}`,
                    route.map(({ destination, weight }: Manifest) => [destination.subset, weight]),
                    'all to the stable side',
                    [
                      [stable, 100],
                      [canary, 0],
                    ],
                  ),
                ),
              ]),
        ]
      }),
  },
  {
    id: '11',
    rule: 'Argo CD leaves alone exactly what Argo Rollouts and the autoscaler write',
    contradictions: (overlay) =>
      rolloutsOf(overlay).flatMap((rollout) => {
        const { application } = overlay
        if (application === undefined) {
          return []
        }
        const options: string[] = application.spec.syncPolicy.syncOptions
        const written = writtenBy(overlay, rollout)
        const inLists = written.some((place) => place.includes('[]'))
        return [
          ...same('left alone', ignoredBy(application).sort(), 'what others write', written.sort()),
          // A list is kept whole by RespectIgnoreDifferences (argoproj/argo-cd#11876): no change of a route would arrive.
          ...same(
            'RespectIgnoreDifferences',
            options.includes('RespectIgnoreDifferences=true'),
            'wanted',
            written.length > 0 && !inLists,
          ),
          ...same('ApplyOutOfSyncOnly', options.includes('ApplyOutOfSyncOnly=true'), 'wanted', inLists),
        ]
      }),
  },
  {
    id: '16',
    rule: 'an analysis has its verdict within the pause that it judges',
    contradictions: (overlay) =>
      rolloutsOf(overlay).flatMap((rollout) =>
        analysesOf(rollout).flatMap(({ where, analysis, runsOn, pauses }) =>
          templatesOf(overlay, analysis).flatMap(({ spec }) =>
            spec.metrics.flatMap(
              ({ name, interval = '0s', initialDelay = '0s', count, successCondition }: Manifest) => {
                // One that runs to the end has its verdict with the last of the bad minutes that abort.
                const bad = Number(/result\[0\] < (\d+)$/.exec(successCondition)?.[1])
                const measurements = runsOn ? bad : (count ?? Number.POSITIVE_INFINITY)
                const needed = secondsOf(initialDelay) + secondsOf(interval) * (interval === '0s' ? 0 : measurements)
                return [
                  ...pauses
                    .filter((pause) => !(needed <= pause))
                    .map((pause) => `${where}: ${name} needs ${needed} s, and the pause is ${pause} s`),
                  ...(runsOn === (count === undefined) ? [] : [`${where}: ${name} is measured ${count ?? 'for ever'}`]),
                ]
              },
            ),
          ),
        ),
      ),
  },
  {
    rule: 'a canary begins with a person, and goes on by time only where something is measured',
    contradictions: (overlay) =>
      rolloutsOf(overlay).flatMap((rollout) => {
        const { steps = [], analysis } = canaryOf(rollout) ?? {}
        const weights: number[] = steps.flatMap(({ setWeight }: Manifest) => setWeight ?? [])
        const gates: (string | number | undefined)[] = steps.flatMap(({ pause }: Manifest) =>
          pause === undefined ? [] : [pause.duration],
        )
        const measured = steps.filter(({ analysis }: Manifest) => analysis !== undefined).length
        return steps.length === 0
          ? []
          : [
              ...same(
                'ascending',
                weights.every((weight, at) => weight > (weights[at - 1] ?? 0) && weight <= 100),
                'wanted',
                true,
              ),
              ...same('pauses', gates.length, 'weights', weights.length),
              ...same('the first pause', gates[0], 'without an end', undefined),
              ...same(
                'pauses that end',
                gates.filter((pause) => pause !== undefined).length,
                'with their measurements',
                analysis === undefined ? 0 : measured,
              ),
              // After the first weight: before it there is nothing of the new version to ask about.
              ...(analysis === undefined ? [] : same('the analysis starts at', analysis.startingStep, 'wanted', 1)),
            ]
      }),
  },
  {
    rule: 'every analysis has its template, the hash of both versions, and the query the metrics and labels that there are',
    contradictions: (overlay) =>
      rolloutsOf(overlay).flatMap((rollout) => {
        const used = analysesOf(rollout)
        const sources = overlay
          .all('AnalysisTemplate')
          .flatMap(({ spec }) => spec.metrics)
          .map(({ provider }: Manifest) => provider.prometheus)
        const exported = ['httpserver/metrics.go', 'grpcserver/metrics.go', 'telemetry/consumer.go']
          .map((name) => (overlay.has(`internal/${name}`) ? overlay.read(`internal/${name}`) : ''))
          .join('\n')
        const monitor = overlay.one('ServiceMonitor')?.spec
        const relabelled = (monitor?.endpoints ?? []).flatMap(({ relabelings = [] }: Manifest) => relabelings)
        const wanted = [
          ['canary', 'Latest'],
          ['stable', 'Stable'],
          ['namespace', 'metadata.namespace'],
        ]
        const objective = /sloLatency = ([\d.]+)/.exec(
          overlay.has('internal/telemetry/durations.go') ? overlay.read('internal/telemetry/durations.go') : '',
        )?.[1]
        return [
          ...used.flatMap(({ where, analysis }) => [
            ...analysis.templates
              .filter(
                ({ templateName }: Manifest) =>
                  !overlay.all('AnalysisTemplate').some(({ metadata }) => metadata.name === templateName),
              )
              .map(({ templateName }: Manifest) => `${where}: no AnalysisTemplate ${templateName}`),
            ...same(
              `arguments of ${where}`,
              analysis.args.map(({ name, valueFrom }: Manifest) => [
                name,
                valueFrom.podTemplateHashValue ?? valueFrom.fieldRef.fieldPath,
              ]),
              'those declared',
              wanted,
            ),
          ]),
          ...overlay.all('AnalysisTemplate').flatMap(({ metadata, spec }) => [
            ...same(
              `arguments of ${metadata.name}`,
              spec.args.map(({ name }: Manifest) => name),
              'wanted',
              wanted.map(([name]) => name),
            ),
            ...(used.some(({ analysis }) =>
              templatesOf(overlay, analysis).some(({ metadata: { name } }) => name === metadata.name),
            )
              ? []
              : [`nobody uses ${metadata.name}`]),
          ]),
          ...sources.flatMap(({ query }: Manifest) => [
            ...[...query.matchAll(/(\w+)\{/g)]
              .map(([, name = '']) => name.replace(/_bucket$/, ''))
              .filter((name) => name !== 'up' && !exported.includes(`"${name}"`))
              .map((name) => `the program exports no ${name}`),
            ...[...query.matchAll(/\{([^{}]*(?:\{\{[^}]*\}\}[^{}]*)*)\}/g)].flatMap(([, matchers = '']) => {
              const labels = [...matchers.matchAll(/(\w+)=~?"/g)].map(([, label]) => label)
              return same(
                'labels',
                labels.filter((label) => label !== 'code' && label !== 'outcome'),
                'wanted',
                ['job', 'namespace', 'subset'],
              )
            }),
            ...[...query.matchAll(/job="([^"]+)"/g)].flatMap(([, job]) =>
              same('job', job, 'the service', rollout.metadata.labels['app.kubernetes.io/name']),
            ),
            // The bucket that ends at the objective is what makes the quantile exact there.
            ...(query.includes('histogram_quantile')
              ? same('the objective', /,\n\s+([\d.]+)\n\s+\)\n/.exec(query)?.[1], 'in Go', objective)
              : []),
            ...(/histogram_quantile\((?!0\.99,)/.test(query) ? ['another quantile than P99'] : []),
          ]),
          ...(sources.some(({ query }: Manifest) => query.includes('_bucket')) &&
          monitor?.scrapeClassicHistograms !== true
            ? ['the buckets are missing where Prometheus takes native histograms']
            : []),
          ...(sources.length === 0
            ? []
            : same(
                'subset',
                relabelled
                  .filter(({ targetLabel }: Manifest) => targetLabel === 'subset')
                  .flatMap(({ sourceLabels }: Manifest) => sourceLabels),
                'the hash of the pods',
                [`__meta_kubernetes_pod_label_${promLabel(hash)}`],
              )),
          ...sources.flatMap(({ address }: Manifest) =>
            same(
              'Prometheus',
              address,
              'the one that was asked for',
              readYaml(overlay.read('service.yaml')).metrics?.prometheus ??
                'http://prometheus-operated.monitoring.svc:9090',
            ),
          ),
        ]
      }),
  },
  {
    rule: 'an answer that is empty or no number aborts nothing; errors half as many again do, after three, and too few requests wait for a person',
    contradictions: (overlay) =>
      overlay
        .all('AnalysisTemplate')
        .flatMap(({ spec }) => spec.metrics)
        .flatMap(
          ({
            name,
            successCondition,
            failureCondition,
            failureLimit,
            inconclusiveLimit,
            consecutiveErrorLimit,
            provider,
            ...rest
          }: Manifest) => {
            const { query } = provider.prometheus
            const survives = 'len(result) == 0 || isNaN(result[0]) || result[0] '
            const errors = name.endsWith('-errors')
            const bounded = /and sum\(increase\([^)]*\)\) >= (\d+)/.exec(query)?.[1]
            const floor = /,\n\s+([\d.]+)\n\s+\)\n/.exec(query)?.[1]
            const answers = readYaml(overlay.read('service.yaml'))
            const wanted = Math.min(0.02, 14.4 * (1 - (answers.slo?.availability ?? 99.95) / 100))
            const enough = Math.min(500, Math.max(50, Math.ceil(1 / (1.5 * wanted) - 1e-6)))
            const tests: [string, boolean][] = [
              ['Prometheus may not fail five times in a row', consecutiveErrorLimit === 4],
              ...(errors || name.endsWith('-latency')
                ? ([
                    ['its condition', successCondition === `${survives}< 3` && failureCondition === undefined],
                    ['failures that don’t add up', failureLimit === 0],
                    ['what is bad', query.includes(`\n  ) > bool ${errors ? 1.5 : 1}\n)[180s:60s])`)],
                    ['a fifth is chance', errors || query.includes('1.2 * histogram_quantile(0.99,')],
                    ['few requests say nothing', Number(bounded) === enough],
                    ['a floor', !errors || Math.abs(Number(floor) / wanted - 1) < 0.01],
                    ['a window of its own before the first', rest.initialDelay === '120s' && rest.interval === '60s'],
                    [
                      'of the old side only what is no number is left out',
                      /\n\s+>= 0\n\s*\) or vector\(0\)/.test(query),
                    ],
                    ['windows', !/\[(?!120s\]|180s:60s\])/.test(query)],
                    [
                      'faults of the service',
                      !errors ||
                        name === 'messages-errors' ||
                        /code=~"(5\.\.|Unknown\|DeadlineExceeded\|Unimplemented\|Internal\|Unavailable\|DataLoss)"/.test(
                          query,
                        ),
                    ],
                    [
                      'messages that failed',
                      name !== 'messages-errors' || query.split('outcome=~"failed|dead_lettered"').length === 3,
                    ],
                    [
                      'one side in its numerator, the other below',
                      query.indexOf('args.canary') < query.indexOf('args.stable'),
                    ],
                  ] as [string, boolean][])
                : []),
              ...(name === 'requests'
                ? ([
                    ['enough is enough', successCondition === `len(result) > 0 && result[0] >= ${enough}`],
                    ['too few fail nothing', failureCondition === 'false'],
                    ['the first counts', inconclusiveLimit === 0 && rest.count === 1],
                    [
                      'a window of a verdict, at any time of the step',
                      pausesOf(overlay).every(
                        (pause) =>
                          query.replaceAll('[120s]', '').replaceAll(`[${pause}s:60s]`, '').split('[').length === 1,
                      ),
                    ],
                  ] as [string, boolean][])
                : []),
              ...(name === 'up'
                ? ([
                    [
                      'its conditions',
                      successCondition === 'len(result) > 0 && result[0] == 1' &&
                        failureCondition === 'len(result) > 0 && result[0] == 0',
                    ],
                    ['a scrape may be lost', failureLimit === 1 && inconclusiveLimit === 1],
                    ['twice', rest.count === 2 && rest.interval === '60s' && rest.initialDelay === '60s'],
                    ['every pod', query.startsWith('min(up{')],
                  ] as [string, boolean][])
                : []),
              ...(name.endsWith('-faults')
                ? ([
                    ['its condition', successCondition === `${survives}== 0` && failureLimit === 0],
                    ['twice', rest.count === 2 && rest.interval === '60s' && rest.initialDelay === '60s'],
                    [
                      'faults of the service',
                      /\{[^}]*code=~"(5\.\.|Unknown\|DeadlineExceeded\|Unimplemented\|Internal\|Unavailable\|DataLoss)"/.test(
                        query.replaceAll(/\{\{[^}]*\}\}/g, ''),
                      ),
                    ],
                    ['windows', !/\[(?!120s\])/.test(query)],
                  ] as [string, boolean][])
                : []),
            ]
            tests.push(['no more than nothing where there is nothing', !/vector\((?!0\))/.test(query)])
            const known = /^(\w+-(errors|latency|faults)|requests|up)$/.test(name)
            return [
              ...(known ? [] : [`nobody knows ${name}`]),
              ...tests.filter(([, holds]) => !holds).map(([what]) => `${name}: not so: ${what}`),
              ...(parens(query) ? [] : [`${name}: its query does not end`]),
            ]
          },
        ),
  },
  {
    rule: 'a release that gets nowhere is given up; the old pods outlive the switch, those of an abort can be looked at',
    contradictions: (overlay) =>
      rolloutsOf(overlay).flatMap((rollout) => {
        const { spec, metadata } = rollout
        const { canary, blueGreen } = spec.strategy
        const released = (canary?.steps ?? []).length > 0 || blueGreen?.autoPromotionEnabled === false
        const routed = canary?.trafficRouting !== undefined
        const { scaleDownDelaySeconds, abortScaleDownDelaySeconds, scaleDownDelayRevisionLimit } = canary ?? blueGreen
        const services = overlay.all('Service').map(({ metadata: { name } }) => name)
        const isLast = overlay.isProduction
        const { nats, kafka } = readYaml(overlay.read('service.yaml'))
        const aborted = nats?.enabled || kafka?.enabled ? 30 : 600
        const tests: [string, boolean][] = [
          ['given up', spec.progressDeadlineAbort === true],
          ['back without steps', spec.rollbackWindow?.revisions === 3 && spec.revisionHistoryLimit >= 3],
          ['one more first, none less', canary === undefined || (canary.maxSurge === 1 && canary.maxUnavailable === 0)],
          ['waits for a person where it has traffic', released === isLast],
          [
            'old pods stay',
            routed
              ? scaleDownDelaySeconds === 30
              : !(blueGreen && released) ||
                scaleDownDelaySeconds === secondsOf(readYaml(overlay.read('service.yaml')).rollout?.pause ?? '10m'),
          ],
          ['aborted pods stay', !(routed || (blueGreen && released)) || abortScaleDownDelaySeconds === aborted],
          ['two pods at least', !routed || canary.minPodsPerReplicaSet === 2],
          ['one old version', !(blueGreen && released) || scaleDownDelayRevisionLimit === 1],
          [
            'Services',
            blueGreen === undefined ||
              [blueGreen.activeService, blueGreen.previewService].every((name) => services.includes(name)),
          ],
          ['the active Service', blueGreen === undefined || blueGreen.activeService === metadata.name],
          ['the preview', blueGreen === undefined || blueGreen.previewService === `${metadata.name}-preview`],
          ['promotes by itself elsewhere', blueGreen === undefined || blueGreen.autoPromotionEnabled === !isLast],
        ]
        return tests.filter(([, holds]) => !holds).map(([what]) => `not so: ${what}`)
      }),
  },
  {
    rule: 'of two colours one serves and the other waits; the overlay says which where the script writes it, and Argo CD leaves it alone',
    contradictions: (overlay) => {
      const [serves, waits] = ['', '-preview'].map((end) =>
        overlay.all('Service').find(({ metadata }) => metadata.name === `${overlay.name}${end}`),
      )
      if (!overlay.has('scripts/blue-green.sh') || serves === undefined || waits === undefined) {
        return overlay.has('scripts/blue-green.sh') ? ['no Service of what serves, or of what waits'] : []
      }
      const chosen = [serves, waits].map(({ spec }) => spec.selector.version)
      const kustomization = overlay.read(`deploy/overlays/${overlay.base}/kustomization.yaml`)
      const script = overlay.read('scripts/blue-green.sh')
      const marked = ['serves', 'waits'].map(
        (word) => new RegExp(`^ *value: (\\w+) # ${word}$`, 'm').exec(kustomization)?.[1],
      )
      const rules: Manifest[] = overlay.all('Role').flatMap((role) => role.rules)
      const may = (resource: string, name: string) =>
        rules
          .filter(({ resources, resourceNames = [] }) => resources.includes(resource) && resourceNames.includes(name))
          .flatMap(({ verbs }) => verbs)
      return [
        ...same(
          'colours',
          overlay.workloads.map(({ metadata }) => metadata.name),
          'the two',
          ['blue', 'green'].map((colour) => `${overlay.name}-${colour}`),
        ),
        ...same(
          'versions',
          overlay.workloads.map(({ spec }) => spec.template.metadata.labels.version),
          'the two',
          ['blue', 'green'],
        ),
        ...same('chosen', chosen, 'marked in the overlay', marked),
        ...same('both', chosen.toSorted(), 'the two', ['blue', 'green']),
        ...(overlay.application === undefined
          ? []
          : ['', '-preview']
              .map((end) => `/Service/${overlay.name}${end} /spec/selector/version`)
              .filter((place) => !ignoredBy(overlay.application).includes(place))
              .map((place) => `Argo CD puts ${place} back`)),
        ...['', '-preview']
          .filter((end) => !may('services', `${overlay.name}${end}`).includes('patch'))
          .map((end) => `nobody may turn ${overlay.name}${end}`),
        ...overlay.workloads.flatMap(({ metadata: { name } }) =>
          [
            ['deployments', 'watch'],
            ['deployments/scale', 'patch'],
          ]
            .filter(([resource = '', verb]) => !may(resource, name).includes(verb))
            .map(([resource, verb]) => `nobody may ${verb} ${resource} ${name}`),
        ),
        ...(script.includes(`name=${overlay.name}\n`) ? [] : ['the script knows another service']),
      ]
    },
  },
  {
    rule: 'what waits is behind the same ports as what serves, those that the README tells',
    contradictions: (overlay) => {
      const [serves, waits] = ['', '-preview'].map((end) =>
        overlay.all('Service').find(({ metadata }) => metadata.name === `${overlay.name}${end}`),
      )
      const traffic = (service: Manifest) =>
        service.spec.ports
          .filter(({ name }: Manifest) => name !== 'admin')
          .map(({ port, name }: Manifest) => [name, port])
      const [, told] = /port-forward service\/\S+-preview (?:8080:)?(\d+)/.exec(overlay.read('README.md')) ?? []
      return serves === undefined || waits === undefined
        ? []
        : [
            ...same('its ports', traffic(waits), 'the others', traffic(serves)),
            ...same('the first', traffic(waits)[0][1], 'told', Number(told)),
          ]
    },
  },
  {
    rule: 'a Rollout counts its own revisions, and people of the group may promote and abort it',
    contradictions: (overlay) =>
      rolloutsOf(overlay).flatMap((rollout) => {
        const rules: Manifest[] = overlay.all('Role').flatMap((role) => role.rules)
        const may = (resource: string) =>
          rules
            .filter(
              ({ apiGroups, resources, resourceNames }) =>
                apiGroups.includes('argoproj.io') &&
                resources.includes(resource) &&
                resourceNames?.includes(rollout.metadata.name),
            )
            .flatMap(({ verbs }) => verbs as string[])
        return [
          ...podOf(rollout).topologySpreadConstraints.flatMap(({ matchLabelKeys }: Manifest) =>
            same('counts by', matchLabelKeys, 'its label', [hash]),
          ),
          ...['rollouts', 'rollouts/status']
            .filter((resource) => !['get', 'patch'].every((verb) => may(resource).includes(verb)))
            .map((resource) => `nobody may patch ${resource}`),
        ]
      }),
  },
]

const pausesOf = (overlay: Overlay): number[] =>
  rolloutsOf(overlay).flatMap((rollout) =>
    (canaryOf(rollout)?.steps ?? []).flatMap(({ pause }: Manifest) =>
      pause?.duration === undefined ? [] : [secondsOf(pause.duration)],
    ),
  )

/** Whether every parenthesis has its other. */
function parens(text: string): boolean {
  return text.split('(').length === text.split(')').length
}
