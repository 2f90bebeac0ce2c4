import fs from 'node:fs'
import path from 'node:path'
import { type Outcome, programPath, run, succeed } from '../../support/tools.js'
import { toolPath } from '../tools/table.mjs'
import { actionTools, jobImages } from './images.js'
import type { Dialect, Job, Step } from './jobs.js'

/** Programs in the place of those that need a daemon, a cluster, a network or minutes; each keeps to what it is asked. */
const standIns = (
  world: string,
  tools: { kustomize: string; promtool: string; bin: string },
): Record<string, string> => ({
  docker: `
case "$*" in
  'context create '* | 'buildx create '* | login*) cat >/dev/null 2>&1 </dev/null; exit 0 ;;
  'run '*promtool*)
    for volume; do case "$volume" in *:/rules:ro) cd "\${volume%%:*}" ;; esac; done
    while [ "$1" != prom/prometheus:v3.15.0 ]; do shift; done
    shift; exec ${tools.promtool} "$@" ;;
  'buildx build '*)
    [ -f Dockerfile ] || exit 1
    while [ "$#" -gt 0 ]; do
      case "$1" in --tag) tag="$2" ;; --metadata-file) metadata="$2" ;; esac; shift
    done
    [ -z "\${tag-}" ] || touch "${world}/registry/\${tag##*:}"
    [ -z "\${metadata-}" ] || printf '{\\n  "containerimage.digest": "sha256:0af1"\\n}\\n' >"$metadata" ;;
  *) echo "docker: no daemon for $*" >&2; exit 1 ;;
esac`,
  buildctl: `
[ -f Dockerfile ] || exit 1
for word; do
  case "$word" in
    type=image,name=*) tag="\${word#type=image,name=}"; tag="\${tag%%,*}"; touch "${world}/registry/\${tag##*:}" ;;
    metadata.json) printf '{\\n  "containerimage.digest": "sha256:0af1"\\n}\\n' >metadata.json ;;
  esac
done`,
  cosign: `case "$*" in *@sha256:0af1) echo "$*" >>"${world}/signed" ;; *) exit 1 ;; esac`,
  apk: `shift; for name; do case "$name" in -*) ;; *) [ -e "\${0%/*}/$name" ] || ln -s "${tools.bin}/$name" "\${0%/*}/$name" ;; esac; done`,
  gh: `[ -n "$GH_TOKEN" ] && case "$*" in
  */deployment-branch-policies*) cat "${world}/branches" ;;
  *custom_branch_policies*) echo true ;;
  *) cat "${world}/reviewers" ;;
esac`,
  go: `
case "$*" in
  'env GOPATH') echo "${world}/gopath" ;;
  'install sigs.k8s.io/kustomize/'*) mkdir -p "${world}/gopath/bin"; ln -sf ${tools.kustomize} "${world}/gopath/bin/kustomize" ;;
  'run github.com/sigstore/cosign/'*) shift 2; exec "${tools.bin}/cosign" "$@" ;;
  'mod tidy -diff' | 'vet ./...' | 'test -race -shuffle=on ./...') [ -f go.mod ] ;;
  *) echo "go: nothing known of $*" >&2; exit 1 ;;
esac`,
  'golangci-lint': 'command -v go >/dev/null && [ -f .golangci.yml ]',
  kubectl: `case "$1" in kustomize) exec ${tools.kustomize} build "$2" ;; *) exit 1 ;; esac`,
})

/** What the pipeline's server knows, and the job's variables. */
export interface Given {
  readonly commit: string
  readonly rollback?: string
  readonly back?: string
  readonly baseUrl: (environment: string) => string
  readonly secrets?: Readonly<Record<string, string>>
  /** In front of the names of a service's variables. */
  readonly own?: string
}

/** Runs jobs of a pipeline, each in a clone of its own, with a PATH that holds what its image has and no more. */
export class Runner {
  private count = 0
  private readonly bin: string

