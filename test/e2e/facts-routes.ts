import type { Manifest, Overlay } from '../support/manifests.js'
import { readYaml } from '../support/manifests.js'
import { defaultsOf, type Fact, goSeconds, portOf, same, trafficNames } from './facts-reading.js'

/** Port of HTTP at the Service, of HBONE between proxies, and the address that an ambient mesh gives the kubelet. */
const servicePort = 80
const tunnel = 15_008

/** The answers of service.yaml that routes follow from; defaults as docs and help have them. */
export function meshOf(overlay: Overlay) {
  const { name, preset, istio = {}, gatewayApi = {}, workload = {} } = readYaml(overlay.read('service.yaml'))
  const gatewayOnly: boolean = gatewayApi.enabled === true
  const meshed: boolean = istio.enabled ?? (preset === 'production' && !gatewayOnly)
  const { host = `${name}.example.com`, gateway = 'create', retries = 2, timeout } = gatewayOnly ? gatewayApi : istio
  const [namespace, existing] = gateway.split('/')
  const own: string = overlay.namespace.metadata.name
  const { jwt } = istio
  return {
    name: name as string,
    own,
    gatewayOnly,
    sidecar: meshed && istio.mode !== 'ambient',
    ambient: meshed && istio.mode === 'ambient',
    strict: istio.mtls !== 'permissive',
    stateful: workload.kind === 'statefulset',
    jwt: jwt as { issuer: string; jwksUri?: string; audiences?: string[] } | undefined,
    drills: istio.faultInjection === true,
    retries: retries as number,
    timeout: timeout as string | undefined,
    className: meshed ? 'istio' : (gatewayApi.class ?? 'eg'),
    podNamespace: gatewayApi.namespace ?? (gatewayApi.class === 'istio' ? namespace : 'envoy-gateway-system'),
    host: isLast(overlay) ? host : `${overlay.base}.${host}`,
    gateway: existing === undefined ? { name: `${name}-gateway` } : { name: existing, namespace },
  }
}

/** The last environment has the host as it is; a namespace that ends in the environment's name is another's. */
function isLast(overlay: Overlay): boolean {
  const { delivery = {} } = readYaml(overlay.read('service.yaml'))
  return (delivery.environments ?? ['dev', 'staging', 'production']).at(-1) === overlay.base
}

