import fs from 'node:fs'
import path from 'node:path'
import { english } from '../../src/cli/language.js'
import { chinese } from '../../src/cli/language-zh.js'
import { type FileSet, fileSet } from '../../src/engine/file-set.js'
import type { Finding } from '../../src/errors.js'
import { renderProject } from '../../src/features/assemble.js'
import { serviceYaml } from '../../src/features/service-yaml.js'
import { buildModel } from '../../src/model/build.js'
import { checkInvariants } from '../../src/model/invariants.js'
import { layerOf, type Resolved, resolve } from '../../src/spec/resolve.js'
import { inWords } from '../../src/words.js'
import { tool } from './specs.js'

export type Answers = Readonly<Record<string, unknown>>

/** The spec of some answers, or what is wrong with them: values, combinations and invariants, in that order. */
export function judgeAnswers(answers: Answers): Resolved | { findings: Finding[] } {
  const resolved = resolve([layerOf('flag', answers, (key) => key)], 'orders')
  if ('findings' in resolved) {
    return resolved
  }
  const findings = checkInvariants(buildModel(resolved.spec, tool))
  return findings.length > 0 ? { findings } : resolved
}

/** Every file of a project, in memory. */
export function renderFiles(resolved: Resolved): FileSet {
  const language = resolved.spec.lang === 'zh' ? chinese : english
  return inWords(language.words, () =>
    fileSet([
      ...renderProject(buildModel(resolved.spec, tool), language),
      { path: 'service.yaml', content: serviceYaml(resolved, tool.schema), mode: 0o644, policy: 'merge' },
    ]),
  )
}

/** Writes files below a folder. */
export function writeFiles(folder: string, files: Iterable<{ path: string; content: string; mode?: number }>): void {
  for (const { path: file, content, mode = 0o644 } of files) {
    const target = path.join(folder, file)
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.writeFileSync(target, content, { mode })
  }
}
