import path from 'node:path'
import { flagOf, wordsOf } from '../../spec/flags.js'
import { type Layer, layerOf, merge } from '../../spec/resolve.js'
import { keys, type Spec } from '../../spec/table.js'
import type { Prepared } from '../prepare.js'
import { positional, quoted } from '../shell.js'

/** What was on the command line, besides answers, that the tree depends on. */
export interface Invocation {
  readonly cwd: string | undefined
  /** The file of --config and its layers; only when it extends another, which flags cannot say. */
  readonly config: { readonly file: string; readonly layers: readonly Layer[] } | undefined
  readonly git: boolean
}

/** Words that reproduce a project: one command line, and its service.yaml without the comments. */
export function reproduction({ dir, root, project, files }: Prepared, invocation: Invocation): string {
  const yaml = files.find((file) => file.path === 'service.yaml')?.content ?? ''
  const lines = yaml.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
  return [
    '',
    'The same again, without questions:',
    indent(commandOf(dir, root, project.resolved.spec, invocation)),
    '',
    `or with --config ${quoted(path.join(dir, 'service.yaml'))}, which says:`,
    ...lines.map(indent),
    '',
  ].join('\n')
}

/** The command line, quoted for a POSIX shell, broken before a flag where it gets long. */
export function commandOf(dir: string, root: string, spec: Spec, { cwd, config, git }: Invocation): string {
  const words = [
    ...(cwd === undefined ? [] : [`-C ${quoted(cwd)}`]),
    quoted(positional(dir)),
    ...(config === undefined ? [] : [`--config ${quoted(config.file)}`]),
    ...flagsOf(spec, path.basename(root), config?.layers ?? []),
    '--yes', // in a terminal it would ask again
    ...(git ? ['--git'] : []),
  ]
  return words.reduce(
    ({ text, column }, word) =>
      column + word.length > 74
        ? { text: `${text} \\\n    ${word}`, column: 4 + word.length }
        : { text: `${text} ${word}`, column: column + 1 + word.length },
    { text: 'npx create-go-k8s-service', column: 25 },
  ).text
}

/** A flag, quoted, for each answer that the folder's name and the preset do not imply. */
function flagsOf(spec: Spec, folder: string, layers: readonly Layer[]): string[] {
  const { name, preset } = spec
  const bare = merge(layers, folder).spec
  const implied = merge([...layers, layerOf('flag', { name, preset }, flagOf)], folder).spec
  return keys
    .filter((key) => {
      const without = key === 'name' || key === 'preset' ? bare[key] : implied[key]
      return spec[key] !== undefined && JSON.stringify(spec[key]) !== JSON.stringify(without)
    })
    .flatMap((key) => pairs(wordsOf(key, spec[key])))
}

/** `--flag value`, or `--flag=value` where the value would be taken for a flag or for nothing. */
function pairs(words: readonly string[]): string[] {
  const list: string[] = []
  for (let at = 0; at < words.length; at += 2) {
    const [flag = '', value] = words.slice(at, at + 2)
    const joined = value === '' || value?.startsWith('-')
    list.push(value === undefined ? flag : joined ? quoted(`${flag}=${value}`) : `${flag} ${quoted(value)}`)
  }
  return list
}

function indent(line: string): string {
  return `  ${line}`
}