/** Every object of these kinds that an overlay has to have, by kind and name, with its whole spec. */
function wanted(overlay: Overlay): ReadonlyMap<string, Manifest> {
  const mesh = meshOf(overlay)
  const names = trafficNames(overlay.workloads[0])
  const [http, grpc] = [names.includes('http'), names.includes('grpc')]
  if (!mesh.ambient && !mesh.gatewayOnly) {
    return new Map()
  }
  const { name, own, host } = mesh
  const grpcPort = portOf(overlay.workloads[0], 'grpc') as number
  const grpcHost = http ? `grpc.${host}` : host
  const region = overlay.environment === overlay.base ? undefined : overlay.environment.slice(overlay.base.length + 1)
  const hostsOf = (main: string, withRegion: boolean) =>
    region !== undefined && withRegion ? [main, `${region}.${host}`] : [main]
  const create = mesh.gateway.namespace === undefined
  const parent = (section: string): Manifest => (create ? { ...mesh.gateway, sectionName: section } : mesh.gateway)
  const parametersRef = { group: '', kind: 'ConfigMap', name: `${name}-proxies` }
  // Or the proxies' pods have the labels of the service's own.
  const partOf = { 'app.kubernetes.io/part-of': name }
  const ofIstio = mesh.className === 'istio'
  const same = { namespaces: { from: 'Same' } }
  const secure = (listener: string, hostname: string): Manifest => ({
    name: listener,
    protocol: 'HTTPS',
    port: 443,
    hostname,
    tls: { mode: 'Terminate', certificateRefs: [{ name: `${own}-tls` }] },
    allowedRoutes: same,
  })
  const plain = (listener: string, hostname: string): Manifest => ({
    name: listener,
    protocol: 'HTTP',
    port: 80,
    hostname,
    allowedRoutes: same,
  })
  const rules = routeRules(overlay, mesh)
  const service = (port: number) => [{ name, port }]
  const ofService = (port: number) => [{ group: '', kind: 'Service', name, port }]
  return new Map<string, Manifest>([
    ...(create
      ? [
          [
            `Gateway ${mesh.gateway.name}`,
            {
              gatewayClassName: mesh.className,
              infrastructure: { labels: partOf, ...(ofIstio ? { parametersRef } : {}) },
              listeners: [
                secure('https', host),
                ...(http ? [plain('http', host)] : []),
                ...(http && grpc ? [secure('grpc', grpcHost)] : []),
                ...(region === undefined ? [] : [secure('region', `${region}.${host}`)]),
                ...(region === undefined || !http ? [] : [plain('region-http', `${region}.${host}`)]),
              ],
            },
          ] as const,
        ]
      : []),
    ...(create && http
      ? [
          [
            `HTTPRoute ${name}-redirect`,
            {
              parentRefs: [parent('http')],
              hostnames: hostsOf(host, true),
              rules: [
                {
                  name: 'https',
                  filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }],
                },
              ],
            },
          ] as const,
        ]
      : []),
    ...(http
      ? [
          [
            `HTTPRoute ${name}`,
            {
              parentRefs: [parent('https')],
              hostnames: hostsOf(host, true),
              rules: mesh.ambient
                ? [{ name: 'all', backendRefs: service(servicePort), retry: { attempts: 0 } }]
                : rules,
            },
          ] as const,
        ]
      : []),
    ...(grpc
      ? [
          [
            ofIstio ? `HTTPRoute ${name}-grpc` : `GRPCRoute ${name}`,
            {
              parentRefs: [parent(http ? 'grpc' : 'https')],
              hostnames: hostsOf(grpcHost, !http),
              rules: [
                {
                  name: 'grpc',
                  backendRefs: service(grpcPort),
                  ...(ofIstio && !mesh.ambient ? { timeouts: { request: rules[0].timeouts.request } } : {}),
                  // What Istio would do of itself is to send again what may have taken effect.
                  ...(ofIstio ? { retry: { attempts: 0 } } : {}),
                },
              ],
            },
          ] as const,
        ]
      : []),
    ...(mesh.ambient && http
      ? [[`HTTPRoute ${name}-mesh`, { parentRefs: ofService(servicePort), rules }] as const]
      : []),
    ...(mesh.ambient && grpc
      ? [
          [
            `HTTPRoute ${name}-mesh-grpc`,
            {
              parentRefs: ofService(grpcPort),
              rules: [
                {
                  name: 'grpc',
                  backendRefs: service(grpcPort),
                  timeouts: { request: rules[0].timeouts.request },
                  retry: { attempts: 0 },
                },
              ],
            },
          ] as const,
        ]
      : []),
    ...(mesh.ambient
      ? [
          [
            `Gateway ${name}-waypoint`,
            {
              gatewayClassName: 'istio-waypoint',
              infrastructure: {
                labels: {
                  'app.kubernetes.io/name': `${name}-waypoint`,
                  'app.kubernetes.io/instance': `${name}-waypoint`,
                  'app.kubernetes.io/component': 'proxy',
                  ...partOf,
                },
                parametersRef,
              },
              listeners: [{ name: 'mesh', port: tunnel, protocol: 'HBONE', allowedRoutes: same }],
            },
          ] as const,
        ]
      : []),
  ])
}

/** What reads is tried again, and has the time for it; what may have taken effect is not. */
function routeRules(overlay: Overlay, { name, retries, timeout }: ReturnType<typeof meshOf>): Manifest[] {
  const handler = handlerTime(overlay)
  const perTry = (handler * 1000 + 1000) / 1000
  const whole = Math.ceil((retries + 1) * perTry + retries * 0.25)
  const timeouts = {
    request: timeout === undefined ? `${whole}s` : gatewayTime(goTime(timeout)),
    backendRequest: gatewayTime(perTry),
  }
  const backendRefs = [{ name, port: servicePort }]
  return [
    {
      name: 'read',
      matches: [{ method: 'GET' }, { method: 'HEAD' }],
      backendRefs,
      timeouts,
      retry: { attempts: retries, ...(retries > 0 ? { codes: [502, 503, 504] } : {}) },
    },
    { name: 'write', backendRefs, timeouts, retry: { attempts: 0 } },
  ]
}

/** The spec that a text holds; undefined where it can't be read, or says more. */
function specIn(text: string): Manifest {
  try {
    const document = readYaml(text)
    return Object.keys(document).join() === 'spec' ? document.spec : undefined
  } catch {
    return undefined
  }
}

/** Seconds that a handler may take, of whichever protocol there is. */
function handlerTime(overlay: Overlay): number {
  const [protocol] = trafficNames(overlay.workloads[0])
  return goSeconds(defaultsOf(overlay), `default${protocol?.toUpperCase()}Timeout`)
}

/** Seconds of a duration in Go's words. */
function goTime(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }
  return [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? Number.NaN),
    0,
  )
}

