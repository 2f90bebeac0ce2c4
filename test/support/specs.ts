import { buildModel } from '../../src/model/build.js'
import type { Model } from '../../src/model/types.js'
import { layerOf, type Resolved, resolve } from '../../src/spec/resolve.js'

export const tool = { name: 'create-go-k8s-service', version: '0.0.0-test', schema: 'https://example.com/schema.json' }

/** Resolves answers as flags would give them. @throws Error with the findings */
export function resolved(answers: Readonly<Record<string, unknown>> = {}): Resolved {
  const result = resolve([layerOf('flag', answers, (key) => key)], 'orders')
  if ('findings' in result) {
    throw new Error(result.findings.map(({ code, message }) => `${code}: ${message}`).join('; '))
  }
  return result
}

/** Codes of what is wrong with the answers; empty when nothing is. */
export function findingCodes(answers: Readonly<Record<string, unknown>>): string[] {
  const result = resolve([layerOf('flag', answers, (key) => key)], 'orders')
  return 'findings' in result ? result.findings.map(({ code }) => code) : []
}

export function modelFor(answers: Readonly<Record<string, unknown>> = {}): Model {
  return buildModel(resolved(answers).spec, tool)
}
