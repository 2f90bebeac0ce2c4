import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { type Overlay, overlaysOf } from '../support/manifests.js'
import { examples, filesBelow, generate, recipe, workFolder } from '../support/project.js'
import { describeWith } from '../support/tools.js'

/** Ports and names that no default has: a number that is written down instead of asked for stands out. */
const numbers = ['--preset=production', '--http-port=18181', '--http-admin-port=18282']
const odd = [recipe('odd', ...numbers), recipe('odd-calls', ...numbers, '--grpc', '--grpc-port=18383')]

/** What people and other programs read, beside what the service and its manifests say. */
describeWith(['kustomize'], 'documents', () => {
  const work = workFolder()

  describe.each([...examples, ...odd])('$id', (entry) => {
    let project: string
    let overlays: Overlay[]
    let production: Overlay
    let ports: Readonly<Record<string, number>>
    let traffic: readonly string[]
    beforeAll(() => {
      project = generate(work, entry)
      overlays = overlaysOf(project)
      production = overlays.find(({ environment }) => environment === 'production') as Overlay
      const listed: { name: string; containerPort: number }[] =
        production.workloads[0].spec.template.spec.containers[0].ports
      ports = Object.fromEntries(listed.map(({ name, containerPort }) => [name, containerPort]))
      traffic = Object.keys(ports).filter((name) => name !== 'admin')
    })
    const optional = (file: string): string => (fs.existsSync(path.join(project, file)) ? read(file) : '')
    const read = (file: string): string => fs.readFileSync(path.join(project, file), 'utf8')
    /** The value that a row of the README's tables has in its second column. */
    const row = (name: string): string =>
      new RegExp(`^\\| ${name} \\| (.+?) \\|`, 'm').exec(read('README.md'))?.[1] ?? `no row ${name}`

    /** Where the bars of a picture in the README end, in seconds, by their labels. */
    const bars = (title: string): Record<string, number> => {
      const [, code = ''] =
        new RegExp(`^${title}.*\\n\\n\`\`\`mermaid\\n([\\s\\S]*?)\`\`\``, 'm').exec(read('README.md')) ?? []
      return Object.fromEntries(
        [...code.matchAll(/^ {2}(.+), [\d.]+ to [\d.]+ s :(?:crit, )?\d+, (\d+)$/gm)].map(([, label = '', end]) => [
          label,
          Number(end) / 1000,
        ]),
      )
    }

    test('the pictures in the README have the times of the manifests and of the program', () => {
      const pod = production.workloads[0].spec.template.spec
      const [{ startupProbe, lifecycle }] = pod.containers
      const down = bars('Shutdown against the grace period')
      expect(down['grace period, then SIGKILL']).toBe(pod.terminationGracePeriodSeconds)
      expect(down['preStop sleep, still serving']).toBe(lifecycle.preStop.sleep.seconds)
      expect(Math.max(...Object.values(down))).toBe(pod.terminationGracePeriodSeconds)
      expect(bars('Start-up against the probes')['startup probe gives up']).toBe(
        startupProbe.periodSeconds * startupProbe.failureThreshold,
      )
      const asked = bars('A request’s time-outs')
      for (const { spec: route } of production.all('VirtualService')) {
        expect(`${asked['route, then 504']}s`).toBe(route.http[0].timeout)
        expect(`${asked['first try']}s`).toBe(route.http[0].retries.perTryTimeout)
      }
      const [, handler] =
        /default(?:HTTP|GRPC)Timeout\s*=\s*(\d+) \* time\.Second/.exec(
          ['defaults', 'grpc'].map((file) => optional(`internal/config/${file}.go`)).join(''),
        ) ?? []
      expect(asked['handler']).toBe(Number(handler))
    })

    test('the README has the numbers of the manifests', () => {
      const { spec } = production.workloads[0]
      const pod = spec.template.spec
      const [{ resources, env, startupProbe, livenessProbe, readinessProbe }] = pod.containers
      const times = ({ periodSeconds, failureThreshold }: { periodSeconds: number; failureThreshold: number }) =>
        `${periodSeconds * failureThreshold} s`
      expect(row('terminationGracePeriodSeconds')).toBe(`${pod.terminationGracePeriodSeconds} s`)
      expect(row('startup budget')).toBe(times(startupProbe))
      expect(row('time to restart')).toBe(times(livenessProbe))
      expect(row('time to leave the Service')).toBe(times(readinessProbe))
      expect(row('minReadySeconds')).toBe(`${spec.minReadySeconds} s`)
      expect(row('GOMEMLIMIT')).toBe(env.find(({ name }: { name: string }) => name === 'GOMEMLIMIT').value)
      expect(row('ephemeral-storage limit')).toBe(resources.limits['ephemeral-storage'])
      for (const { metadata, spec: route } of production.all('VirtualService')) {
        expect([metadata.name, row('VirtualService timeout')]).toEqual([metadata.name, route.http[0].timeout])
        expect(row('perTryTimeout')).toBe(route.http[0].retries.perTryTimeout)
      }
      for (const [probe, name] of [
        [startupProbe, 'startup'],
        [livenessProbe, 'liveness'],
        [readinessProbe, 'readiness'],
      ]) {
        expect(row(name)).toBe(probe.grpc ? `\`"${probe.grpc.service}"\`` : `\`${probe.httpGet.path}\``)
      }
    })

    test('the README names the ports, the Secret and each environment as they are', () => {
      const readme = read('README.md')
      const asked = [...readme.matchAll(/localhost:(\d+)/g)].map(([, port]) => Number(port))
      expect(new Set(asked)).toEqual(new Set(Object.values(ports)))
      expect(readme).toContain(
        ports['http'] === undefined
          ? `All of them are asked over gRPC, on port ${ports['grpc']}`
          : `All of them are on port ${ports['admin']}.`,
      )
      const sentences = traffic.map((name) => `Port ${ports[name]} is for ${name === 'grpc' ? 'gRPC' : 'traffic'}. `)
      expect(readme).toContain(`${sentences.join('')}Port ${ports['admin']} is for`)
      expect(readme).toContain(`\`${parse(read('deploy/secrets/credentials.example.yaml')).metadata.name}\``)
      for (const { environment, objects, workloads, namespace: within } of overlays) {
        const namespace = within.metadata.name
        const scaler = objects.find(({ kind }) => /^(HorizontalPodAutoscaler|ScaledObject)$/.test(kind))?.spec
        const least = scaler?.minReplicas ?? scaler?.minReplicaCount
        const replicas = scaler
          ? `${least} to ${scaler.maxReplicas ?? scaler.maxReplicaCount}`
          : `${workloads[0].spec.replicas}`
        // Where there are regions, production is what they have in common.
        const isRegion = environment.startsWith('production-')
        if (isRegion || !overlays.some((other) => other.environment.startsWith(`${environment}-`))) {
          const title = isRegion ? environment.replace('-', ', ') : environment
          expect(readme).toContain(`| ${title} | \`${namespace}\` | ${replicas} |`)
        }
      }
    })

    test('openapi.yaml has the routes, the port and the limits of the Go sources, and no other', () => {
      expect(fs.existsSync(path.join(project, 'api/openapi.yaml'))).toBe(traffic.includes('http'))
      if (!traffic.includes('http')) {
        return
      }
      const api = parse(read('api/openapi.yaml'))
      const sources = filesBelow(project, /^internal\/(app|greeting)\/[^_]+\.go$/)
        .map(read)
        .join('\n')
      const routes = [...sources.matchAll(/mux\.Handle(?:Func)?\("([A-Z]+) (\/\S+)"/g)].map(
        ([, verb, at]) => `${verb} ${at}`,
      )
      const described = Object.entries<object>(api.paths).flatMap(([at, item]) =>
        Object.keys(item).map((verb) => `${verb.toUpperCase()} ${at}`),
      )
      expect(described.sort()).toEqual(routes.sort())
      expect(api.servers.map(({ url }: { url: string }) => url)).toEqual([`http://localhost:${ports['http']}`])
      const { name } = api.components.requestBodies.Name.content['application/json'].schema.properties
      expect(name.maxLength).toBe(Number(/maxName = (\d+)/.exec(sources)?.[1]))
      const middleware = read('internal/httpserver/middleware.go')
      const id = api.components.parameters.RequestId
      expect(id.name).toBe(/requestIDHeader = "(.+)"/.exec(middleware)?.[1])
      expect(id.schema.pattern).toContain(`{1,${/maxRequestID = (\d+)/.exec(middleware)?.[1]}}`)
      const tags = (file: string): string[] =>
        [...read(file).matchAll(/`json:"(\w+)[",]/g)].map(([, tag]) => tag as string)
      const { Problem, Greeting } = api.components.schemas
      expect(new Set(tags('internal/httpserver/problem.go'))).toEqual(
        new Set([...Object.keys(Problem.properties), ...Object.keys(Problem.properties.errors.items.properties)]),
      )
      expect(tags('internal/greeting/greeting.go')).toEqual(Object.keys(Greeting.properties))
    })

    test('.env.example has settings that the program reads, and the ports are its own', () => {
      const fields = filesBelow(project, /^internal\/config\/[^_]+\.go$/)
        .map(read)
        .join('\n')
      const lines = [...read('.env.example').matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)]
      const known = new Set([...fields.matchAll(/Env: +"(.+)"/g)].map(([, name]) => name))
      expect(lines.length).toBeGreaterThan(3)
      expect(
        lines.map(([, name = '']) => name).filter((name) => !known.has(name) && !/^(CREDENTIALS_DIR|OTEL_)/.test(name)),
      ).toEqual([])
      const given = new Map(lines.map(([, name, value]) => [name, value]))
      for (const [name, port] of Object.entries(ports)) {
        expect([name, given.get(`${name.toUpperCase()}_PORT`)]).toEqual([name, `${port}`])
      }
      expect(given.get('LOG_LEVEL')).toBe('debug')
    })

    test('a variable is its key in capitals, and the admin port lets Prometheus give up first', () => {
      const sources = filesBelow(project, /^internal\/config\/[^_]+\.go$/)
        .map(read)
        .join('\n')
      const fields = [...sources.matchAll(/Key: +"([\w.]+)",\n\s+Env: +"(\w+)"/g)]
      expect(fields.length).toBeGreaterThan(10)
      for (const [, key = '', variable] of fields) {
        expect(variable).toBe(key.replace(/\.|(?=[A-Z])/g, '_').toUpperCase())
      }
      const write = Number(/writeTimeout = (\d+) \* time\.Second/.exec(read('internal/admin/admin.go'))?.[1])
      for (const { spec } of production.all('ServiceMonitor')) {
        expect(write).toBeGreaterThan(Number.parseInt(spec.endpoints[0].scrapeTimeout, 10))
      }
    })

    test('durations go where they belong: the compiler doesn’t tell one from another', () => {
      const components = read('internal/app/components.go')
      expect(components).toContain('health.New(cfg.Health.CheckTimeout, cfg.Health.CheckCache, ')
      if (traffic.includes('http')) {
        expect(components).toContain('httpserver.Timeout(cfg.HTTP.Timeout)')
        expect(components).toContain('httpserver.BodyLimit(cfg.HTTP.MaxBodyBytes)')
      }
      if (traffic.includes('grpc')) {
        const server = read('internal/grpcserver/server.go')
        expect(components).toMatch(/Config: +cfg\.GRPC,\n\s+Grace: +cfg\.Shutdown\.Timeout,/)
        expect(server).toMatch(/MaxConnectionIdle: +o\.Config\.IdleTimeout,/)
        expect(server).toMatch(/MaxConnectionAge: +o\.Config\.MaxConnectionAge,/)
        expect(server).toMatch(/MaxConnectionAgeGrace: +o\.Grace,/)
      }
    })

    test('neither git nor the image gets local settings, secrets or what was built', () => {
      const lines = (file: string) => read(file).split('\n')
      expect(lines('.gitignore')).toEqual(expect.arrayContaining(['/bin/', '.env', '/credentials/', '!.env.example']))
      expect(lines('.dockerignore')).toEqual(
        expect.arrayContaining(['.git', '**/.env', '**/*.key', '**/*.pem', 'credentials', 'bin']),
      )
    })

    test('dependabot looks after the modules, the base images and the actions', () => {
      const file = '.github/dependabot.yml'
      // It is GitHub's: where the pipeline is somebody else's, so is this.
      expect(fs.existsSync(path.join(project, file))).toBe(fs.existsSync(path.join(project, '.github/workflows')))
      if (fs.existsSync(path.join(project, file))) {
        const { updates } = parse(read(file)) as { updates: Record<string, string>[] }
        expect(updates.map((update) => `${update['package-ecosystem']} ${update['directory']}`)).toEqual([
          'gomod /',
          'docker /',
          'github-actions /',
        ])
      }
    })
  })
})