/** Seconds in whole numbers, as the Gateway API wants them. */
function gatewayTime(seconds: number): string {
  const [whole, rest] = [Math.floor(seconds), Math.round((seconds % 1) * 1000)]
  return `${whole > 0 ? `${whole}s` : ''}${rest > 0 ? `${rest}ms` : ''}`
}

/** A value with the keys of all maps in order, as text. */
function ordered(value: Manifest): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/**
 * Labels of what is made for a Gateway. Istio takes those of `spec.infrastructure`, or else the Gateway's own
 * (extractInfrastructureLabels in its pilot/pkg/config/kube/gateway/deploymentcontroller.go), for pods and Service alike.
 */
function madeFor({ metadata, spec }: Manifest): Record<string, string> {
  return {
    ...(spec.infrastructure?.labels ?? metadata.labels),
    'gateway.networking.k8s.io/gateway-name': metadata.name,
  }
}

/** Every selector of an overlay for pods of its namespace or for Services, but those that mean all. */
function selectorsOf(overlay: Overlay): { where: string; labels: Record<string, string> }[] {
  return overlay.objects.flatMap(({ kind, metadata, spec }: Manifest) =>
    [spec?.selector?.matchLabels, kind === 'Service' ? spec?.selector : undefined, spec?.podSelector?.matchLabels]
      .filter((labels) => labels !== undefined && Object.keys(labels).length > 0)
      .map((labels) => ({ where: `${kind}/${metadata.name}`, labels })),
  )
}

