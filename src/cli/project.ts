import { type FileSet, fileSet } from '../engine/file-set.js'
import { errorFromFindings, UserError } from '../errors.js'
import { renderProject } from '../features/assemble.js'
import { serviceYaml } from '../features/service-yaml.js'
import { isDependency } from '../golang/go-mod.js'
import { buildModel } from '../model/build.js'
import { checkInvariants } from '../model/invariants.js'
import type { Model } from '../model/types.js'
import { type Layer, type Resolved, resolve } from '../spec/resolve.js'
import { inWords } from '../words.js'
import { english, type Language } from './language.js'
import { tool } from './tool.js'

export interface Project {
  readonly resolved: Resolved
  readonly model: Model
}

/**
 * Layers → spec → model, with every rule checked.
 * @throws UserError with all findings
 */
export function modelOf(layers: readonly Layer[], fallbackName: string | undefined): Project {
  const resolved = resolve(layers, fallbackName)
  if ('findings' in resolved) {
    throw errorFromFindings(resolved.findings, `${resolved.findings.length} answers are wrong`)
  }
  if (isDependency(resolved.spec.module as string)) {
    throw new UserError('module-taken', `module ${resolved.spec.module} is one that the generated service depends on`, {
      hint: 'give --module a path of your own',
    })
  }
  const model = buildModel(resolved.spec, tool)
  const violations = checkInvariants(model)
  if (violations.length > 0) {
    throw errorFromFindings(violations, `${violations.length} rules are violated`)
  }
  return { resolved, model }
}

/** Every file of a project, service.yaml included, but for the generator's own records. */
export function filesOf({ resolved, model }: Project, language: Language, extendsPath?: string): FileSet {
  return inWords(language.words, () => {
    const answers = serviceYaml(resolved, tool.schema, extendsPath)
    // The model that was judged speaks English, as the command line does.
    const spoken = language === english ? model : buildModel(resolved.spec, tool)
    return fileSet([
      ...renderProject(spoken, language),
      { path: 'service.yaml', content: answers, mode: 0o644, policy: 'merge' },
    ])
  })
}
