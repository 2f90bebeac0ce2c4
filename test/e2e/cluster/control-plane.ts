import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../support/service.js'
import { type Outcome, run } from '../../support/tools.js'
import { toolPath } from '../tools/table.mjs'
import { type Certificates, frontProxyName, makeCertificates } from './certificates.js'
import { kwokConfiguration, nodes } from './nodes.js'

/** The tools of the table that a control plane is made of. */
export const controlPlaneTools = ['etcd', 'kubernetes', 'kwok', 'metrics-server', 'crds', 'openssl'] as const

/** Who talks to the API server: user name and groups by token. */
const users = {
  admin: ['admin', 'system:masters'],
  controllers: ['system:kube-controller-manager'],
  scheduler: ['system:kube-scheduler'],
} as const

type User = keyof typeof users

export interface Choices {
  /** Controllers, scheduler and nodes too; without them the API server alone, which accepts and does nothing. */
  readonly runs: boolean
  /** metrics.k8s.io, for autoscalers. */
  readonly metrics?: boolean
  /** The API server behaves like this minor version, e.g. `1.34`: younger fields and gates are off. */
  readonly emulated?: string
}

/**
 * A real control plane on this machine: etcd, the API server, and if wanted controllers, scheduler and three nodes in
 * three zones. The nodes are KWOK's: pods are scheduled, started and deleted, and no image is run.
 */
