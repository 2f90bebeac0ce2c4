import { t } from '../words.js'
import type { Numbers } from './types.js'
import type { Choice } from './types-explained.js'

/** The decisions of a service. Texts may be printed as Markdown: nothing of the user's own words is in them. */
export function choices(model: Numbers): Choice[] {
  return [workload(model), image(model), cgo(model), probes(model), release(model), scaling(model)]
}

function workload({ workload: { kind, isStatefulSet }, features }: Numbers): Choice {
  return {
    title: t('Deployment or StatefulSet'),
    aspects: [t('Identity of a pod'), t('Storage'), t('Scaling'), t('Update'), t('For')],
    alternatives: [
      {
        name: 'Deployment',
        chosen: !isStatefulSet,
        cells: [
          t('interchangeable'),
          t('none, or shared'),
          t('in parallel'),
          t('one more pod first, then one less'),
          t('services that keep their state elsewhere'),
        ],
      },
      {
        name: 'StatefulSet',
        chosen: isStatefulSet,
        cells: [
          t('a stable name and DNS record each'),
          t('a volume each, kept when the pod moves'),
          t('by ordinal, highest last in and first out'),
          t('one after the other, optionally from an ordinal on'),
          t('services that own data, or whose peers know one another'),
        ],
      },
    ],
    outcome: isStatefulSet
      ? t('This service is a StatefulSet: each of its pods has a name and a volume of its own.')
      : t`This service is a ${kind}${features.rollout ? t(', which is a Deployment whose new versions Argo Rollouts brings in') : ''}: any pod can take any request.`,
    elsewhere: false,
    options: ['workload.kind'],
  }
}

function image({ image: { base, cgo } }: Numbers): Choice {
  const rows = [
    ['scratch', t('nothing'), t('no'), t('no'), t('the smallest possible image')],
    [
      'distroless',
      t('about 1 MB (10 MB with CGO)'),
      t('no'),
      t('with CGO only'),
      t('the default: certificates, time zones and a user, nothing to break into'),
    ],
    ['alpine', t('about 4 MB'), t('yes'), 'musl', t('an entry point script')],
    ['debian', t('about 30 MB'), t('yes'), 'glibc', t('CGO, and tools for debugging')],
    ['ubuntu', t('about 30 MB'), t('yes'), 'glibc', t('where it is the company’s standard')],
  ] as const
  return {
    title: t('Base image'),
    aspects: [t('Adds, compressed'), t('Shell'), t('C library'), t('For')],
    alternatives: rows.map(([name, ...cells]) => ({ name, chosen: name === base, cells })),
    outcome: t`This service uses ${base}${cgo ? t(', with glibc for what CGO links') : ''}.`,
    elsewhere: false,
    options: ['image.base'],
  }
}

function cgo({ image }: Numbers): Choice {
  return {
    title: t('With or without CGO'),
    aspects: [t('Binary'), t('Needs at run time'), t('Cross-compiling'), t('For')],
    alternatives: [
      {
        name: 'CGO_ENABLED=0',
        chosen: !image.cgo,
        cells: [
          t('static'),
          t('nothing'),
          t('any platform from any other'),
          t('containers of any base, and quick distribution'),
        ],
      },
      {
        name: 'CGO_ENABLED=1',
        chosen: image.cgo,
        cells: [
          t('linked dynamically'),
          t('glibc, in the version it was built with or newer'),
          t('a C compiler for each platform'),
          t('programs that call C libraries, as some database drivers do'),
        ],
      },
    ],
    outcome: image.cgo
      ? t('CGO is on, so builder and base image have the same glibc.')
      : t('CGO is off: nothing that this service imports needs C.'),
    elsewhere: false,
    options: ['image.cgo'],
  }
}

function probes({ probes: { startup, liveness, readiness }, features }: Numbers): Choice {
  const row = (
    name: string,
    probe: Numbers['probes']['startup'],
    asks: string,
    failure: string,
  ): Choice['alternatives'][number] => ({
    name,
    chosen: probe.enabled,
    cells: [
      asks,
      failure,
      probe.enabled
        ? `${probe.period} s × ${probe.failureThreshold} = ${probe.period * probe.failureThreshold} s`
        : t('off'),
    ],
  })
  return {
    title: t('Which probes'),
    aspects: [t('Asks'), t('On failure'), t('Tolerates')],
    alternatives: [
      row(t('startup'), startup, t('has the start finished?'), t('the container restarts')),
      row(t('liveness'), liveness, t('can the process answer at all?'), t('the container restarts')),
      row(t('readiness'), readiness, t('can it do its work, with what it depends on?'), t('the pod gets no traffic')),
    ],
    outcome: t`They are asked ${features.http ? t('by HTTP, on a port of their own that a flood of requests does not fill') : t('over gRPC, on the port that takes the calls')}. TCP would only show that the kernel accepts a connection, and a command costs a process for each check.`,
    elsewhere: true,
    options: ['probes'],
  }
}

