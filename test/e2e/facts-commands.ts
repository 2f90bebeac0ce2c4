import fs from 'node:fs'
import path from 'node:path'
import { generatedBy, type Overlay, readYaml } from '../support/manifests.js'
import { filesBelow } from '../support/project.js'
import type { Fact } from './facts-reading.js'

/** The documents that have people type something. */
const documents = ['README.md', 'CONTRIBUTING.md', 'docs/runbook.md']

/** Commands of a document by its text: thousands of overlays are judged with a mistake somewhere, beside the same ones. */
const known = new Map<string, readonly string[]>()

/** Facts about what a document has its reader type. */
export const commandFacts: readonly Fact[] = [
  {
    rule: 'what a command in a document names is there: Applications, scripts, targets of make, namespaces',
    contradictions: contradictionsOf,
  },
]

function contradictionsOf(overlay: Overlay): string[] {
  const targets = new Set([...overlay.read('Makefile').matchAll(/^([a-z][\w-]*):/gm)].map(([, name]) => name))
  const applications = applicationsOf(overlay)
  const namespaces = namespacesOf(overlay)
  const own = [...namespaces].sort((a, b) => a.length - b.length)[0] ?? ''
  return documents
    .filter((document) => overlay.has(document))
    .flatMap((document) => {
      const commands = commandsOf(overlay.read(document))
      const named = (pattern: RegExp) => [
        ...new Set(commands.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name))),
      ]
      const missing = (what: string, names: readonly string[], isThere: (name: string) => boolean) =>
        names.filter((name) => !isThere(name)).map((name) => `${document} names ${what} ${name}, which is not there`)
      return [
        ...missing('the Application', named(/\bargocd app [a-z]+ ([a-z0-9][\w.-]*)/g), (name) =>
          applications.has(name),
        ),
        ...missing('the script', named(/(?:^|[\s`(./])(scripts\/[\w-]+\.sh)/g), (name) => overlay.has(name)),
        ...missing('the target', named(/(?:^ *|&& |; )make (?:-\w+ )*([a-z][\w-]*)/gm), (name) => targets.has(name)),
        ...missing(
          'the namespace',
          named(/ (?:-n|--namespace)[ =]([a-z0-9][a-z0-9-]*)/g).filter(
            (name) => name === own || name.startsWith(`${own}-`),
          ),
          (name) => namespaces.has(name),
        ),
      ]
    })
}

/** What stands in blocks and between backticks. */
function commandsOf(text: string): readonly string[] {
  const blocks = /^ *```(?:sh|bash)\n([\s\S]*?)^ *```$/gm
  const read = () => [
    ...[...text.matchAll(blocks)].map(([, block = '']) => block),
    ...[...text.replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, command = '']) => command),
  ]
  const commands = known.get(text) ?? read()
  known.set(text, commands)
  return commands
}

function namespacesOf(overlay: Overlay): Set<string> {
  const names = fs.readdirSync(path.join(overlay.project, 'deploy/overlays'))
  return new Set(names.map((name) => readYaml(overlay.read(`deploy/overlays/${name}/kustomization.yaml`)).namespace))
}

/** Of Applications and ApplicationSets, of all environments. */
function applicationsOf(overlay: Overlay): Set<string> {
  const folder = path.join(overlay.project, 'deploy/argocd')
  const files = fs.existsSync(folder) ? filesBelow(folder, /^application(set)?-.*\.yaml$/) : []
  return new Set(
    files.flatMap((file) => {
      const object = readYaml(overlay.read(`deploy/argocd/${file}`))
      const list = object.kind === 'ApplicationSet' ? generatedBy(object) : [object]
      return list.map(({ metadata }) => metadata.name as string)
    }),
  )
}
