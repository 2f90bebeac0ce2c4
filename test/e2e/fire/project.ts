import fs from 'node:fs'
import path from 'node:path'
import { generate, recipe } from '../../support/project.js'
import { succeed } from '../../support/tools.js'

/** Generates a project, and adds routes and a check to it where its comments say that they belong. */
export function plantedProject(
  work: string,
  { plant = 'plant.go.txt', flags = [] }: { plant?: string; flags?: readonly string[] } = {},
): string {
  const project = generate(work, recipe('planted', ...flags))
  const components = path.join(project, 'internal/app/components.go')
  const line = '\tregisterVersion(mux)\n'
  const before = fs.readFileSync(components, 'utf8')
  if (!before.includes(line)) {
    throw new Error(`${components} has no line to plant at`)
  }
  fs.writeFileSync(components, before.replace(line, `${line}\tplant(mux, checks)\n`))
  fs.copyFileSync(path.resolve('test/e2e/fire', plant), path.join(project, 'internal/app/plant.go'))
  return project
}

export function buildProgram(project: string, output: string, ...flags: string[]): string {
  const target = path.join(project, 'bin', output)
  succeed('go', ['build', '-trimpath', ...flags, '-o', target, './cmd/orders'], {
    cwd: project,
    env: { CGO_ENABLED: flags.includes('-race') ? '1' : '0' },
  })
  return target
}