  constructor(
    readonly world: string,
    readonly origin: string,
    readonly dialect: Dialect,
  ) {
    this.bin = path.join(world, 'stand-ins')
    for (const folder of ['stand-ins', 'registry', 'credentials']) {
      fs.mkdirSync(path.join(world, folder), { recursive: true })
    }
    fs.writeFileSync(path.join(world, 'reviewers'), '1\n')
    fs.writeFileSync(path.join(world, 'branches'), 'branch:main\n')
    fs.writeFileSync(path.join(world, 'credentials/config.json'), '{}')
    const tools = { kustomize: programPath('kustomize'), promtool: programPath('promtool'), bin: this.bin }
    for (const [name, body] of Object.entries(standIns(world, tools))) {
      fs.writeFileSync(path.join(this.bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    }
  }

  /** Runs the steps of a job up to the first that fails, and those that run whatever happened. */
  job({ name, steps }: Job, given: Given): Outcome {
    this.count += 1
    const folder = path.join(this.world, `job-${this.count}`)
    const clone = path.join(folder, 'clone')
    fs.mkdirSync(folder)
    succeed('git', ['clone', '-q', this.origin, clone])
    succeed('git', ['checkout', '-q', given.commit], { cwd: clone })
    let output = ''
    const added: string[] = []
    const done = new Set<string>()
    let failed: Outcome | undefined
    for (const step of steps) {
      if (failed !== undefined && step.always !== true) {
        continue
      }
      if (step.uses !== undefined) {
        output += this.action(step, clone, given, added)
        continue
      }
      if (!(step.condition ?? '').split(' && ').every((one) => holds(one, given, done))) {
        continue
      }
      const status = failed === undefined ? 'success' : 'failed'
      const outcome = run('/usr/bin/env', ['-i', ...this.environment(name, step, folder, given, added, status)], {
        cwd: path.join(clone, step.folder ?? ''),
      })
      output += outcome.output
      if (outcome.code === 0) {
        done.add(step.id ?? '')
      } else {
        failed ??= outcome
      }
    }
    return failed === undefined
      ? { code: 0, stdout: output, stderr: '', output }
      : { ...failed, output: `${name}: ${output}` }
  }

  private environment(
    name: string,
    step: Step,
    folder: string,
    given: Given,
    added: readonly string[],
    status: string,
  ): string[] {
    const environment = given.rollback ?? /(?:to|Promote|Abort) (\S+)/.exec(name)?.[1] ?? ''
    // GitLab's script goes into one shell; every `sh` of Jenkins, and every `run` of GitHub, into one of its own.
    const commands = step.commands.replaceAll(/^git remote set-url.*$/gm, '')
    const values: Record<string, string> = {
      PATH: this.pathOf(step.image, folder, added),
      HOME: folder,
      CLOSE_AFTER: '0',
      GIT_AUTHOR_NAME: 'pipeline',
      GIT_AUTHOR_EMAIL: 'pipeline@example.com',
      GIT_COMMITTER_NAME: 'pipeline',
      GIT_COMMITTER_EMAIL: 'pipeline@example.com',
      ...(this.dialect === 'github'
        ? { GITHUB_REPOSITORY: 'team/orders', GITHUB_OUTPUT: path.join(folder, 'output'), GITHUB_SHA: given.commit }
        : {}),
      ...(this.dialect === 'gitlab'
        ? {
            CI_COMMIT_SHA: given.commit,
            CI_JOB_STATUS: status,
            CI_PROJECT_NAME: 'orders',
            CI_SERVER_HOST: 'gitlab.example.com',
            CI_PROJECT_DIR: path.join(folder, 'clone'),
            REGISTRY_USERNAME: 'pipeline',
            REGISTRY_PASSWORD: 'word',
            BASE_URL: given.baseUrl(environment),
          }
        : {}),
      ...(this.dialect === 'jenkins'
        ? {
            RELEASE: given.commit,
            DECISION: 'promote',
            REGISTRY_CONFIG: path.join(this.world, 'credentials/config.json'),
            COSIGN_KEY: 'key',
            ...Object.fromEntries(
              ['dev', 'staging', 'production'].map((one) => [
                `BASE_URL_${given.own ?? ''}${one.toUpperCase()}`,
                given.baseUrl(one),
              ]),
            ),
          }
        : {}),
      ROLLBACK: given.rollback ?? '',
      ...(this.dialect === 'github' ? {} : { COMMIT: given.back ?? '' }),
      ...Object.fromEntries(
        Object.entries(step.env)
          .filter(() => this.dialect === 'github')
          .map(([key, value]) => [key, evaluate(`${value}`, given, environment)]),
      ),
    }
    const shell = this.dialect === 'jenkins' ? ['sh', '-xe', '-c'] : ['sh', '-e', '-c']
    return [...Object.entries(values).map(([key, value]) => `${key}=${value}`), ...shell, commands]
  }

  /** A folder with the tools of an image, and nothing else. */
  private pathOf(image: string, folder: string, added: readonly string[]): string {
    const known = jobImages.find((one) => one.image.test(image))
    if (known === undefined) {
      throw new Error(`nobody has said what the image ${image} has: test/e2e/pipelines/images.ts`)
    }
    const bin = path.join(folder, `bin-${image.replaceAll(/\W/g, '_')}`)
    fs.mkdirSync(bin, { recursive: true })
    for (const tool of [...known.tools, ...added]) {
      const own = path.join(this.bin, tool)
      const place = fs.existsSync(own) ? own : (toolPath(tool) ?? whereIs(tool))
      if (place !== undefined && !fs.existsSync(path.join(bin, tool))) {
        fs.symlinkSync(place, path.join(bin, tool))
      }
    }
    return bin
  }

  private action(step: Step, clone: string, given: Given, added: string[]): string {
    const [action = ''] = (step.uses ?? '').split('@')
    added.push(...(actionTools[action] ?? []))
    if (action === 'actions/checkout' && step.with?.['ref'] !== undefined) {
      if (step.with['ssh-key'] === undefined) {
        throw new Error('who checks a branch out to push to it needs a key that a ruleset can let through')
      }
      succeed('git', ['checkout', '-q', '-B', step.with['ref'], `origin/${step.with['ref']}`], { cwd: clone })
    }
    const place = { 'docker/build-push-action': 'context', 'golangci/golangci-lint-action': 'working-directory' }[
      action
    ]
    if (place !== undefined && !fs.existsSync(path.join(clone, step.with?.[place] ?? '', 'Dockerfile'))) {
      throw new Error(`${action} looks for the service in ${step.with?.[place]}`)
    }
    if (action === 'docker/build-push-action' && `${step.with?.['push']}` !== 'false') {
      const tag =
        evaluate(step.with?.['tags'] ?? '', given, '')
          .split(':')
          .at(-1) ?? ''
      fs.writeFileSync(path.join(this.world, 'registry', tag), '')
    }
    return ''
  }
}

/** Whether a part of GitHub's condition holds. */
function holds(condition: string, given: Given, done: ReadonlySet<string>): boolean {
  const environment = /^inputs\.environment == '(.*)'$/.exec(condition)?.[1]
  const step = /^steps\.(\w+)\.outcome == 'success'$/.exec(condition)?.[1]
  if (environment !== undefined || step !== undefined) {
    return environment === undefined ? done.has(step ?? '') : environment === given.rollback
  }
  if (condition !== '' && condition !== 'always()') {
    throw new Error(`no value for the condition ${condition}`)
  }
  return true
}

function evaluate(text: string, given: Given, environment: string): string {
  return text.replaceAll(/\$\{\{ (.+?) \}\}/g, (_, expression: string) => {
    const known: Record<string, string> = {
      'github.sha': given.commit,
      'github.token': 'token',
      'inputs.environment': given.rollback ?? '',
      'inputs.commit': given.back ?? '',
      'steps.push.outputs.digest': 'sha256:0af1',
      "secrets.DEPLOY_KEY != ''": given.secrets?.['DEPLOY_KEY'] === '' ? 'false' : 'true',
    }
    const value =
      known[expression] ??
      (expression.startsWith(`vars.${given.own ?? ''}BASE_URL `) ? given.baseUrl(environment) : undefined)
    if (value === undefined) {
      throw new Error(`no value for ${expression}`)
    }
    return value
  })
}

const places = new Map<string, string | undefined>()

function whereIs(tool: string): string | undefined {
  if (!places.has(tool)) {
    const { code, stdout } = run('/bin/bash', ['-c', `type -P ${tool}`])
    places.set(tool, code === 0 ? stdout.trim() : undefined)
  }
  return places.get(tool)
}
