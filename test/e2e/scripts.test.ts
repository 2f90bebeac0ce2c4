import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { generate, recipe, workFolder } from '../support/project.js'
import { describeWith, type Outcome, run, succeed } from '../support/tools.js'

const nothing = '0'.repeat(40)
/** Digits alone, and an exponent: without quotes YAML would read numbers. */
const commits = ['1234567890123456789012345678901234567890', '12e4567890123456789012345678901234567890']

/** The scripts of a generated project, with programs in the place of those that would reach out. */
describeWith(['git'], 'scripts of a generated project', () => {
  const work = workFolder()
  let project: string
  beforeAll(() => {
    project = generate(work, recipe('scripts', '--preset=production', '--rollout-strategy=rolling'))
  })

  /** A folder with a program that runs `body`, to be put first on the PATH. */
  function stub(program: string, body: string): string {
    const folder = fs.mkdtempSync(path.join(work, 'bin-'))
    fs.writeFileSync(path.join(folder, program), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    return `${folder}:${process.env['PATH']}`
  }
  const script = (name: string, args: readonly string[], env: Record<string, string> = {}): Outcome =>
    run('sh', [`scripts/${name}`, ...args], { cwd: project, env })
  const overlay = (environment: string): string =>
    fs.readFileSync(path.join(project, `deploy/overlays/${environment}/kustomization.yaml`), 'utf8')

  describe('set-image.sh', () => {
    test.each(commits)('changes one line of one overlay, to a string: %s', (commit) => {
      const [before, other] = [overlay('staging'), overlay('production')]
      expect(script('set-image.sh', ['staging', commit])).toMatchObject({ code: 0, output: '' })
      const changed = overlay('staging')
        .split('\n')
        .filter((line, at) => line !== before.split('\n')[at])
      expect(changed).toEqual([expect.stringContaining(`newTag: "${commit}" # orders`)])
      expect(parse(overlay('staging')).images[0].newTag).toBe(commit)
      expect(overlay('production')).toBe(other)
    })
    test.each([
      [['staging', 'latest'], 2],
      [['staging', ''], 2],
      // No image has a part of an id for its tag.
      [['staging', '1234567'], 2],
      [['nowhere', commits[0] as string], 2],
      [['staging'], 2],
      [['staging', commits[0] as string, 'other'], 1],
    ])('refuses %j', (args, code) => {
      const before = overlay('staging')
      expect(script('set-image.sh', args).code).toBe(code)
      expect(overlay('staging')).toBe(before)
    })
  })

  describe('credentials.sh', () => {
    /** Says what kubectl was called with, and what came in. */
    const kubectl = () =>
      stub(
        'kubectl',
        'echo "$*" >>calls; case "$*" in *secret*) cat >>input;; "get namespace"*) exit "${NAMESPACE-0}";; esac',
      )
    function credentials(command: string, env: Record<string, string> = {}) {
      for (const file of ['calls', 'input']) {
        fs.rmSync(path.join(project, file), { force: true })
      }
      const outcome = script('credentials.sh', [command, 'staging'], { PATH: kubectl(), ...env })
      const read = (file: string) => fs.readFileSync(path.join(project, file), 'utf8')
      return { outcome, calls: read('calls').trim().split('\n'), input: read('input') }
    }
    test('create: the Secret that the pods mount, with the key that the program reads, random and not in a command line', () => {
      const { outcome, calls, input } = credentials('create')
      expect(outcome).toMatchObject({ code: 0, output: '' })
      expect(calls).toEqual([
        'get namespace orders-staging',
        '-n orders-staging create secret generic orders-credentials --from-file=admin-token=/dev/stdin',
      ])
      expect(input).toMatch(/^[0-9a-f]{64}$/)
      expect(credentials('create').input).not.toBe(input)
    })
    test('create: the namespace too, with its labels, where there is none', () => {
      expect(credentials('create', { NAMESPACE: '1' }).calls[1]).toMatch(
        /^create -f \S*deploy\/overlays\/staging\/namespace\.yaml$/,
      )
    })
    test('rotate: a new value under the same key, then a restart that is waited for', () => {
      const { calls, input } = credentials('rotate')
      expect(calls).toEqual([
        '-n orders-staging patch secret orders-credentials --patch-file=/dev/stdin',
        '-n orders-staging rollout restart deployment/orders',
        expect.stringMatching(/^-n orders-staging rollout status deployment\/orders --timeout=\d+m$/),
      ])
      expect(JSON.parse(input)).toEqual({ stringData: { 'admin-token': expect.stringMatching(/^[0-9a-f]{64}$/) } })
    })
    test('rotate with a Rollout: it is given a time, and has replaced every older pod when the script ends', () => {
      const rollout = generate(work, recipe('rollout', '--rollout-strategy=canary'))
      const { code } = run('sh', ['scripts/credentials.sh', 'rotate', 'staging'], {
        cwd: rollout,
        env: { PATH: stub('kubectl', 'echo "$*" >>calls; case "$*" in *secret*) cat >/dev/null;; esac') },
      })
      const calls = fs.readFileSync(path.join(rollout, 'calls'), 'utf8').trim().split('\n')
      const time = /"restartAt":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"/.exec(calls[1] ?? '')?.[1]
      expect(code).toBe(0)
      expect(calls.slice(1)).toEqual([
        `-n orders-staging patch rollouts.argoproj.io/orders --type=merge -p {"spec":{"restartAt":"${time}"}}`,
        `-n orders-staging wait rollouts.argoproj.io/orders --for=jsonpath={.status.restartedAt}=${time} --timeout=30m`,
        '-n orders-staging wait rollouts.argoproj.io/orders --for=condition=Available --timeout=10m',
      ])
    })
    test('rotate, where running pods read it: a new value under the same key, and nothing restarts', () => {
      const cwd = generate(work, recipe('reread', '--secrets-rotation=reread'))
      const outcome = run('sh', ['scripts/credentials.sh', 'rotate', 'staging'], { cwd, env: { PATH: kubectl() } })
      expect(outcome.code).toBe(0)
      expect(fs.readFileSync(path.join(cwd, 'calls'), 'utf8')).toBe(
        '-n orders-staging patch secret orders-credentials --patch-file=/dev/stdin\n',
      )
    })
    test.each([[['create']], [['delete', 'staging']], [['create', 'nowhere']]])('refuses %j', (args) => {
      expect(script('credentials.sh', args, { PATH: stub('kubectl', 'exit 9') }).code).toBe(2)
    })
  })

  describe('credentials.sh with External Secrets', () => {
    let external: string
    beforeAll(() => {
      external = generate(
        work,
        recipe('external', '--preset=production', '--rollout-strategy=rolling', '--secrets-provider=external-secrets'),
      )
    })
    /** A kubectl whose object is synced anew from the third look on, or never; and a sleep that takes no time. */
    const kubectl = `
echo "$*" >>"$FOLDER/calls"
case "$*" in
  "get namespace"*) exit "\${NAMESPACE-0}" ;;
  *" wait "*) exit "\${WAIT-0}" ;;
  *" get externalsecret "*)
    n=$(($(cat "$FOLDER/looks" 2>/dev/null || echo 0) + 1)); echo "$n" >"$FOLDER/looks"
    [ "$n" -ne "\${FAILS-0}" ] || exit 1
    [ "$n" -lt "\${SYNCED-3}" ] && printf 1-old || printf 1-new ;;
esac`
    function credentials(command: string, env: Record<string, string> = {}) {
      const PATH = stub('kubectl', kubectl)
      const [folder = ''] = PATH.split(':')
      fs.writeFileSync(path.join(folder, 'sleep'), '#!/bin/sh\n', { mode: 0o755 })
      const outcome = run('sh', ['scripts/credentials.sh', command, 'staging'], {
        cwd: external,
        env: { PATH, FOLDER: folder, ...env },
      })
      return { outcome, calls: fs.readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n') }
    }
    const look = '-n orders-staging get externalsecret orders-credentials -o jsonpath={.status.syncedResourceVersion}'

    test('create: applies the one object, in a namespace that is there, and waits for the Secret', () => {
      const { outcome, calls } = credentials('create')
      expect(outcome.code).toBe(0)
      expect(calls).toEqual([
        'get namespace orders-staging',
        expect.stringMatching(/^-n orders-staging apply -f \S*deploy\/overlays\/staging\/externalsecret\.yaml$/),
        expect.stringMatching(
          /^-n orders-staging wait --for=condition=Ready externalsecret\/orders-credentials --timeout=\d+m$/,
        ),
      ])
      expect(credentials('create', { NAMESPACE: '1' }).calls[1]).toMatch(
        /^create -f \S*deploy\/overlays\/staging\/namespace\.yaml$/,
      )
    })
    test('create: says where to look when the Secret does not come', () => {
      const { outcome } = credentials('create', { WAIT: '1' })
      expect(outcome).toMatchObject({
        code: 1,
        output: expect.stringContaining('kubectl -n orders-staging describe externalsecret orders-credentials'),
      })
    })
    test('rotate: has it read again, and restarts only when that is done', () => {
      const { outcome, calls } = credentials('rotate')
      expect(outcome).toMatchObject({ code: 0, output: '' })
      expect(calls).toEqual([
        look,
        expect.stringMatching(
          /^-n orders-staging annotate externalsecret orders-credentials force-sync=\d+ --overwrite$/,
        ),
        look,
        look,
        '-n orders-staging rollout restart deployment/orders',
        expect.stringMatching(/^-n orders-staging rollout status deployment\/orders --timeout=\d+m$/),
      ])
    })
    test.each([
      ['it is not read again', { SYNCED: '1000' }],
      ['kubectl fails', { FAILS: '2' }],
    ])('rotate: restarts nothing, and ends, when %s', (_, env) => {
      const { outcome, calls } = credentials('rotate', env)
      expect(outcome.code).toBe(1)
      expect(calls.filter((call) => call.includes('rollout'))).toEqual([])
    })
    test.each([[['create']], [['rotate', 'staging', 'admin-token']], [['create', 'nowhere']]])('refuses %j', (args) => {
      const env = { PATH: stub('kubectl', 'exit 9') }
      expect(run('sh', ['scripts/credentials.sh', ...args], { cwd: external, env }).code).toBe(2)
    })
  })

  describe('credentials.sh with Sealed Secrets', () => {
    const name = 'orders-credentials'
    let project: string
    const file = () => path.join(project, 'deploy/overlays/staging/sealed-credentials.yaml')
    /** A project of its own each time: the script writes into it. */
    beforeEach(() => {
      fs.rmSync(path.join(work, 'sealed'), { recursive: true, force: true })
      const flags = [
        '--preset=production',
        '--rollout-strategy=rolling',
        '--postgres',
        '--secrets-provider=sealed-secrets',
      ]
      project = generate(work, recipe('sealed', ...flags))
    })
    /** Says what it was given; what it seals has the keys of that, and a word for each value. */
    const kubeseal = `
echo "kubeseal $*" >>"$FOLDER/calls"
tee "$FOLDER/plain" | sed -n 's/^  \\([a-z]*-[a-z]*\\): .*/    \\1: SEALED/p' >"$FOLDER/entries"
[ -z "\${SEALFAILS-}" ] || exit 1
case "$*" in
  *--merge-into*) for into; do :; done; cat "$FOLDER/entries" >>"$into" ;;
  *) printf 'spec:\\n  encryptedData:\\n'; cat "$FOLDER/entries" ;;
esac`
    const kubectl = `
echo "$*" >>"$FOLDER/calls"
case "$*" in "get namespace"*) exit "\${NAMESPACE-0}" ;; *" get sealedsecret "*) printf 7 ;; *" wait "*) exit "\${WAIT-0}" ;; esac`
    function credentials(args: readonly string[], input = '', env: Record<string, string> = {}) {
      const PATH = stub('kubectl', kubectl)
      const [folder = ''] = PATH.split(':')
      fs.writeFileSync(path.join(folder, 'kubeseal'), `#!/bin/sh\n${kubeseal}\n`, { mode: 0o755 })
      const outcome = run('sh', ['scripts/credentials.sh', ...args], {
        cwd: project,
        env: { PATH, FOLDER: folder, ...env },
        input,
      })
      const read = (file: string) => {
        const at = path.join(folder, file)
        return fs.existsSync(at) ? fs.readFileSync(at, 'utf8') : ''
      }
      return { outcome, calls: read('calls').trim().split('\n'), plain: parse(read('plain')) }
    }
    const brought = [
      expect.stringMatching(/^-n orders-staging apply -f \S*deploy\/overlays\/staging\/sealed-credentials\.yaml$/),
      `-n orders-staging get sealedsecret ${name} -o jsonpath={.metadata.generation}`,
      `-n orders-staging wait --for=jsonpath={.status.observedGeneration}=7 sealedsecret/${name} --timeout=2m`,
      `-n orders-staging wait --for=condition=Synced sealedsecret/${name} --timeout=10s`,
    ]

    test('create: seals every value for one namespace and name, into the overlay, and brings it in', () => {
      const { outcome, calls, plain } = credentials(['create', 'staging'], 'secret word\n')
      expect(outcome).toMatchObject({ code: 0, output: expect.stringContaining('Commit ') })
      expect(calls).toEqual(['get namespace orders-staging', 'kubeseal --format yaml --scope strict', ...brought])
      expect(plain).toEqual({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name,
          namespace: 'orders-staging',
          annotations: {
            'sealedsecrets.bitnami.com/skip-set-owner-references': 'true',
            'sealedsecrets.bitnami.com/managed': 'true',
          },
        },
        type: 'Opaque',
        data: {
          'admin-token': expect.stringMatching(/^[A-Za-z0-9+/]{86}==$/),
          'postgres-password': Buffer.from('secret word').toString('base64'),
        },
      })
      expect(parse(fs.readFileSync(file(), 'utf8')).spec.encryptedData).toEqual({
        'admin-token': 'SEALED',
        'postgres-password': 'SEALED',
      })
    })
    test('create: again, seals nothing and brings in what is there', () => {
      credentials(['create', 'staging'], 'word\n')
      const sealed = fs.readFileSync(file(), 'utf8')
      const { outcome, calls } = credentials(['create', 'staging'])
      expect(outcome.code).toBe(0)
      expect(calls).toEqual(['get namespace orders-staging', ...brought])
      expect(fs.readFileSync(file(), 'utf8')).toBe(sealed)
    })
    test.each([
      ['kubeseal fails', 'word\n', { SEALFAILS: '1' }],
      ['a password is missing', '', {}],
    ])('create: leaves the file and the cluster alone when %s', (_, input, env) => {
      const before = fs.readFileSync(file(), 'utf8')
      const { outcome, calls } = credentials(['create', 'staging'], input, env)
      expect(outcome.code).toBe(1)
      expect(calls.filter((call) => call.includes('apply'))).toEqual([])
      expect(fs.readFileSync(file(), 'utf8')).toBe(before)
    })
    test('rotate: seals one new value into the file, and leaves the cluster to Git', () => {
      credentials(['create', 'staging'], 'word\n')
      const token = credentials(['rotate', 'staging'])
      expect(token.outcome).toMatchObject({ code: 0, output: expect.stringContaining('restart staging') })
      expect(token.calls).toEqual([
        expect.stringMatching(/^kubeseal --format yaml --scope strict --merge-into \S*\/sealed-credentials\.yaml$/),
      ])
      expect(Object.keys(token.plain.data)).toEqual(['admin-token'])
      const password = credentials(['rotate', 'staging', 'postgres-password'], 'new word\n')
      expect(password.plain.data).toEqual({ 'postgres-password': Buffer.from('new word').toString('base64') })
    })
    test('restart: brings the file in, then restarts; nothing restarts while the old values are there', () => {
      credentials(['create', 'staging'], 'word\n')
      expect(credentials(['restart', 'staging']).calls).toEqual([
        ...brought,
        '-n orders-staging rollout restart deployment/orders',
        expect.stringMatching(/^-n orders-staging rollout status deployment\/orders --timeout=\d+m$/),
      ])
      const { outcome, calls } = credentials(['restart', 'staging'], '', { WAIT: '1' })
      expect(outcome).toMatchObject({ code: 1, output: expect.stringContaining(`describe sealedsecret ${name}`) })
      expect(calls.filter((call) => call.includes('rollout'))).toEqual([])
    })
    test.each([
      [['create'], 2],
      [['create', 'nowhere'], 2],
      [['restart', 'staging', 'admin-token'], 2],
      [['rotate', 'staging'], 1],
      [['restart', 'staging'], 1],
    ])('refuses %j of a new project', (args, code) => {
      expect(credentials(args).outcome.code).toBe(code)
    })
  })

  describe('smoke.sh', () => {
    const [commit = ''] = commits
    /** A curl that counts its calls, serves the commits of $VERSIONS in turn (the last for good), and has endpoints. */
    const curl = `
for url; do :; done
answer() { printf 'HTTP/1.1 %s\\r\\nx-commit: ${commit}\\r\\n' "$1"; }
case "$url" in
  */version)
    n=$(($(cat "$COUNT" 2>/dev/null || echo 0) + 1)); echo "$n" >"$COUNT"
    set -- $VERSIONS; [ "$n" -gt "$#" ] && n="$#"; shift $((n - 1)); printf '{"version":"v","commit":"%s"}' "$1" ;;
  */v1/greetings*limit=1) answer "\${GREETING-200}" ;;
  */v1/greetings*limit=0) answer 400 ;;
  *) answer "\${OTHER-404}" ;;
esac`
    const smoke = (versions: string, env: Record<string, string> = {}, timeout = '60') => {
      const PATH = stub('curl', curl)
      fs.writeFileSync(path.join(PATH.split(':')[0] as string, 'sleep'), '#!/bin/sh\n', { mode: 0o755 })
      const count = path.join(PATH.split(':')[0] as string, 'count')
      const args = ['http://orders.test/', commit, timeout]
      const { code } = script('smoke.sh', args, { PATH, COUNT: count, VERSIONS: versions, ...env })
      return { code, asked: Number(fs.readFileSync(count, 'utf8')) }
    }
    test('passes once three answers in a row are the commit’s', () => {
      expect(smoke(commit)).toEqual({ code: 0, asked: 3 })
      expect(smoke(`${nothing} ${commit} ${commit} ${nothing} ${commit}`)).toEqual({ code: 0, asked: 7 })
    })
    test('is content with one where two versions answer for good', () => {
      expect(smoke(`${nothing} ${commit}`, { SMOKE_IN_A_ROW: '1' })).toEqual({ code: 0, asked: 2 })
    })
    test('fails when the commit doesn’t come, or only half of it', () => {
      expect(smoke(nothing, {}, '0').code).toBe(1)
      expect(smoke(commit.slice(0, 12), {}, '0').code).toBe(1)
    })
    test('fails when an endpoint doesn’t answer, or every path does', () => {
      expect(smoke(commit, { GREETING: '503' }).code).toBe(1)
      expect(smoke(commit, { OTHER: '200' }).code).toBe(1)
    })
  })

  describe('smoke.sh with tokens', () => {
    const [commit = ''] = commits
    /** A curl that has a gateway behind it: who brings the token, and not in its arguments, is let in. */
    const curl = `
token=''
case "$*" in *secret-token*) echo 'the token is in the list of processes' >&2; exit 99 ;; esac
case "$*" in *'--config -'*) grep -qx 'header = "Authorization: Bearer secret-token"' && token=yes ;; esac
for url; do :; done
[ -n "$token\${OPEN-}" ] || { printf 403; exit 0; }
answer() { printf 'HTTP/1.1 %s\\r\\nx-commit: ${commit}\\r\\n' "$1"; }
case "$url" in
  */version) case "$*" in *http_code*) printf 200 ;; *) printf '{"version":"v","commit":"%s"}' ${commit} ;; esac ;;
  */v1/greetings*limit=1) answer 200 ;;
  */v1/greetings*limit=0) answer 400 ;;
  *) answer 404 ;;
esac`
    let guarded: string
    beforeAll(() => {
      guarded = generate(work, recipe('guarded', '--istio', '--istio-jwt-issuer=https://login.example.com'))
    })
    const smoke = (env: Record<string, string>): Outcome =>
      run('sh', ['scripts/smoke.sh', 'http://orders.test/', commit, '0'], {
        cwd: guarded,
        env: { PATH: stub('curl', curl), ...env },
      })
    test('brings the token, and not as an argument', () => {
      expect(smoke({ SMOKE_TOKEN: 'secret-token' })).toMatchObject({ code: 0, stderr: '' })
    })
    test('fails without one, with another, and when nobody is asked for one', () => {
      expect(smoke({ SMOKE_TOKEN: '' }).stderr).toContain('a token that the service takes')
      expect(smoke({ SMOKE_TOKEN: 'other' }).code).toBe(1)
      expect(smoke({ SMOKE_TOKEN: 'secret-token', OPEN: 'yes' }).stderr).toContain('want 403, got 200')
    })
  })

  describe('the pipeline’s step that sets the image', () => {
    /** A repository with a remote of its own, and two commits after the project. */
    function repository(id: string) {
      const origin = path.join(work, `${id}.git`)
      const cwd = generate(work, recipe(id, '--preset=production', '--rollout-strategy=rolling'))
      const git = (...args: string[]) =>
        succeed('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd }).trim()
      succeed('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin])
      git('init', '--quiet', '--initial-branch=main')
      git('add', '.')
      const heads = ['first', 'second'].map((message) => {
        git('commit', '--quiet', '--allow-empty', `--message=${message}`)
        return git('rev-parse', 'HEAD')
      })
      git('remote', 'add', 'origin', origin)
      git('push', '--quiet', 'origin', 'main')
      const { jobs, on } = parse(fs.readFileSync(path.join(cwd, '.github/workflows/release.yaml'), 'utf8'))
      const set = (environment: string, commit: string): Outcome => {
        const named = ({ name }: { name: string }) => name === 'Write it into the overlay'
        const step = jobs[`deploy-${environment}`].steps.find(named)
        return run('bash', ['-e', '-c', step.run], { cwd, env: { COMMIT: commit } })
      }
      const tag = (environment: string): string =>
        parse(git('show', `origin/main:deploy/overlays/${environment}/kustomization.yaml`)).images[0].newTag
      return { set, tag, git, jobs, on, heads: heads as [string, string] }
    }

    test('pushes the commit to its environment, and development’s; not twice, and no older one over a newer', () => {
      const { set, tag, git, heads } = repository('pipeline')
      const [first, second] = heads
      expect(set('staging', second).code).toBe(0)
      expect([tag('dev'), tag('staging'), tag('production')]).toEqual([second, second, nothing])
      const head = git('rev-parse', 'origin/main')
      expect(set('staging', second).code).toBe(0)
      expect(set('staging', first)).toMatchObject({ code: 1, output: expect.stringContaining('newer') })
      expect(git('rev-parse', 'origin/main')).toBe(head)
      expect(set('production', second).code).toBe(0)
      expect([tag('dev'), tag('staging'), tag('production')]).toEqual([second, second, second])
      expect(git('diff', '--name-only', head, 'origin/main')).toBe('deploy/overlays/production/kustomization.yaml')
    })

    test('jobs come in order, each in its environment with the rights it needs; what they commit starts nothing', () => {
      const { jobs, on } = repository('order')
      expect(on.push).toEqual({ branches: ['main'], 'paths-ignore': expect.arrayContaining(['deploy/overlays/**']) })
      expect(jobs.image).toMatchObject({
        needs: 'test',
        environment: 'registry',
        permissions: { contents: 'read', 'id-token': 'write' },
      })
      expect(jobs['deploy-staging'].needs).toEqual(['image'])
      expect(jobs['deploy-production'].needs).toEqual(['image', 'deploy-staging', 'approval'])
      for (const environment of ['staging', 'production']) {
        const job = jobs[`deploy-${environment}`]
        // The key that it pushes with is the environment's, and not the job's own token.
        expect(job).toMatchObject({ environment, permissions: { contents: 'read' } })
        expect(job.concurrency).toMatchObject({ group: `deploy-${environment}`, 'cancel-in-progress': false })
        const [key, checkout, , smoke] = job.steps
        expect(key.env).toEqual({ HAS_KEY: "${{ secrets.DEPLOY_KEY != '' }}" })
        expect(checkout.with).toEqual({ ref: 'main', 'ssh-key': '${{ secrets.DEPLOY_KEY }}', 'fetch-depth': 0 })
        expect(job.env).toEqual({ COMMIT: '${{ github.sha }}' })
        expect(smoke.run).toMatch(/^sh scripts\/smoke\.sh "\$BASE_URL" "\$COMMIT" \d+$/)
        expect(smoke.env.BASE_URL).toContain(
          environment === 'production' ? "'https://orders." : `https://${environment}.`,
        )
      }
      const push = jobs.image.steps.find(({ id }: { id?: string }) => id === 'push').with
      expect(push.tags).toMatch(/:\$\{\{ github\.sha \}\}$/)
      expect(push['build-args']).toMatch(/^COMMIT=\$\{\{ github\.sha \}\}$/m)
      const sign = jobs.image.steps.at(-1)
      expect(sign.env.IMAGE).toMatch(/@\$\{\{ steps\.push\.outputs\.digest \}\}$/)
      expect(sign.run).toMatch(/^cosign sign /)
    })
  })
})
