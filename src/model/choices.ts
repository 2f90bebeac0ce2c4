import type { Numbers } from './types.js'
import type { Choice } from './types-explained.js'

/** The decisions of a service. Texts may be printed as Markdown: nothing of the user's own words is in them. */
export function choices(model: Numbers): Choice[] {
  return [workload(model), image(model), cgo(model), probes(model), release(model), scaling(model)]
}

function workload({ workload: { kind, isStatefulSet, replicas }, features }: Numbers): Choice {
  return {
    title: 'Deployment or StatefulSet',
    aspects: ['Identity of a pod', 'Storage', 'Scaling', 'Update', 'For'],
    alternatives: [
      {
        name: 'Deployment',
        chosen: !isStatefulSet,
        cells: [
          'interchangeable',
          'none, or shared',
          'in parallel',
          'one more pod first, then one less',
          'services that keep their state elsewhere',
        ],
      },
      {
        name: 'StatefulSet',
        chosen: isStatefulSet,
        cells: [
          'a stable name and DNS record each',
          'a volume each, kept when the pod moves',
          'by ordinal, highest last in and first out',
          'one after the other, optionally from an ordinal on',
          'services that own data, or whose peers know one another',
        ],
      },
    ],
    outcome: isStatefulSet
      ? `This service is a StatefulSet: each of its ${replicas} pods has a name and a volume of its own.`
      : `This service is a ${kind}${features.rollout ? ', which is a Deployment whose new versions Argo Rollouts brings in' : ''}: any pod can take any request.`,
    elsewhere: false,
    options: ['workload.kind'],
  }
}

function image({ image: { base, cgo } }: Numbers): Choice {
  const rows = [
    ['scratch', 'nothing', 'no', 'no', 'the smallest possible image'],
    [
      'distroless',
      'about 1 MB (10 MB with CGO)',
      'no',
      'with CGO only',
      'the default: certificates, time zones and a user, nothing to break into',
    ],
    ['alpine', 'about 4 MB', 'yes', 'musl', 'an entry point script'],
    ['debian', 'about 30 MB', 'yes', 'glibc', 'CGO, and tools for debugging'],
    ['ubuntu', 'about 30 MB', 'yes', 'glibc', 'where it is the company’s standard'],
  ] as const
  return {
    title: 'Base image',
    aspects: ['Adds, compressed', 'Shell', 'C library', 'For'],
    alternatives: rows.map(([name, ...cells]) => ({ name, chosen: name === base, cells })),
    outcome: `This service uses ${base}${cgo ? ', with glibc for what CGO links' : ''}.`,
    elsewhere: false,
    options: ['image.base'],
  }
}

function cgo({ image }: Numbers): Choice {
  return {
    title: 'With or without CGO',
    aspects: ['Binary', 'Needs at run time', 'Cross-compiling', 'For'],
    alternatives: [
      {
        name: 'CGO_ENABLED=0',
        chosen: !image.cgo,
        cells: ['static', 'nothing', 'any platform from any other', 'containers of any base, and quick distribution'],
      },
      {
        name: 'CGO_ENABLED=1',
        chosen: image.cgo,
        cells: [
          'linked dynamically',
          'glibc, in the version it was built with or newer',
          'a C compiler for each platform',
          'programs that call C libraries, as some database drivers do',
        ],
      },
    ],
    outcome: image.cgo
      ? 'CGO is on, so builder and base image have the same glibc.'
      : 'CGO is off: nothing that this service imports needs C.',
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
        : 'off',
    ],
  })
  return {
    title: 'Which probes',
    aspects: ['Asks', 'On failure', 'Tolerates'],
    alternatives: [
      row('startup', startup, 'has the start finished?', 'the container restarts'),
      row('liveness', liveness, 'can the process answer at all?', 'the container restarts'),
      row('readiness', readiness, 'can it do its work, with what it depends on?', 'the pod gets no traffic'),
    ],
    outcome: `They are asked ${features.http ? 'by HTTP, on a port of their own that a flood of requests does not fill' : 'over gRPC, on the port that takes the calls'}. TCP would only show that the kernel accepts a connection, and a command costs a process for each check.`,
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
      w.isStatefulSet ? 'none; one less while it updates' : `${w.maxSurge}, for a moment`,
      'everybody, in turn',
      `about ${pods * each} s for ${pods} pods, ${each} s each`,
      'as long as the update',
      'most changes, by readiness alone',
    ],
    [
      'blue-green',
      `${pods}, until the old ones go`,
      'nobody before the switch, everybody after it',
      `about ${each} s, and a person’s look`,
      'seconds, while the old pods run',
      'versions that may not serve side by side',
    ],
    [
      'canary',
      `${share} % more, at least 1`,
      `${share} % of the requests at first`,
      'its steps, watched',
      'seconds',
      'changes whose risk shows under real traffic',
    ],
  ] as const
  return {
    title: 'Rolling, blue-green or canary',
    aspects: ['Extra pods', 'Who meets a bad version', 'Takes', 'Way back', 'For'],
    alternatives: rows.map(([name, ...cells]) => ({ name, chosen: name === way, cells })),
    outcome: {
      rolling: `This service rolls: a pod leaves within ${shutdown.grace} s when a new one has been ready for ${w.minReadySeconds} s.`,
      'blue-green': `This service switches from blue to green${features.colours ? ' by a script' : ' by Argo Rollouts'}.`,
      canary: 'This service releases by canary, with Argo Rollouts.',
    }[way],
    elsewhere: false,
    options: ['rollout.strategy'],
  }
}

function scaling({ autoscaling: a, resources, workload: w, features }: Numbers): Choice {
  const off = 'not scaled on'
  return {
    title: 'What the autoscaler looks at',
    aspects: ['Target here', 'Follows', 'Misleads when'],
    alternatives: [
      {
        name: 'CPU',
        chosen: a.enabled && a.cpu !== undefined,
        cells: [
          a.enabled && a.cpu !== undefined ? `${a.cpu} % of ${resources.cpuRequest}` : off,
          'work that computes',
          'the service waits for others more than it computes',
        ],
      },
      {
        name: 'memory',
        chosen: a.enabled && a.memory !== undefined,
        cells: [
          a.enabled && a.memory !== undefined ? `${a.memory} % of ${resources.memoryRequest}` : off,
          'caches and large bodies',
          'the garbage collector keeps what it has, so that nothing scales down',
        ],
      },
      {
        name: 'requests',
        chosen: a.enabled && a.requests !== undefined,
        cells: [
          a.enabled && a.requests !== undefined ? `${a.requests.perPod} a second and pod` : off,
          'demand itself, before it hurts',
          'requests differ much in what they cost',
        ],
      },
      {
        name: 'queue',
        chosen: a.enabled && a.queue !== undefined,
        cells: [
          a.enabled && a.queue !== undefined ? `${a.queue.perPod} messages a pod` : off,
          'work that waits',
          'consumers wait for something that more of them do not speed up',
        ],
      },
    ],
    outcome: a.enabled
      ? `From ${a.min} to ${a.max} pods, by ${features.keda ? 'KEDA' : 'a HorizontalPodAutoscaler'}; of several metrics the one that asks for the most pods wins.`
      : `Nothing scales this service: it has ${w.replicas} pods.`,
    elsewhere: false,
    options: ['autoscaling'],
  }
}
