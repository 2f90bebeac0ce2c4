import type { Istio, Model } from '../model/types.js'
import { t } from '../words.js'
import { trafficPorts } from './traffic-ports.js'
import { defineFeature } from './types.js'

/** Ports of the mesh, from istio.io/latest/docs/ops/deployment/application-requirements. */
const istiodPort = 15012
const mergedMetricsPort = 15020

/** Resilience and identity in the mesh, of either kind. */
export const istio = defineFeature({
  id: 'istio',
  help: 'resilience and identity in the mesh, of either kind',
  enabled: ({ istio }) => istio !== undefined,
  templates: 'features/istio',
  slots: () => ({
    kinds: [
      { group: 'networking.istio.io', kind: 'DestinationRule' },
      { group: 'security.istio.io', kind: 'PeerAuthentication' },
      { group: 'security.istio.io', kind: 'AuthorizationPolicy' },
    ],
    readmeFeatures: [
      {
        title: t('Istio'),
        text: t('Mutual TLS, retries that are safe to repeat, ejection of failing pods, and access by identity.'),
      },
    ],
  }),
})

/** Routes and access where each pod has a proxy. */
export const istioSidecar = defineFeature({
  id: 'istio-sidecar',
  help: 'routes and access where each pod has a proxy',
  enabled: ({ features }) => features.sidecar,
  requires: ['istio'],
  templates: 'features/istio-sidecar',
  slots: (model) => ({
    kinds: [{ group: 'networking.istio.io', kind: 'VirtualService' }],
    ingress: [
      {
        why: t("traffic from the mesh's ingress gateway; mTLS arrives on the container's own port"),
        namespace: (model.istio as Istio).ingressNamespace,
        ports: trafficPorts(model),
      },
      {
        why: t("the sidecar's own metrics"),
        namespace: model.monitoring.namespace,
        ports: [{ port: mergedMetricsPort, protocol: 'TCP' }],
      },
    ],
    egress: [
      {
        why: t('the sidecar: configuration and certificates from istiod'),
        namespace: 'istio-system',
        podLabels: { app: 'istiod' },
        ports: [{ port: istiodPort, protocol: 'TCP' }],
      },
    ],
  }),
})

/** A waypoint, its routes, and access where the proxies are on the nodes. */
export const istioAmbient = defineFeature({
  id: 'istio-ambient',
  help: 'a waypoint, its routes, and access where the proxies are on the nodes',
  enabled: ({ features }) => features.ambient,
  requires: ['istio', 'routes'],
  templates: 'features/istio-ambient',
  slots: () => ({
    readmeNeeds: [
      {
        what: t("Istio's ambient profile: ztunnel and the CNI plugin on every node"),
        for: t('mutual TLS; pods have no proxy of their own'),
      },
    ],
  }),
})

/** A token for requests from outside. */
export const istioJwt = defineFeature({
  id: 'istio-jwt',
  help: 'a token for requests from outside, checked by the mesh',
  enabled: ({ istio }) => istio?.jwt !== undefined,
  requires: ['istio'],
  templates: 'features/istio-jwt',
  slots: (model) => ({
    kinds: [{ group: 'security.istio.io', kind: 'RequestAuthentication' }],
    readmeFeatures: [
      { title: t('Tokens'), text: t('A request from outside brings one of the issuer, or is refused.') },
    ],
    readmeSections: [{ title: t('Tokens'), text: tokens(model).join('\n') }],
  }),
})

/** Who calls, by the token that the mesh has verified. */
export const istioSubject = defineFeature({
  id: 'istio-subject',
  help: 'who calls over HTTP, by the token that the mesh has verified',
  enabled: ({ istio, features }) => istio?.jwt !== undefined && features.http,
  requires: ['istio-jwt'],
  templates: 'features/istio-subject',
})

function tokens({ istio, features, productionEnv, name }: Model): string[] {
  const { jwt, strict } = istio as Istio
  const { issuer, jwksUri, audiences } = jwt as NonNullable<Istio['jwt']>
  const who = strict
    ? t(
        'Requests through the ingress gateway need a token; workloads of the same namespace are known by their identity and need none.',
      )
    : t('Every request needs a token, since `istio.mtls` is permissive and nobody can be told by identity.')
  const url = `https://${productionEnv.host}`
  return [
    t`${who} Without one the answer is 403, with a bad one 401. A good one is of \`${issuer}\`${audiences.length > 0 ? t`, for ${audiences.map((one) => `\`${one}\``).join(t(' or '))}` : ''}, not expired, and signed with a key of ${jwksUri === undefined ? t('those that its OpenID configuration names') : `\`${jwksUri}\``}. istiod fetches the keys and has to reach that address; while it can’t, every token is bad.`,
    '',
    ...(features.http
      ? [
          t('The first answer is 403, the second 200:'),
          '',
          '```sh',
          `curl -i ${url}/version`,
          `curl -i -H "Authorization: Bearer $TOKEN" ${url}/version`,
          '```',
          '',
        ]
      : []),
    t(
      `The service gets the token as well, checked, in the header \`Authorization\`: who may do what is its own decision. Other issuers are added to \`jwtRules\` in \`deploy/components/istio/requestauthentication.yaml\`, and their \`ISSUER/*\` to \`requestPrincipals\` in \`authorizationpolicy.yaml\` beside it.`,
    ),
    ...(features.pipeline && features.argocd
      ? [
          '',
          t`The smoke test asks from outside: give it a token that is good for as long as a release takes, of an account that may do nothing else, as ${features.github ? t('the secret `SMOKE_TOKEN` of each environment') : features.gitlab ? t('the masked variable `SMOKE_TOKEN` of each environment') : t`the credentials \`${name}-smoke-token\` (secret text)`}.`,
        ]
      : []),
  ]
}

/** Drills: faults for requests that ask for them. */
export const faultInjection = defineFeature({
  id: 'fault-injection',
  help: 'drills before production: delays and errors for requests that ask for them',
  enabled: ({ environments }) => environments.some(({ components }) => components.includes('fault-injection')),
  requires: ['istio-sidecar'],
  templates: 'features/fault-injection',
  slots: (model) => ({ readmeSections: [{ title: t('Drills with faults'), text: drills(model).join('\n') }] }),
})

function drills({ environments, features, timeouts, productionEnv, istio }: Model): string[] {
  const drilled = environments.filter(({ components }) => components.includes('fault-injection'))
  const [first] = drilled
  return [
    t`What do callers do when this service is slow, or gone? In ${drilled.map(({ name }) => name).join(t(' and '))} the mesh answers as asked:`,
    '',
    ...(features.http
      ? [
          t`The first answer is 503, and the service was not asked; the second comes ${timeouts.handler.text} later:`,
          '',
          '```sh',
          `curl -i -H 'x-drill: abort' https://${first?.host}/version`,
          `curl -i -H 'x-drill: delay' https://${first?.host}/version`,
          '```',
        ]
      : [
          t(`- Metadata \`x-drill: abort\`: UNAVAILABLE, and the service was not asked.`),
          t`- Metadata \`x-drill: delay\`: the answer comes ${timeouts.handler.text} later.`,
        ]),
    '',
    t`A caller passes the header on, or its own VirtualService adds it, and then is watched: does it give up in time, does it try again too often, does it say something useful? ${istio?.retries ?? 0} retries of this service don’t hide the fault, which comes before them. No other request is touched, and ${productionEnv.name} has none of it (\`deploy/components/fault-injection\`).`,
  ]
}
