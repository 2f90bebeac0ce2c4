import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Manifest, type Overlay, overlaysOf } from '../../support/manifests.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { describeWith, type Outcome, run } from '../../support/tools.js'
import { ControlPlane, controlPlaneTools, listOf } from './control-plane.js'
import { inSyncOrder } from './sync-order.js'
import { prepareCluster } from './world.js'

const patience = 240_000

describeWith([...controlPlaneTools, 'kustomize'], 'blue and green by a script, on real controllers', () => {
  const work = workFolder()
  const inside = ['-n', 'orders']
  let plane: ControlPlane
  let overlay: Overlay
  let asOperator: string

  beforeAll(async () => {
    plane = await ControlPlane.start({ runs: true })
    prepareCluster(plane)
    const flags = [
      '--rollout-strategy=blue-green',
      '--rollout-engine=none',
      '--no-autoscaling',
      '--workload-replicas=2',
    ]
    overlay = overlaysOf(generate(work, recipe('colours', ...flags))).find(
      ({ environment }) => environment === 'production',
    ) as Overlay
    asOperator = plane.kubectlFolder(['somebody', 'orders-operators'])
    plane.succeed(['apply', '--server-side', '-f', '-'], {
      input: listOf(inSyncOrder(overlay.objects)),
    })
    plane.succeed(['create', 'secret', 'generic', 'orders-credentials', '--from-literal=admin-token=t', ...inside])
  }, patience)
  afterAll(() => plane?.stop(), patience)

  const script = (words: string, env: Record<string, string> = {}): Outcome =>
    run('sh', ['scripts/blue-green.sh', ...words.split(' ')], {
      cwd: overlay.project,
      env: { PATH: `${asOperator}:${process.env['PATH']}`, ...env },
    })
  const selected = () =>
    ['orders', 'orders-preview'].map((name) => plane.json(['get', 'service', name, ...inside]).spec.selector.version)
  const marked = () =>
    [
      ...fs
        .readFileSync(path.join(overlay.project, 'deploy/overlays/production/kustomization.yaml'), 'utf8')
        .matchAll(/value: (\w+) # (?:serves|waits)/g),
    ].map(([, colour]) => colour)
  /** Versions of the pods that requests of a Service reach. */
  const reached = async (service: string, colour: string) => {
    const deadline = Date.now() + 60_000
    for (;;) {
      const slices = plane.json([
        'get',
        'endpointslices',
        '-l',
        `kubernetes.io/service-name=${service}`,
        ...inside,
      ]).items
      const names = slices.flatMap(({ endpoints }: Manifest) =>
        (endpoints ?? []).map(({ targetRef }: Manifest) => targetRef.name),
      )
      const colours = new Set(names.map((name: string) => /^orders-(\w+)-/.exec(name)?.[1]))
      if ((names.length > 0 && colours.size === 1 && colours.has(colour)) || Date.now() > deadline) {
        return [...colours]
      }
      await sleep(300)
    }
  }

  test(
    'blue serves at first, and green waits',
    async () => {
      expect(script('check production green')).toMatchObject({ code: 0 })
      expect(script('status production').stdout).toBe('blue serves, green waits.\n')
      expect(await reached('orders', 'blue')).toEqual(['blue'])
      expect(await reached('orders-preview', 'green')).toEqual(['green'])
    },
    patience,
  )

  test(
    'a colour that is not ready is not switched to',
    () => {
      const select = (value: string | null) =>
        plane.succeed([
          'patch',
          'deployment',
          'orders-green',
          ...inside,
          '--type=merge',
          '-p',
          JSON.stringify({
            spec: { template: { spec: { nodeSelector: value === null ? null : { 'kubernetes.io/hostname': value } } } },
          }),
        ])
      select('nowhere')
      const { code, output } = script('switch production green', { BLUE_GREEN_TIMEOUT: '3' })
      expect([code, output]).toEqual([1, expect.stringContaining('timed out')])
      expect(selected()).toEqual(['blue', 'green'])
      select(null)
    },
    patience,
  )

  test(
    'switched: as large as the other first, then the Service, the preview, and the overlay',
    async () => {
      plane.succeed(['scale', 'deployment/orders-blue', '--replicas=4', ...inside])
      plane.succeed([
        'wait',
        'deployment/orders-blue',
        '--for=jsonpath={.status.availableReplicas}=4',
        '--timeout=60s',
        ...inside,
      ])
      expect(script('switch production green')).toMatchObject({ code: 0 })
      expect(plane.json(['get', 'deployment', 'orders-green', ...inside]).status.availableReplicas).toBe(4)
      expect(selected()).toEqual(['green', 'blue'])
      expect(marked()).toEqual(['green', 'blue'])
      expect(await reached('orders', 'green')).toEqual(['green'])
    },
    patience,
  )

  test(
    'once more: nothing changes',
    () => {
      const before = plane.json(['get', 'service', 'orders', ...inside]).metadata.resourceVersion
      const { code, stdout } = script('switch production green')
      expect([code, stdout.includes('green serves already.')]).toEqual([0, true])
      expect(plane.json(['get', 'service', 'orders', ...inside]).metadata.resourceVersion).toBe(before)
    },
    patience,
  )

  test(
    'a switch that was cut short is brought to its end',
    () => {
      plane.succeed([
        'patch',
        'service',
        'orders-preview',
        ...inside,
        '--type=merge',
        '-p',
        '{"spec":{"selector":{"version":"green"}}}',
      ])
      expect(script('switch production green').code).toBe(0)
      expect(selected()).toEqual(['green', 'blue'])
    },
    patience,
  )

  test(
    'back, and back again is nothing: it never goes forth',
    async () => {
      expect(script('rollback production')).toMatchObject({ code: 0, stdout: expect.stringContaining('blue serves.') })
      expect([selected(), marked()]).toEqual([
        ['blue', 'green'],
        ['blue', 'green'],
      ])
      expect(await reached('orders', 'blue')).toEqual(['blue'])
      expect(script('rollback production')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Nothing to go back to'),
      })
      expect(selected()).toEqual(['blue', 'green'])
    },
    patience,
  )

  test(
    'as Argo CD applies it after a switch, with what it leaves alone, nothing is turned',
    () => {
      expect(script('switch production green').code).toBe(0)
      const services = overlay.objects.filter(({ kind }) => kind === 'Service')
      // By hand it is a conflict: the selector is the operators' now.
      const { code, output } = plane.kubectl(['apply', '--server-side', '-f', '-'], { input: listOf(services) })
      expect([code, output.match(/conflict.*spec\.selector/g)?.length]).toEqual([1, 2])
      expect(selected()).toEqual(['green', 'blue'])
    },
    patience,
  )

  test.each([
    '',
    'switch production',
    'switch production red',
    'check production',
    'rollback production blue',
    'status nowhere',
  ])('usage: %j', (words) => {
    expect(script(words).code).toBe(2)
  })
})
