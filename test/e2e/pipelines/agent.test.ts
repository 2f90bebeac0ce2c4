import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import type { Manifest } from '../../support/manifests.js'
import { generate, recipe, workFolder } from '../../support/project.js'

/** The users as whom the servers of images work, and the document that says so. */
const users: readonly { image: RegExp; users: readonly number[] | 'any'; source: string }[] = [
  {
    image: /^postgres:[\d.]+-alpine$/,
    users: [70],
    source: 'docker-library/docs, postgres: "use the Debian variants (not the Alpine variants)" for arbitrary users',
  },
  { image: /^mysql:/, users: [999], source: 'docker-library/mysql, Dockerfile.oracle: useradd --uid 999 mysql' },
  {
    image: /^redis:[\d.]+-alpine$/,
    users: [999],
    source:
      'docker-library/redis, alpine/Dockerfile: adduser -u 999 redis; chown redis:redis /data, the folder of snapshots',
  },
  {
    image: /^nats:[\d.]+-alpine$/,
    users: 'any',
    source: 'nats-io/nats-docker, alpine: exec of the program, data in /tmp here',
  },
  {
    image: /^apache\/kafka:/,
    users: [1000],
    source: 'apache/kafka, docker/jvm/Dockerfile: adduser appuser -u 1000, USER appuser',
  },
  {
    image: /^hashicorp\/consul:/,
    users: [100],
    source:
      'hashicorp/consul, Dockerfile: adduser -S consul; docker-entrypoint.sh: su-exec unless CONSUL_DISABLE_PERM_MGMT',
  },
  {
    image: /^nacos\/nacos-server:/,
    users: [0],
    source: 'nacos-group/nacos-docker, build: no USER; logs, data and server.tomcat.basedir=file:. below /home/nacos',
  },
]

const bytes = (text: string): number => {
  const [, number, unit = ''] = /^(\d+)(m|g|Mi|Gi)$/i.exec(text) ?? []
  return Number(number) * (unit.toLowerCase().startsWith('g') ? 1024 : 1)
}

describe('the pod of a Jenkins agent', () => {
  const work = workFolder()
  const sets = {
    sql: ['--postgres', '--redis', '--kafka', '--config-source=consul'],
    other: ['--mysql', '--nats', '--config-source=nacos'],
  }
  const seen = new Set<string>()

  test.each(Object.entries(sets))(
    '%s: each server runs as somebody whom its image is made for, in the memory that it has',
    (id, flags) => {
      const project = generate(work, recipe(id, '--delivery-ci=jenkins', ...flags))
      const text = fs.readFileSync(path.join(project, 'ci/agent.yaml'), 'utf8')
      const [pod] = parseAllDocuments(text).map((document) => document.toJS() as Manifest)
      for (const { name, image, env = [], securityContext = {}, resources } of pod?.spec.containers ?? []) {
        const known = users.find((one) => one.image.test(image))
        if (known !== undefined) {
          seen.add(name)
          const user = securityContext.runAsUser ?? pod?.spec.securityContext.runAsUser
          expect({ name, user, fits: known.users === 'any' || known.users.includes(user) }).toEqual({
            name,
            user,
            fits: true,
          })
          const nonRoot = securityContext.runAsNonRoot ?? pod?.spec.securityContext.runAsNonRoot
          expect({ name, nonRoot }).toEqual({ name, nonRoot: user !== 0 })
          const value = (variable: string) => env.find((one: Manifest) => one.name === variable)?.value
          if (image.startsWith('nacos/')) {
            // What Java has beside its heap is as much again.
            expect(bytes(value('JVM_XMX')) * 2).toBeLessThanOrEqual(bytes(resources.limits.memory))
            expect(bytes(value('JVM_XMS'))).toBeLessThanOrEqual(bytes(value('JVM_XMX')))
            expect(bytes(value('JVM_XMN'))).toBeLessThan(bytes(value('JVM_XMS')))
          }
          if (image.startsWith('hashicorp/consul')) {
            expect(value('CONSUL_DISABLE_PERM_MGMT')).toBe('true')
          }
        } else if (!['go', 'golangci-lint', 'promtool', 'buildkit'].includes(name)) {
          throw new Error(`nobody has said as whom ${image} works`)
        }
      }
    },
  )
  test('they are all of them', () => {
    expect([...seen].sort()).toEqual(['consul', 'kafka', 'mysql', 'nacos', 'nats', 'postgres', 'redis'])
  })
})
