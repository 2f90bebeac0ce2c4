import { describe, expect, test } from '@jest/globals'
import type { Resolved } from '../../../src/spec/resolve.js'
import { type Answers, judgeAnswers, renderFiles } from '../../support/render.js'

/** Names that nobody would write by habit. */
const environments = ['bench', 'trial', 'live']

const projects: Readonly<Record<string, Answers>> = {
  'a Deployment': { preset: 'standard', 'alerts.enabled': true },
  'a canary': { preset: 'production' },
  'blue and green by a controller': { preset: 'production', 'rollout.strategy': 'blue-green' },
  'blue and green by a script': { preset: 'production', 'rollout.strategy': 'blue-green', 'rollout.engine': 'none' },
  'a StatefulSet': { 'workload.kind': 'statefulset', 'postgres.enabled': true },
  'two versions': { preset: 'production', 'rollout.strategy': 'rolling', 'rollout.weights': [80, 20] },
  'sealed Secrets': { preset: 'production', 'secrets.provider': 'sealed-secrets' },
}

/** What names an environment in a command or a path, after what stands before it. */
const named =
  /(?:scripts\/(?:promote\.sh (?:--(?:back|show|close) |--past \S+ )?|set-image\.sh |unstick\.sh |blue-green\.sh (?:status|check|switch|rollback) |credentials\.sh (?:create|rotate|restart) )|deploy\/overlays\/)([\w-]+)/g

describe('commands and paths of the documents', () => {
  test.each(Object.entries(projects))('%s: name environments that there are', (_, answers) => {
    const resolved = judgeAnswers({ name: 'orders', ...answers, 'delivery.environments': environments }) as Resolved
    const documents = renderFiles(resolved).filter(({ path }) => /\.md$/.test(path))
    const found = documents.flatMap(({ path, content }) =>
      // In capitals it stands for one.
      [...content.matchAll(named)].flatMap(([command, name = '']) =>
        /^[A-Z]/.test(name) ? [] : [{ path, command, name }],
      ),
    )
    expect(found.length).toBeGreaterThan(1)
    expect(found.filter(({ name }) => !environments.includes(name))).toEqual([])
  })
})
