import fs from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Buildah, type ImageConfig } from '../support/buildah.js'
import { readElf } from '../support/elf.js'
import { Jail, processOf } from '../support/jail.js'
import { filesBelow, generate, recipe, workFolder } from '../support/project.js'
import { record as keep } from '../support/proof.js'
import { freePorts, records } from '../support/service.js'
import { authority, makeStandIns, type StandIn } from '../support/stand-ins.js'
import { describeWith, run, succeed } from '../support/tools.js'
import { flaws } from './containers/flaws.js'
import { judgeImage, type Subject } from './containers/judge.js'
import { type Variant, variants } from './containers/variants.js'
import { cacheFolder } from './tools/table.mjs'

const minutes = 60_000
const tools = ['root', 'go', 'gcc', 'buildah', 'debootstrap', 'openssl', 'unshare', 'setpriv']
const settings = { VERSION: 'v1.2.3', COMMIT: '0123456789abcdef', SOURCE_DATE_EPOCH: '1767225600' }

describeWith(tools, 'images on stand-ins for their bases', () => {
  const work = workFolder()
  const folder = path.join(cacheFolder, 'images')
  let buildah: Buildah
  let standIns: Readonly<Record<StandIn, string>>
  let probe: string
  /** What was judged, the default first. */
  const subjects: Subject[] = []
  /** Digests of the programs, by whether cgo is on. */
  const programs = new Map<boolean, Set<string>>()

  beforeAll(() => {
    buildah = new Buildah(folder)
    standIns = makeStandIns(buildah, folder)
    probe = path.join(work, 'probe')
    succeed('go', ['build', '-trimpath', '-o', probe, '.'], {
      cwd: path.resolve('test/e2e/containers/probe'),
      env: { CGO_ENABLED: '0' },
    })
  }, 10 * minutes)
  afterAll(() => buildah?.clean())

  /** A project with what its Dockerfile names, replaced by name and digest, and the modules that it asks for. */
  function prepare(variant: Variant) {
    const project = generate(work, recipe(variant.name.replaceAll(/\W+/g, '-'), ...variant.flags))
    const names = [...fs.readFileSync(path.join(project, 'Dockerfile'), 'utf8').matchAll(/^FROM (?:--\S+ )?(\S+)/gm)]
    const images = [standIns.golang, ...(variant.standIn === undefined ? [] : [standIns[variant.standIn]])]
    const instead = Object.fromEntries(images.map((image, index) => [names[index]?.[1] as string, image]))
    const toolchain = /GOTOOLCHAIN=(\S+)/.exec(fs.readFileSync(path.join(project, 'Dockerfile'), 'utf8'))?.[1] ?? ''
    succeed('go', ['mod', 'download'], { cwd: project, env: { GOTOOLCHAIN: toolchain } })
    return { project, instead, toolchain }
  }

  describe.each(variants)('$name', (variant) => {
    let config: ImageConfig
    let root: string
    let findings: readonly string[]

    beforeAll(() => {
      const { project, instead } = prepare(variant)
      const image = buildah.build(project, { instead, args: settings })
      config = buildah.config(image)
      root = buildah.mount(image)
      const layers = buildah.layers(image, work)
      const subject = { variant, root, config, layers, settings }
      findings = judgeImage(subject)
      subjects.push(subject)
      const program = succeed('sha256sum', [path.join(root, 'usr/local/bin/orders')]).slice(0, 64)
      programs.set(variant.cgo, (programs.get(variant.cgo) ?? new Set()).add(program))
      keep({
        group: 'containers',
        tool: 'buildah',
        version: succeed('buildah', ['--version']).split(' ')[2] ?? '',
        subject: `${variant.name} (stand-in base)`,
        judged: 1,
        unit: 'images',
        findings,
      })
    }, 5 * minutes)

    test('the generated Dockerfile builds as it is: size, user, labels, ports, files as promised', () => {
      expect(findings).toEqual([])
    })

    test('it runs as 65532 on a read-only root, is ready and answers; SIGTERM reaches process 1, which exits 0', async () => {
      const service = await new Jail(root, config).start({ SHUTDOWN_DRAIN: '0s', WAIT_FOR: '' })
      try {
        await service.ready()
        const { pid, executable, insidePid } = processOf(service)
        expect({ executable: path.basename(executable), insidePid }).toEqual({ executable: 'orders', insidePid: 1 })
        expect(fs.readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m)
        expect(await service.get('/v1/greetings')).toMatchObject({ status: 200 })
        expect(JSON.parse((await service.get('/version')).body)).toMatchObject({
          version: settings.VERSION,
          commit: settings.COMMIT,
        })
        process.kill(pid, 'SIGTERM')
        expect(await service.exit()).toEqual({ code: 0, signal: null })
        expect(records(service.stdout).at(-1)).toMatchObject({ message: 'stopped' })
        expect(service.stderr).toBe('')
      } finally {
        await service.kill()
      }
    })

    test('nothing but /tmp can be written; certificate authorities and time zones are there', async () => {
      fs.copyFileSync(probe, path.join(root, 'probe'))
      fs.chmodSync(path.join(root, 'probe'), 0o755)
      const { key, certificate } = authority(folder)
      const server = https.createServer({ key, cert: certificate }, (_, answer) => answer.end('ok'))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
      try {
        const { code, stdout, stderr } = await new Jail(root, config).run('/probe', address)
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        const found = JSON.parse(stdout)
        expect(found).toMatchObject({
          PID: 1,
          UID: 65532,
          GID: 65532,
          Writable: ['/tmp'],
          HTTPS: '200 OK',
          Shanghai: '2026-01-01T00:00:00+08:00',
        })
        expect(found.Authorities).toBeGreaterThan(100)
      } finally {
        server.close()
        fs.rmSync(path.join(root, 'probe'))
      }
    })

    if (variant.entrypoint) {
      test('the entrypoint gives up on a dependency that is not there, with exit code 1 and the reason', async () => {
        const [port] = await freePorts(1)
        const service = await new Jail(root, config).start({ WAIT_FOR: `127.0.0.1:${port}`, WAIT_TIMEOUT: '1' })
        try {
          expect(await service.exit()).toEqual({ code: 1, signal: null })
          expect(records(service.stderr).at(-1)).toMatchObject({
            level: 'ERROR',
            message: expect.stringContaining(`${port}`),
          })
        } finally {
          await service.kill()
        }
      })
    }
  })

  test.each(flaws)('an image with a flaw is refused: $finding', ({ finding, plant }) => {
    const sound = subjects[0] as Subject
    const { subject, undo } = plant(sound)
    try {
      expect(judgeImage(subject).map((line) => line.split(':')[0])).toContain(finding)
    } finally {
      undo?.()
    }
    expect(judgeImage(sound)).toEqual([])
  })

  test(
    'the same sources give the same program on every base, and so does this machine',
    () => {
      const { project, toolchain } = prepare({ ...(variants[0] as Variant), name: 'here' })
      const variables = { version: settings.VERSION, commit: settings.COMMIT, date: '2026-01-01T00:00:00Z' }
      const link = Object.entries(variables).map(
        ([name, value]) => `-X example.com/orders/internal/buildinfo.${name}=${value}`,
      )
      succeed(
        'go',
        ['build', '-trimpath', '-buildvcs=false', `-ldflags=-s -w ${link.join(' ')}`, '-o', 'bin/', './cmd/orders'],
        {
          cwd: project,
          env: { GOTOOLCHAIN: toolchain, CGO_ENABLED: '0', GOFLAGS: '' },
        },
      )
      const here = succeed('sha256sum', [path.join(project, 'bin/orders')]).slice(0, 64)
      expect([...(programs.get(false) ?? [])]).toEqual([here])
      expect(programs.get(true)?.size).toBe(1)
    },
    5 * minutes,
  )

  test(
    'another architecture is cross-compiled by the same Dockerfile',
    () => {
      const { project, instead } = prepare({
        ...(variants.find(({ standIn }) => standIn === undefined) as Variant),
        name: 'arm64',
      })
      const image = buildah.build(project, { instead, args: { ...settings, TARGETOS: 'linux', TARGETARCH: 'arm64' } })
      const root = buildah.mount(image)
      expect(readElf(path.join(root, 'usr/local/bin/orders'))).toEqual({ machine: 'arm64', dynamic: false })
    },
    5 * minutes,
  )

  test(
    '.dockerignore keeps secrets, history and manifests out of the build context, wherever they lie',
    () => {
      const { project, instead } = prepare({ ...(variants[0] as Variant), name: 'ignored' })
      const secrets = [
        '.env',
        '.env.local',
        '.git/config',
        'credentials/admin-token',
        'tls.key',
        'internal/tls/server.pem',
        'internal/tls/server.key',
        'cmd/orders/.env',
      ]
      for (const file of secrets) {
        fs.mkdirSync(path.dirname(path.join(project, file)), { recursive: true })
        fs.writeFileSync(path.join(project, file), 'secret')
      }
      const sources = path.join(
        buildah.mount(buildah.build(project, { instead, args: settings, target: 'build' })),
        'src',
      )
      const context = filesBelow(sources)
      expect(
        context.filter((file) => /\.env|\.git\/|\.pem$|\.key$|^credentials|^deploy|_test\.go$/.test(file)),
      ).toEqual([])
      expect(run('grep', ['-rlx', 'secret', sources]).stdout).toBe('')
      expect(context).toEqual(expect.arrayContaining(['go.mod', 'cmd/orders/main.go', 'internal/app/run.go']))
    },
    5 * minutes,
  )
})
