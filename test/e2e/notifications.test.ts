import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import type { Manifest } from '../support/manifests.js'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith, run } from '../support/tools.js'

const image = (commit: string) => `registry.example.com/orders:${commit}`

/** An application as Argo CD finds it at a minute of the day. */
interface Found {
  readonly at: number
  readonly health?: string
  readonly sync?: 'Synced' | 'OutOfSync'
  readonly phase?: string
  /** The commit that was synced last; null where a sync ended before it had one. */
  readonly synced?: string | null
  /** The newest of the branch, and the minute it was made. */
  readonly head?: readonly [commit: string, at: number]
  /** Of the overlay in Git, of the pods, and of the workload that was synced last. */
  readonly images?: readonly [git: string, live: string, last?: string]
}

const clock = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()

function event({ at, health, sync, phase, synced = 'r1', head = ['r1', 0], images = ['one', 'one'] }: Found): Manifest {
  const [git, live, last = live] = images
  const syncResult = { revision: synced, resources: [{ kind: 'Service' }, { kind: 'Rollout', images: [image(last)] }] }
  return {
    now: clock(at),
    commits: { [head[0]]: clock(head[1]) },
    images: [image(git)],
    app: {
      metadata: { name: 'orders' },
      status: {
        health: { status: health ?? 'Healthy' },
        sync: { status: sync ?? 'Synced', revision: head[0] },
        summary: { images: [image(live)] },
        operationState: {
          phase: phase ?? 'Succeeded',
          startedAt: clock(at),
          ...(synced === null ? {} : { syncResult }),
        },
      },
    },
  }
}

describeWith(['sh'], 'the addresses that the README has one type', () => {
  const work = workFolder()
  test.each([
    ['argocd-notifications-secret', /```sh\nkubectl apply .*\n([\s\S]*?)```/, 'slack'],
    ['orders-alertmanager', /```sh\n(tr [\s\S]*?)```/, 'slack'],
  ])('%s has what was typed, and no command line does', (secret, block, receiver) => {
    const project = generate(work, recipe('typed', '--preset=production', `--alerts-receiver=${receiver}`))
    const readme = fs.readFileSync(path.join(project, 'README.md'), 'utf8')
    const [, commands = ''] = block.exec(readme) ?? []
    const bin = path.join(work, secret)
    fs.mkdirSync(bin)
    // A manifest holds what came in; what is applied is kept.
    const kubectl = `#!/bin/sh
echo "$*" >>"${bin}/said"
case "$*" in *dry-run*) printf 'typed: '; base64 -w0 ;; *create*) base64 -w0 >"${bin}/kept" ;; *) sed 's/^typed: //' >"${bin}/kept" ;; esac
`
    fs.writeFileSync(path.join(bin, 'kubectl'), kubectl, { mode: 0o755 })
    const address = 'https://hooks.example.com/send?key=a&b=*'
    const env = { PATH: `${bin}:${process.env['PATH']}` }
    const { code, output } = run('sh', ['-euc', commands], { cwd: work, env, input: `${address}\n` })
    expect({ code, output }).toEqual({ code: 0, output: '' })
    expect(Buffer.from(fs.readFileSync(path.join(bin, 'kept'), 'utf8').trim(), 'base64').toString()).toBe(address)
    const said = fs.readFileSync(path.join(bin, 'said'), 'utf8')
    expect(said).toContain(secret)
    expect(said).not.toContain('hooks.example.com')
    fs.rmSync(project, { recursive: true })
  })
})

describeWith(['triggers'], 'what Argo CD tells, by its own engine, while an application changes', () => {
  const work = workFolder()
  let triggers: Record<string, unknown>
  beforeAll(() => {
    const project = generate(work, recipe('notifications', '--preset=production', '--alerts-receiver=wecom'))
    const file = path.join(project, 'deploy/argocd/admin/notifications.yaml')
    const { data } = parse(fs.readFileSync(file, 'utf8'))
    const named = Object.entries<string>(data).filter(([name]) => name.startsWith('trigger.'))
    triggers = Object.fromEntries(named.map(([name, text]) => [name.replace('trigger.wecom-', ''), parse(text)]))
  })
  /** What each of these says, from the first to the last. */
  const told = (...found: readonly Found[]): string[] => {
    const input = JSON.stringify({ triggers, events: found.map(event) })
    const { code, stdout, output } = run('triggers', [], { input })
    // A condition that can't be evaluated is a line of the log, and nothing is sent.
    expect({ code, output }).toEqual({ code: 0, output: stdout.trim() })
    return (JSON.parse(stdout) as string[][]).map((names) => names.join())
  }

  test('degraded: each time, though the commit is the same', () => {
    const [well, ill] = [
      { at: 1, health: 'Healthy' },
      { at: 2, health: 'Degraded' },
    ]
    expect(told(ill, ill, well, ill, well, ill)).toEqual(['degraded', '', '', 'degraded', '', 'degraded'])
  })

  test('a sync that failed: once a commit, and each time where there was none', () => {
    const failed = { at: 1, phase: 'Failed' }
    const running = { at: 2, phase: 'Running' }
    expect(told(failed, running, failed, { at: 9, phase: 'Error', synced: 'r2' })).toEqual([
      'sync-failed',
      '',
      '',
      'sync-failed',
    ])
    expect(told({ ...failed, synced: null }, running, { at: 5, phase: 'Error', synced: null })).toEqual([
      'sync-failed',
      '',
      'sync-failed',
    ])
  })

  test('drift: though the branch has gone on with commits of other folders, and each time', () => {
    const head = ['r9', 100] as const
    const drifted = { at: 120, sync: 'OutOfSync', head } as const
    expect(told({ at: 119, head }, drifted, drifted, { at: 121, head }, drifted)).toEqual([
      '',
      'drifted',
      '',
      '',
      'drifted',
    ])
    expect(told({ at: 200, sync: 'OutOfSync' })).toEqual(['drifted'])
    // Somebody has set an image, which the last sync had from Git.
    expect(told({ ...drifted, images: ['one', 'mine', 'one'] })).toEqual(['drifted'])
  })

  test('no drift: a commit that is about to be synced, a cluster that waits for its turn, a sync under way', () => {
    expect(told({ at: 101, sync: 'OutOfSync', head: ['r2', 100] })).toEqual([''])
    expect(told({ at: 900, sync: 'OutOfSync', head: ['r2', 100], images: ['two', 'one'] })).toEqual([''])
    expect(told({ at: 900, sync: 'OutOfSync', head: ['r2', 100], phase: 'Running' })).toEqual([''])
  })
})