export class ControlPlane {
  private readonly children: { readonly name: string; readonly process: ChildProcess }[] = []
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'control-plane-'))
  private readonly kill = () => {
    for (const { process } of this.children) {
      process.kill('SIGKILL')
    }
  }

  private constructor(
    private readonly certificates: (folder: string) => Certificates,
    private readonly ports: readonly number[],
  ) {}

  /** Starts it and waits until it serves. @throws Error with the end of a log when a part doesn't come up */
  static async start(choices: Choices): Promise<ControlPlane> {
    const plane = new ControlPlane(makeCertificates, await freePorts(9))
    process.once('exit', plane.kill)
    try {
      await plane.startAll(choices)
      return plane
    } catch (error) {
      await plane.stop()
      throw error
    }
  }

  /** Runs kubectl as the administrator, or as a user in groups, and returns what came out. */
  kubectl(args: readonly string[], { input, as }: { input?: string; as?: readonly string[] } = {}): Outcome {
    const identity = as === undefined ? [] : this.impersonation(as)
    return run('kubernetes', ['kubectl', ...identity, ...args], {
      env: { KUBECONFIG: this.kubeconfig('admin') },
      ...(input === undefined ? {} : { input }),
    })
  }

  /** As {@link kubectl}, with its standard output as a value. @throws Error with what kubectl printed */
  // biome-ignore lint/suspicious/noExplicitAny: objects of any kind
  json(args: readonly string[]): any {
    return JSON.parse(this.succeed([...args, '-o', 'json']))
  }

  /** As {@link kubectl}. @throws Error with what kubectl printed when its exit code isn't 0 */
  succeed(args: readonly string[], setting: { input?: string; as?: readonly string[] } = {}): string {
    const { code, stdout, output } = this.kubectl(args, setting)
    if (code !== 0) {
      throw new Error(`kubectl ${args.join(' ')}: exit code ${code}\n${output}`)
    }
    return stdout
  }

  /** Follows what kubectl prints, line by line, until the returned function is called. */
  follow(args: readonly string[], line: (text: string) => void): () => void {
    const child = spawn(toolPath('kubernetes') ?? '', ['kubectl', ...args], {
      env: { ...process.env, KUBECONFIG: this.kubeconfig('admin') },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.children.push({ name: 'kubectl', process: child })
    createInterface({ input: child.stdout }).on('line', line)
    return () => child.kill()
  }

  /** A folder for the PATH whose kubectl acts as a user in groups: what a script may do with these rights. */
  kubectlFolder(as: readonly string[]): string {
    const folder = fs.mkdtempSync(path.join(this.folder, 'path-'))
    const words = [toolPath('kubernetes') ?? '', 'kubectl', ...this.impersonation(as)]
    const quoted = words.map((word) => `'${word}'`).join(' ')
    const script = `#!/bin/sh\nKUBECONFIG='${this.kubeconfig('admin')}' exec ${quoted} "$@"\n`
    fs.writeFileSync(path.join(folder, 'kubectl'), script, { mode: 0o755 })
    return folder
  }

  /**
   * Starts a program that takes itself for a pod of a namespace: it finds the API server and the administrator's token
   * where client-go looks for them, in a mount namespace of its own. Needs root.
   */
  startAsPod(tool: string, args: readonly string[], namespace: string): void {
    const { clusters, users } = JSON.parse(fs.readFileSync(this.kubeconfig('admin'), 'utf8'))
    const { hostname, port } = new URL(clusters[0].cluster.server)
    const account = fs.mkdtempSync(path.join(this.folder, 'account-'))
    fs.copyFileSync(clusters[0].cluster['certificate-authority'], path.join(account, 'ca.crt'))
    fs.writeFileSync(path.join(account, 'token'), users[0].user.token)
    fs.writeFileSync(path.join(account, 'namespace'), namespace)
    const place = '/run/secrets/kubernetes.io/serviceaccount'
    const script = `mount -t tmpfs none /run && mkdir -p ${place} && cp "$1"/* ${place} && shift && exec "$@"`
    const inside = ['env', `KUBERNETES_SERVICE_HOST=${hostname}`, `KUBERNETES_SERVICE_PORT=${port}`]
    const program = toolPath(tool) ?? tool
    this.run(tool, 'unshare', ['--mount', 'sh', '-euc', script, 'sh', account, ...inside, program, ...args])
  }

  /** Starts the controller of Argo Rollouts; its custom resources have to be there. */
  startRollouts(): void {
    const [metrics, health] = this.ports.slice(7)
    this.run('argo-rollouts', 'argo-rollouts', [
      `--kubeconfig=${this.kubeconfig('admin')}`,
      '--namespace=argo-rollouts',
      '--leader-elect=false',
      `--metricsPort=${metrics}`,
      `--healthzPort=${health}`,
    ])
  }

  /** What the controller of Argo Rollouts tells whoever scrapes it. */
  async rolloutsMetrics(): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.ports[7]}/metrics`)
    return answer.text()
  }

  /** The last lines that a part wrote. */
  logOf(name: string): string {
    return this.endOf(name)
  }

  /** Ends what was started, clients first, and forgets the data. */
  async stop(): Promise<void> {
    for (const { process } of [...this.children].reverse()) {
      const ended = new Promise((resolve) => process.once('close', resolve))
      if (process.exitCode === null && process.signalCode === null) {
        process.kill('SIGTERM')
        await Promise.race([ended, sleep(5000, undefined, { ref: false })])
        process.kill('SIGKILL')
      }
    }
    process.removeListener('exit', this.kill)
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  private async startAll({ runs, metrics = false, emulated }: Choices): Promise<void> {
    const [etcd, peers, api, controllers, scheduler, kubelets, metricsPort] = this.ports
    const certificates = this.certificates(path.join(this.folder, 'pki'))
    const { server, authority, frontProxy, serviceAccount } = certificates
    const store = `http://127.0.0.1:${etcd}`
    const tokens = Object.entries(users).map(([user, [name, ...groups]]) => [user, name, name, ...groups].join(','))
    fs.writeFileSync(this.at('tokens.csv'), `${tokens.join('\n')}\n`)
    for (const user of Object.keys(users) as User[]) {
      this.writeKubeconfig(user, api, authority)
    }

    this.run('etcd', 'etcd', [
      `--data-dir=${this.at('etcd')}`,
      // A power cut may cost the data of a test.
      '--unsafe-no-fsync',
      `--listen-client-urls=${store}`,
      `--advertise-client-urls=${store}`,
      `--listen-peer-urls=http://127.0.0.1:${peers}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peers}`,
      `--initial-cluster=default=http://127.0.0.1:${peers}`,
      '--log-level=warn',
    ])
    this.run('kube-apiserver', 'kubernetes', [
      'kube-apiserver',
      `--etcd-servers=${store}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${api}`,
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--cert-dir=${this.at('apiserver')}`,
      `--tls-cert-file=${server.certificate}`,
      `--tls-private-key-file=${server.key}`,
      `--token-auth-file=${this.at('tokens.csv')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${serviceAccount.publicKey}`,
      `--service-account-signing-key-file=${serviceAccount.privateKey}`,
      '--service-cluster-ip-range=10.0.0.0/16',
      '--authorization-mode=Node,RBAC',
      // Nobody comes with a certificate; metrics-server asks for the setting all the same.
      `--client-ca-file=${authority}`,
      `--requestheader-client-ca-file=${authority}`,
      `--requestheader-allowed-names=${frontProxyName}`,
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${frontProxy.certificate}`,
      `--proxy-client-key-file=${frontProxy.key}`,
      ...(emulated === undefined ? [] : [`--emulated-version=${emulated}`]),
    ])
    await this.until('the API server is ready', () => this.kubectl(['get', '--raw', '/readyz']).code === 0)
    if (!runs) {
      return
    }

    this.run('kube-controller-manager', 'kubernetes', [
      'kube-controller-manager',
      ...this.asClient('controllers'),
      `--secure-port=${controllers}`,
      `--cert-dir=${this.at('controllers')}`,
      `--service-account-private-key-file=${serviceAccount.privateKey}`,
      `--root-ca-file=${authority}`,
      '--use-service-account-credentials=true',
      // The default is 15 s, and 5 min before a new pod's usage counts: tests would take that long.
      '--horizontal-pod-autoscaler-sync-period=5s',
      '--horizontal-pod-autoscaler-cpu-initialization-period=1s',
      '--horizontal-pod-autoscaler-initial-readiness-delay=1s',
    ])
    this.run('kube-scheduler', 'kubernetes', [
      'kube-scheduler',
      ...this.asClient('scheduler'),
      `--secure-port=${scheduler}`,
      `--cert-dir=${this.at('scheduler')}`,
    ])
    fs.writeFileSync(this.at('kwok.yaml'), kwokConfiguration())
    this.run('kwok', 'kwok', [
      `--kubeconfig=${this.kubeconfig('admin')}`,
      `--config=${this.at('kwok.yaml')}`,
      '--manage-all-nodes=false',
      '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
      '--disregard-status-with-annotation-selector=kwok.x-k8s.io/status=custom',
      '--cidr=10.1.0.0/16',
      '--node-ip=127.0.0.1',
      `--node-port=${kubelets}`,
      `--server-address=127.0.0.1:${kubelets}`,
      '--node-lease-duration-seconds=40',
    ])
    this.apply(nodes())
    if (metrics) {
      this.run('metrics-server', 'metrics-server', [
        ...this.asClient('admin').filter((flag) => !flag.startsWith('--leader')),
        `--secure-port=${metricsPort}`,
        `--cert-dir=${this.at('metrics')}`,
        `--requestheader-client-ca-file=${authority}`,
        `--requestheader-allowed-names=${frontProxyName}`,
        '--kubelet-insecure-tls',
        '--kubelet-use-node-status-port',
        '--kubelet-preferred-address-types=InternalIP',
        // The shortest that it takes, and a time-out that is shorter.
        '--metric-resolution=10s',
        '--kubelet-request-timeout=5s',
      ])
      this.apply(metricsService(metricsPort))
      await this.until('metrics.k8s.io is served, and described', () =>
        ['/apis/metrics.k8s.io/v1beta1', '/openapi/v3/apis/metrics.k8s.io/v1beta1', '/openapi/v2'].every(
          (place) => this.kubectl(['get', '--raw', place]).code === 0,
        ),
      )
    }
    await this.until('the nodes are ready', () =>
      this.json(['get', 'nodes']).items.every((node: { status: { conditions?: { type: string; status: string }[] } }) =>
        node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
      ),
    )
  }

  private asClient(user: User): string[] {
    const file = this.kubeconfig(user)
    return [
      `--kubeconfig=${file}`,
      `--authentication-kubeconfig=${file}`,
      `--authorization-kubeconfig=${file}`,
      '--bind-address=127.0.0.1',
      '--leader-elect=false',
    ]
  }

  private impersonation([user = '', ...groups]: readonly string[]): string[] {
    return [`--as=${user}`, ...groups.map((group) => `--as-group=${group}`)]
  }

  private apply(objects: readonly object[]): void {
    this.succeed(['apply', '--server-side', '-f', '-'], { input: listOf(objects) })
  }

  private at(name: string): string {
    return path.join(this.folder, name)
  }

  private kubeconfig(user: User): string {
    return this.at(`${user}.kubeconfig`)
  }

  private writeKubeconfig(user: User, port: number | undefined, authority: string): void {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': authority } },
      ],
      users: [{ name: user, user: { token: user } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user } }],
      'current-context': 'test',
    }
    fs.writeFileSync(this.kubeconfig(user), JSON.stringify(config))
  }

  private run(name: string, tool: string, args: readonly string[]): void {
    const log = fs.openSync(this.at(`${name}.log`), 'w')
    const child = spawn(toolPath(tool) ?? tool, args, { stdio: ['ignore', log, log] })
    fs.closeSync(log)
    this.children.push({ name, process: child })
  }

  /** Polls, and gives up when a part has ended or two minutes have passed. */
  private async until(what: string, holds: () => boolean): Promise<void> {
    const deadline = Date.now() + 120_000
    while (!holds()) {
      const dead = this.children.find(({ process }) => process.exitCode !== null)
      if (dead !== undefined || Date.now() > deadline) {
        const logs = (dead === undefined ? this.children : [dead]).map(({ name }) => this.endOf(name))
        throw new Error([`not so: ${what}`, ...logs].join('\n'))
      }
      await sleep(100)
    }
  }

  /** The last lines that a part wrote. */
  private endOf(name: string): string {
    const lines = fs
      .readFileSync(this.at(`${name}.log`), 'utf8')
      .trimEnd()
      .split('\n')
    return [`${name}:`, ...lines.slice(-20)].join('\n')
  }
}

/** Objects as one document for `kubectl apply -f -`. */
export function listOf(objects: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
}

/** The API server forwards metrics.k8s.io to a port of this machine. */
function metricsService(port: number | undefined): object[] {
  const service = { name: 'metrics-server', namespace: 'kube-system' }
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: service,
      spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        service: { ...service, port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ]
}