/** Routes of the Gateway API, the proxies of an ambient mesh, and who has to bring a token. */
export const routeFacts: readonly Fact[] = [
  {
    rule: 'what a controller makes for a Gateway is selected by nothing that means the service',
    contradictions: (overlay) =>
      overlay
        .all('Gateway')
        .filter(({ apiVersion }) => apiVersion.startsWith('gateway.networking.k8s.io/'))
        .flatMap((gateway) => {
          const made = madeFor(gateway)
          return selectorsOf(overlay)
            .filter(({ labels }) => Object.entries(labels).every(([key, value]) => made[key] === value))
            .map(({ where }) => `${where} selects the proxies of ${gateway.metadata.name}`)
        }),
  },
  {
    rule: 'labels for what is made of a Gateway take the place of none by which Envoy Gateway finds its own pods',
    contradictions: (overlay) =>
      overlay
        .all('Gateway')
        .filter(({ spec }) => spec.gatewayClassName !== undefined && !spec.gatewayClassName.startsWith('istio'))
        .flatMap(({ metadata, spec }) =>
          // EnvoyAppLabel in its internal/infrastructure/kubernetes/proxy/resource.go.
          ['name', 'component', 'managed-by']
            .map((key) => `app.kubernetes.io/${key}`)
            .filter((key) => spec.infrastructure?.labels?.[key] !== undefined)
            .map((key) => `${metadata.name} gives its pods another ${key}`),
        ),
  },
  {
    rule: 'the routes and gateways of the Gateway API are those that service.yaml asks for, with times from the program',
    contradictions: (overlay) => {
      const expected = wanted(overlay)
      const found = new Map(
        overlay
          .all('Gateway', 'HTTPRoute', 'GRPCRoute')
          .filter(({ apiVersion }) => apiVersion.startsWith('gateway.networking.k8s.io/'))
          .map(({ kind, metadata, spec }) => [`${kind} ${metadata.name}`, spec] as const),
      )
      return [
        ...same('objects', [...found.keys()].sort(), 'wanted', [...expected.keys()].sort()),
        ...[...found].flatMap(([title, spec]) => same(title, ordered(spec), 'wanted', ordered(expected.get(title)))),
        ...[...expected.values()]
          .flatMap(({ rules = [] }) => rules.flatMap(({ backendRefs = [] }: Manifest) => backendRefs))
          .filter(
            ({ name, port }: Manifest) =>
              !overlay
                .all('Service')
                .some((one) => one.metadata.name === name && one.spec.ports.some((own: Manifest) => own.port === port)),
          )
          .map(({ name, port }: Manifest) => `no Service ${name}:${port}`),
      ]
    },
  },
  {
    rule: 'in an ambient mesh everything passes through a waypoint, which is never one pod alone',
    contradictions: (overlay) => {
      const { ambient, sidecar, gatewayOnly, className, gateway, name } = meshOf(overlay)
      const makes = ambient || (gatewayOnly && className === 'istio' && gateway.namespace === undefined)
      const labels = overlay.one('Service')?.metadata.labels ?? {}
      const waypoint = overlay.all('Gateway').find(({ metadata }) => metadata.name === `${name}-waypoint`)
      const proxies = overlay.all('ConfigMap').find(({ metadata }) => metadata.name === `${name}-proxies`)
      const set = Object.fromEntries(
        Object.entries<string>(proxies?.data ?? {}).map(([key, text]) => [key, specIn(text)]),
      )
      return [
        ...same(
          'circuit breakers',
          overlay.all('DestinationRule').map(({ spec }) => spec.host),
          'wanted',
          ambient || sidecar ? [name] : [],
        ),
        ...same('use-waypoint', labels['istio.io/use-waypoint'], 'it', ambient ? `${name}-waypoint` : undefined),
        ...same('from outside', labels['istio.io/ingress-use-waypoint'], 'as well', ambient ? 'true' : undefined),
        ...same(
          'waypoint-for',
          waypoint?.metadata.labels['istio.io/waypoint-for'],
          'wanted',
          ambient ? 'service' : undefined,
        ),
        ...(makes
          ? [
              ...same('settings', Object.keys(set).sort(), 'wanted', [
                'deployment',
                'horizontalPodAutoscaler',
                'podDisruptionBudget',
              ]),
              ...same('least pods', set.horizontalPodAutoscaler?.minReplicas, 'wanted', 2),
              ...same('most pods', set.horizontalPodAutoscaler?.maxReplicas, 'wanted', 10),
              ...same('disruption', set.podDisruptionBudget?.maxUnavailable, 'wanted', 1),
              ...same('profile', set.deployment?.template.spec.securityContext, 'what "restricted" wants', {
                seccompProfile: { type: 'RuntimeDefault' },
              }),
              ...same(
                'scales on',
                ordered(set.horizontalPodAutoscaler?.metrics),
                'wanted',
                ordered([
                  {
                    type: 'Resource',
                    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
                  },
                ]),
              ),
            ]
          : same('proxies', proxies, 'wanted', undefined)),
      ]
    },
  },
  {
    rule: 'who may call is who service.yaml says: the gateway with a token where one is asked for, the own namespace, nobody past a waypoint',
    contradictions: (overlay) => {
      const mesh = meshOf(overlay)
      const found = new Map(
        overlay
          .all('AuthorizationPolicy', 'RequestAuthentication')
          .map(({ kind, metadata, spec }) => [`${kind} ${metadata.name}`, spec] as const),
      )
      const expected = mesh.sidecar || mesh.ambient ? access(overlay, mesh) : new Map()
      return [
        ...same('policies', [...found.keys()].sort(), 'wanted', [...expected.keys()].sort()),
        ...[...found].flatMap(([title, spec]) => same(title, ordered(spec), 'wanted', ordered(expected.get(title)))),
      ]
    },
  },
  {
    rule: 'where there are two versions, whoever asks for the second by a header gets it, whatever the weights, and nobody else does',
    contradictions: (overlay) => {
      const { sidecar, name } = meshOf(overlay)
      const [, second]: Manifest[] = overlay.one('DestinationRule')?.spec.subsets ?? []
      const routes: Manifest[] = overlay
        .all('VirtualService')
        .flatMap(({ spec }) => spec.http)
        .filter(({ fault }: Manifest) => fault === undefined)
      const asked = routes.filter(({ match = [] }) => match.some(({ headers }: Manifest) => headers?.['x-version']))
      const names = trafficNames(overlay.workloads[0])
      const ports: Readonly<Record<string, number | undefined>> = {
        grpc: portOf(overlay.workloads[0], 'grpc'),
        http: servicePort,
      }
      const expected = ['grpc', 'http']
        .filter((protocol) => sidecar && second !== undefined && names.includes(protocol))
        .map((protocol) => ({
          match: [
            {
              headers: {
                ...(protocol === 'grpc' && names.includes('http')
                  ? { 'content-type': { prefix: 'application/grpc' } }
                  : {}),
                'x-version': { exact: second?.name },
              },
            },
          ],
          route: [
            { destination: { host: name, subset: second?.name, port: { number: ports[protocol] } }, weight: 100 },
          ],
        }))
      return [
        ...same(
          'asked for by name',
          ordered(asked.map(({ match, route }) => ({ match, route }))),
          'wanted',
          ordered(expected),
        ),
        ...same('they come first', ordered(routes.slice(0, asked.length)), 'wanted', ordered(asked)),
      ]
    },
  },
  {
    rule: 'faults are for drills before production, by a header alone, and leave every other request as it is',
    contradictions: (overlay) => {
      const { drills, sidecar, name } = meshOf(overlay)
      const routes: Manifest[] = overlay.all('VirtualService').flatMap(({ spec }) => spec.http)
      const faulty = routes.filter(({ fault }) => fault !== undefined)
      const drilled = drills && sidecar && !isLast(overlay)
      const subset = overlay.one('DestinationRule')?.spec.subsets?.[0].name
      const percentage = { value: 100 }
      const whole = (protocol: string, port: number | undefined): Manifest[] =>
        ['abort', 'delay'].map((what) => ({
          name: protocol === 'grpc' ? `drill-grpc-${what}` : `drill-${what}`,
          match: [
            {
              headers: {
                ...(protocol === 'grpc' ? { 'content-type': { prefix: 'application/grpc' } } : {}),
                'x-drill': { exact: what },
              },
            },
          ],
          fault:
            what === 'delay'
              ? {
                  delay: {
                    fixedDelay: `${handlerTime(overlay)}s`,
                    percentage,
                  },
                }
              : {
                  abort: { ...(protocol === 'grpc' ? { grpcStatus: 'UNAVAILABLE' } : { httpStatus: 503 }), percentage },
                },
          route: [{ destination: { host: name, subset, port: { number: port } } }],
        }))
      const names = trafficNames(overlay.workloads[0])
      const expected = drilled
        ? [
            ...(names.includes('grpc') ? whole('grpc', portOf(overlay.workloads[0], 'grpc')) : []),
            ...(names.includes('http') ? whole('http', servicePort) : []),
          ]
        : []
      return [
        ...same('faults', ordered(faulty), 'wanted', ordered(expected)),
        // The first route that fits is taken.
        ...same('they come first', ordered(routes.slice(0, faulty.length)), 'wanted', ordered(faulty)),
      ]
    },
  },
]