function release({ features, workload: w, autoscaling, coldStart, rollout, shutdown }: Numbers): Choice {
  const pods = autoscaling.enabled ? autoscaling.min : w.replicas
  const each = coldStart + w.minReadySeconds
  const share = rollout?.steps[0]?.weight ?? 10
  const way = features.canary ? 'canary' : features.blueGreen ? 'blue-green' : 'rolling'
  const rows = [
    [
      'rolling',
      w.isStatefulSet ? t('none; one less while it updates') : t`${w.maxSurge}, for a moment`,
      t('everybody, in turn'),
      t`about ${pods * each} s for ${pods} pods, ${each} s each`,
      t('as long as the update'),
      t('most changes, by readiness alone'),
    ],
    [
      'blue-green',
      t`${pods}, until the old ones go`,
      t('nobody before the switch, everybody after it'),
      t`about ${each} s, and a person’s look`,
      t('seconds, while the old pods run'),
      t('versions that may not serve side by side'),
    ],
    [
      'canary',
      t`${share} % more, at least 1`,
      t`${share} % of the requests at first`,
      t('its steps, watched'),
      t('seconds'),
      t('changes whose risk shows under real traffic'),
    ],
  ] as const
  return {
    title: t('Rolling, blue-green or canary'),
    aspects: [t('Extra pods'), t('Who meets a bad version'), t('Takes'), t('Way back'), t('For')],
    alternatives: rows.map(([name, ...cells]) => ({ name, chosen: name === way, cells })),
    outcome: {
      rolling: w.isStatefulSet
        ? t`This service rolls: one pod after the other ends within ${shutdown.grace} s and starts anew; the next follows when that has been ready for ${w.minReadySeconds} s.`
        : t`This service rolls: a pod leaves within ${shutdown.grace} s when a new one has been ready for ${w.minReadySeconds} s.`,
      'blue-green': t`This service switches from blue to green${features.colours ? t(' by a script') : t(' by Argo Rollouts')}.`,
      canary: t('This service releases by canary, with Argo Rollouts.'),
    }[way],
    elsewhere: false,
    options: ['rollout.strategy'],
  }
}

function scaling({ autoscaling: a, resources, workload: w, features }: Numbers): Choice {
  const off = t('not scaled on')
  return {
    title: t('What the autoscaler looks at'),
    aspects: [t('Target here'), t('Follows'), t('Misleads when')],
    alternatives: [
      {
        name: 'CPU',
        chosen: a.enabled && a.cpu !== undefined,
        cells: [
          a.enabled && a.cpu !== undefined ? t`${a.cpu} % of ${resources.cpuRequest}` : off,
          t('work that computes'),
          t('the service waits for others more than it computes'),
        ],
      },
      {
        name: 'memory',
        chosen: a.enabled && a.memory !== undefined,
        cells: [
          a.enabled && a.memory !== undefined ? t`${a.memory} % of ${resources.memoryRequest}` : off,
          t('caches and large bodies'),
          t('the garbage collector keeps what it has, so that nothing scales down'),
        ],
      },
      {
        name: 'requests',
        chosen: a.enabled && a.requests !== undefined,
        cells: [
          a.enabled && a.requests !== undefined ? t`${a.requests.perPod} a second and pod` : off,
          t('demand itself, before it hurts'),
          t('requests differ much in what they cost'),
        ],
      },
      {
        name: 'queue',
        chosen: a.enabled && a.queue !== undefined,
        cells: [
          a.enabled && a.queue !== undefined ? t`${a.queue.perPod} messages a pod` : off,
          t('work that waits'),
          t('consumers wait for something that more of them do not speed up'),
        ],
      },
    ],
    outcome: a.enabled
      ? t`From ${a.min} to ${a.max} pods, by ${features.keda ? 'KEDA' : t('a HorizontalPodAutoscaler')}; of several metrics the one that asks for the most pods wins.`
      : t`Nothing scales this service: it has ${w.replicas} pods.`,
    elsewhere: false,
    options: ['autoscaling'],
  }
}
