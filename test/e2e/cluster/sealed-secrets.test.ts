import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Manifest, type Overlay, overlaysOf } from '../../support/manifests.js'
import { generate, recipe, workFolder } from '../../support/project.js'
import { describeWith, run, succeed } from '../../support/tools.js'
import { toolPath } from '../tools/table.mjs'
import { ControlPlane, controlPlaneTools, listOf } from './control-plane.js'
import { inSyncOrder } from './sync-order.js'
import { prepareCluster } from './world.js'

const patience = 240_000
const name = 'orders-credentials'
const needs = [...controlPlaneTools, 'kustomize', 'kubeseal', 'sealed-secrets-controller', 'unshare', 'root']

describeWith(needs, 'Sealed Secrets, with the real kubeseal and controller', () => {
  const work = workFolder()
  let plane: ControlPlane
  let project: string
  let overlay: Overlay
  let env: Record<string, string>

  beforeAll(async () => {
    plane = await ControlPlane.start({ runs: true })
    prepareCluster(plane)
    // Smaller keys are made sooner; the ports are nobody's business here.
    const quick = ['--key-size=2048', '--listen-addr=127.0.0.1:0', '--listen-metrics-addr=127.0.0.1:0']
    plane.startAsPod('sealed-secrets-controller', quick, 'kube-system')
    project = generate(work, recipe('orders', '--secrets-provider=sealed-secrets', '--postgres'))
    overlay = overlaysOf(project).find(({ environment }) => environment === 'production') as Overlay

    // kubeseal asks the controller through the API server, which reaches no pods here: it is given the certificate.
    const keys = () =>
      plane.json(['get', 'secrets', '-n', 'kube-system', '-l', 'sealedsecrets.bitnami.com/sealed-secrets-key=active'])
    await until(() => keys().items.length === 1)
    const certificate = path.join(work, 'certificate.pem')
    fs.writeFileSync(certificate, Buffer.from(keys().items[0].data['tls.crt'], 'base64'))
    const folder = plane.kubectlFolder(['admin', 'system:masters'])
    fs.symlinkSync(toolPath('kubeseal') as string, path.join(folder, 'kubeseal'))
    env = { PATH: `${folder}:${process.env['PATH']}`, SEALED_SECRETS_CERT: certificate }
  }, patience)
  afterAll(() => plane?.stop(), patience)

  const script = (args: readonly string[], input = '') =>
    run('sh', ['scripts/credentials.sh', ...args], { cwd: project, env, input })
  const values = (): Record<string, string> =>
    Object.fromEntries(
      Object.entries(plane.json(['get', 'secret', name, '-n', 'orders']).data as Record<string, string>).map(
        ([key, value]) => [key, Buffer.from(value, 'base64').toString()],
      ),
    )
  const file = () => fs.readFileSync(path.join(project, 'deploy/overlays/production/sealed-credentials.yaml'), 'utf8')

  test(
    'create: what is sealed has no value in it, and becomes the Secret that the pods mount',
    () => {
      expect(script(['create', 'production'], 'of the database\n')).toMatchObject({ code: 0 })
      expect(values()).toEqual({
        'admin-token': expect.stringMatching(/^[0-9a-f]{64}$/),
        'postgres-password': 'of the database',
      })
      expect(file()).toMatch(/^ {4}postgres-password: A[Qg]\S{300,}$/m)
      expect(file()).not.toContain('of the database')
    },
    patience,
  )

  test(
    'rotate seals one value, restart brings it: the other stays, and new pods start with it',
    async () => {
      const objects = overlaysOf(project).find(({ environment }) => environment === 'production')?.objects ?? []
      const apply = ['apply', '--server-side', '--field-manager=argocd-controller', '--force-conflicts', '-f', '-']
      plane.succeed(apply, { input: listOf(inSyncOrder(objects)) })
      const pods = () =>
        plane
          .json(['get', 'pods', '-n', 'orders', '-l', 'app.kubernetes.io/component=server'])
          .items.filter(({ metadata }: Manifest) => metadata.deletionTimestamp === undefined)
          .map(({ metadata }: Manifest) => metadata.uid as string)
      const deployment = () => plane.json(['get', 'deployment/orders', '-n', 'orders'])
      await until(() => deployment().status.availableReplicas === deployment().spec.replicas && pods().length > 1)
      const [before, old] = [values(), pods()]

      expect(script(['rotate', 'production', 'postgres-password'], 'the next one\n').code).toBe(0)
      expect(values()).toEqual(before)
      expect(script(['restart', 'production']).code).toBe(0)
      expect(values()).toEqual({ ...before, 'postgres-password': 'the next one' })
      await until(() => !pods().some((uid: string) => old.includes(uid)))
    },
    patience,
  )

  test(
    'what was sealed for one namespace opens in no other',
    () => {
      const text = file().replaceAll(/^( +)namespace: .*$/gm, '$1namespace: thief')
      plane.succeed(['create', 'namespace', 'thief'])
      plane.succeed(['apply', '-f', '-'], { input: text })
      const condition = '--for=condition=Synced=false'
      plane.succeed(['wait', condition, `sealedsecret/${name}`, '-n', 'thief', '--timeout=60s'])
      expect(plane.kubectl(['get', 'secret', name, '-n', 'thief']).code).not.toBe(0)
    },
    patience,
  )

  test('the overlay that was rendered first is the one that Git has', () => {
    expect(overlay.one('SealedSecret').spec.encryptedData).toEqual({})
    expect(
      succeed('sh', ['-c', 'grep -c SealedSecret deploy/overlays/production/sealed-credentials.yaml'], {
        cwd: project,
      }),
    ).toBe('1\n')
  })
})

async function until(holds: () => boolean): Promise<void> {
  for (let left = 240; left > 0; left--) {
    if (holds()) {
      return
    }
    await sleep(500)
  }
  throw new Error('not within two minutes')
}