function access(overlay: Overlay, mesh: ReturnType<typeof meshOf>): ReadonlyMap<string, Manifest> {
  const { name, own, jwt, strict, ambient } = mesh
  const containers = trafficNames(overlay.workloads[0]).map((port) => `${portOf(overlay.workloads[0], port)}`)
  const admin = `${portOf(overlay.workloads[0], 'admin')}`
  const isHttp = trafficNames(overlay.workloads[0]).includes('http')
  const within = mesh.gateway.namespace === undefined
  const gateway = ambient
    ? `cluster.local/ns/${mesh.gateway.namespace ?? own}/sa/${mesh.gateway.name}-istio`
    : 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account'
  const token = jwt === undefined ? {} : { requestPrincipals: [`${jwt.issuer}/*`] }
  const from = strict
    ? {
        from: [
          { source: { principals: [gateway], ...token } },
          {
            source: {
              namespaces: [own],
              ...(ambient && within && jwt !== undefined ? { notPrincipals: [gateway] } : {}),
            },
          },
        ],
      }
    : jwt === undefined
      ? {}
      : { from: [{ source: token }] }
  const pods = { selector: { matchLabels: { 'app.kubernetes.io/name': name } } }
  const service = { targetRefs: [{ group: '', kind: 'Service', name }] }
  const ports = (list: readonly string[], more: object = {}) => ({ to: [{ operation: { ports: list, ...more } }] })
  const account = (one: string) => `cluster.local/ns/${own}/sa/${one}`
  return new Map<string, Manifest>([
    [
      `AuthorizationPolicy ${name}`,
      ambient
        ? {
            ...service,
            action: 'ALLOW',
            rules: [{ ...from, ...ports(isHttp ? [`${servicePort}`, ...containers] : containers) }],
          }
        : {
            ...pods,
            action: 'ALLOW',
            rules: [{ ...from, ...ports(containers) }, ports([admin], { methods: ['GET'], paths: ['/metrics'] })],
          },
    ],
    ...(ambient
      ? [
          [
            `AuthorizationPolicy ${name}-pods`,
            {
              ...pods,
              action: 'ALLOW',
              rules: [
                {
                  ...(strict
                    ? {
                        from: [
                          {
                            source: {
                              principals: [account(`${name}-waypoint`), ...(mesh.stateful ? [account(name)] : [])],
                            },
                          },
                        ],
                      }
                    : {}),
                  ...ports(containers),
                },
                ports([admin]),
              ],
            },
          ] as const,
        ]
      : []),
    ...(jwt === undefined
      ? []
      : [
          [
            `RequestAuthentication ${name}`,
            {
              ...(ambient ? service : pods),
              jwtRules: [
                {
                  issuer: jwt.issuer,
                  ...(jwt.jwksUri === undefined ? {} : { jwksUri: jwt.jwksUri }),
                  ...(jwt.audiences === undefined ? {} : { audiences: jwt.audiences }),
                  forwardOriginalToken: true,
                },
              ],
            },
          ] as const,
        ]),
  ])
}
