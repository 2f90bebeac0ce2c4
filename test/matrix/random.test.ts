import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseAllDocuments } from 'yaml'
import type { FileSet, OutputFile } from '../../src/engine/file-set.js'
import { serviceYaml } from '../../src/features/service-yaml.js'
import { readDocument } from '../../src/spec/document.js'
import { type Resolved, resolve } from '../../src/spec/resolve.js'
import { workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { type Answers, judgeAnswers, renderFiles, writeFiles } from '../support/render.js'
import { tool } from '../support/specs.js'
import { describeWith, run } from '../support/tools.js'
import { soundAnswers } from './specs.js'

const seed = Number(process.env['MATRIX_SEED'] ?? Date.now() % 2 ** 31)
const everything = process.env['REQUIRE_ALL_TIERS'] === '1'
const runs = Number(process.env['MATRIX_RUNS'] ?? (everything ? 10_000 : 150))
const replay = `replay: MATRIX_SEED=${seed} MATRIX_RUNS=${runs} npm test -- test/matrix`

/** For many runs: ten thousand take minutes, and a nightly may want more. */
const patience = 3600_000

/** Files that were judged already: most of a project's are those of another one, byte for byte. */
const judged = new Set<string>()

/** Go files and scripts of all specs, each content once, for the tools that start slowly. */
const seen = new Map<string, { readonly file: OutputFile; readonly answers: Answers }>()

function holds(tool: string, property: (answers: Answers) => void): void {
  const outcome = fc.check(fc.property(soundAnswers, property), { seed, numRuns: runs })
  record({
    group: 'random specs',
    tool,
    version: fc.__version,
    subject: 'random specs',
    unit: 'specs',
    judged: runs,
    findings: outcome.failed ? [JSON.stringify(outcome.counterexample)] : [],
  })
  if (outcome.failed) {
    throw new Error(`${fc.defaultReportMessage(outcome)}\n\n${String(outcome.errorInstance)}\n\n${replay}`)
  }
}

test(
  'random specs render, and every file is what its name says',
  () => {
    holds('fast-check, every file', (answers) => {
      const resolved = judgeAnswers(answers) as Resolved
      const files = renderFiles(resolved)
      for (const file of files) {
        const digest = createHash('sha256').update(file.path).update('\0').update(file.content).digest('hex')
        if (!judged.has(digest)) {
          checkText(file, answers)
          checkFormat(file)
          judged.add(digest)
          if (/\.(go|sh)$/.test(file.path)) {
            seen.set(createHash('sha256').update(file.content).digest('hex'), { file, answers })
          }
        }
      }
      expectSame(bytes(renderFiles(resolved)), bytes(files))
      expectSame(shape(renderFiles(withPlainWords(answers))), shape(files))
    })
  },
  patience,
)

test(
  'service.yaml reads back as the same spec and prints the same bytes',
  () => {
    holds('fast-check, service.yaml', (answers) => {
      const first = judgeAnswers(answers) as Resolved
      const text = serviceYaml(first, tool.schema)
      const second = resolve([readDocument(text, 'service.yaml', 'service.yaml').layer], undefined)
      if ('findings' in second) {
        throw new Error(JSON.stringify(second.findings))
      }
      expect(second.spec).toEqual(first.spec)
      expect(serviceYaml(second, tool.schema)).toBe(text)
    })
  },
  patience,
)

describeWith(['gofmt'], 'Go files of the random specs', () => {
  const work = workFolder()
  test('parse, and gofmt has nothing to change', () => {
    reportBad('gofmt', ['-l', '.'], /\.go$/, work)
  })
})

describeWith(['dash'], 'scripts of the random specs', () => {
  const work = workFolder()
  test('parse', () => {
    const check = 'for file in *.sh; do dash -n "$file" 2>/dev/null || echo "$file"; done'
    reportBad('dash', ['-c', check], /\.sh$/, work)
  })
})

/** Runs a checker that prints the files it rejects over all that was seen. */
function reportBad(program: string, args: readonly string[], pattern: RegExp, folder: string): void {
  const entries = [...seen].filter(([, { file }]) => pattern.test(file.path))
  expect(entries.length).toBeGreaterThan(0)
  const named = entries.map(([hash, { file }]) => ({
    path: `${hash}${pattern.exec(file.path)?.[0]}`,
    content: file.content,
  }))
  writeFiles(folder, named)
  const { output } = run(program, args, { cwd: folder })
  const bad = entries.filter(([hash]) => output.includes(hash))
  if (bad.length > 0 || output !== '') {
    const list = bad.map(([, { file, answers }]) => `${file.path} of ${JSON.stringify(answers)}`)
    throw new Error(`${[...list, output].join('\n')}\n\n${replay}`)
  }
}

/** What a template leaves where a value is missing. */
const holes = /\{\{[^{}"]*\}\}|\bundefined\b|\[object Object\]|(?<!math\.)\bNaN\b/

function checkText({ path, content }: OutputFile, answers: Answers): void {
  const lines = content.split('\n')
  const faults = [
    ...(content.includes('\r') ? ['has a carriage return'] : []),
    ...(content.endsWith('\n') && !content.endsWith('\n\n') ? [] : ['does not end in one line feed']),
    ...lines.filter((line) => /[ \t]$/.test(line)).map((line) => `has blanks at the end of ${JSON.stringify(line)}`),
    ...(/\n\n\n/.test(content) ? ['has two empty lines in a row'] : []),
    // The user's own words may be any of these.
    ...(holes.test(JSON.stringify(answers)) ? [] : lines.filter((line) => holes.test(line.replaceAll('${{', '$')))).map(
      (line) => `has a hole in ${JSON.stringify(line)}`,
    ),
  ]
  if (faults.length > 0) {
    expect(faults.map((fault) => `${path} ${fault}`)).toEqual([])
  }
}

function checkFormat({ path, content }: OutputFile): void {
  if (/\.json$/.test(path)) {
    JSON.parse(content)
  }
  if (/\.ya?ml$/.test(path)) {
    const [as12, as11] = (['1.2', '1.1'] as const).map((version) => readYaml(path, content, version))
    // GitHub's `on:` is true in YAML 1.1; every reader of workflows knows.
    if (!path.startsWith('.github/')) {
      if (JSON.stringify(as11) !== JSON.stringify(as12)) {
        expect(as11).toEqual(as12)
      }
    }
  }
}

function readYaml(path: string, content: string, version: '1.1' | '1.2'): unknown[] {
  // A file mode is octal in YAML 1.1, which is what Kubernetes reads.
  const text = content.replace(/^( *defaultMode: )0(\d+)$/gm, '$1$2')
  return parseAllDocuments(text, { version, uniqueKeys: true, logLevel: 'silent' }).map((document) => {
    const messages = [...document.errors, ...document.warnings].map(({ message }) => message)
    if (messages.length > 0) {
      expect([path, messages]).toEqual([path, []])
    }
    return document.toJS()
  })
}

/** The user's own words replaced by plain ones: whatever they are, they must not change a line more than their own. */
function withPlainWords(answers: Answers): Resolved {
  const plain = { ...answers, ...('description' in answers ? { description: 'plain' } : {}) }
  return judgeAnswers(plain) as Resolved
}

/** Compares cheaply, and only what differs by the matcher, which shows it. */
function expectSame(actual: readonly string[], wanted: readonly string[]): void {
  if (actual.length !== wanted.length || actual.some((item, at) => item !== wanted[at])) {
    expect(actual).toEqual(wanted)
  }
}

function bytes(files: FileSet): string[] {
  return files.flatMap(({ path, content, mode, policy }) => [`${mode.toString(8)} ${policy} ${path}`, content])
}

function shape(files: FileSet): string[] {
  return files
    .filter(({ path }) => path !== 'service.yaml')
    .map(({ path, content, mode }) => `${mode.toString(8)} ${path}: ${content.split('\n').length} lines`)
}
