// @ts-check
// A cluster that follows a bare repository as Argo CD and Argo Rollouts do, before the real program: one for each commit.
// URLs are /ENVIRONMENT/PATH. Started with a JSON document: { origin, folder, header, prefix, name }: the last two of a service
// in a folder of the repository.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'

const { origin, folder, header, prefix = '', name = 'orders' } = JSON.parse(process.argv[2] ?? '')
const never = '0'.repeat(40)
/** @type {Record<string, { stable?: string, canary?: string, weight: number, since: number }>} */
const states = {}

/** @param {string} environment */
function look(environment) {
  const overlay = execFileSync(
    'git',
    ['-C', origin, 'show', `main:${prefix}deploy/overlays/${environment}/kustomization.yaml`],
    { encoding: 'utf8' },
  )
  const commit = new RegExp(`newTag: "(.*)" # ${name}$`, 'm').exec(overlay)?.[1] ?? never
  const gate = /components\/(.*) # gate$/m.exec(overlay)?.[1]
  states[environment] ??= { weight: 0, since: 0 }
  const state = states[environment]
  if (state.stable === undefined || gate === undefined || commit === state.stable) {
    // The first release, a rolling update, and a way back to what serves.
    Object.assign(state, { stable: commit === never ? undefined : commit, canary: undefined, weight: 0 })
  } else {
    if (state.canary !== commit) {
      Object.assign(state, { canary: commit, weight: 10, since: Date.now() })
    }
    if (/-past-50$/.test(gate) || (/-past-/.test(gate) && state.weight === 50 && Date.now() - state.since > 1500)) {
      Object.assign(state, { stable: commit, canary: undefined, weight: 0 })
    } else if (/-past-10$/.test(gate) && state.weight === 10) {
      Object.assign(state, { weight: 50, since: Date.now() })
    }
  }
  return state
}

let looked = 0
/** @type {Record<string, ReturnType<typeof look>>} */
let seen = {}
const server = http.createServer((request, response) => {
  const [, environment = '', rest = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url ?? '') ?? []
  if (Date.now() - looked > 100) {
    seen = {}
    looked = Date.now()
  }
  seen[environment] ??= look(environment)
  const { stable, canary, weight } = seen[environment]
  const asked = header && request.headers['x-version'] === 'canary'
  const commit = canary !== undefined && (asked || Math.random() * 100 < weight) ? canary : stable
  const { ports, broken } = JSON.parse(fs.readFileSync(`${folder}/world.json`, 'utf8'))
  if (commit === undefined || ports[commit] === undefined) {
    response.writeHead(503).end()
    return
  }
  if (broken.includes(commit) && rest.startsWith('/v1/')) {
    response.writeHead(500, { 'x-commit': commit }).end()
    return
  }
  const upstream = http.request({ port: ports[commit], path: rest, method: request.method }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  upstream.on('error', () => response.writeHead(502).end())
  request.pipe(upstream)
})
server.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(`${folder}/port`, `${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`)
})
