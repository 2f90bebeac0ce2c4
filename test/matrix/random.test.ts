import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CORE_SCHEMA, constructFromEvents, parseEvents, YAML11_SCHEMA } from 'js-yaml'
import type { FileSet, OutputFile } from '../../src/engine/file-set.js'
import { serviceYaml } from '../../src/features/service-yaml.js'
import { readDocument } from '../../src/spec/document.js'
import { type Resolved, resolve } from '../../src/spec/resolve.js'
import { workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { type Answers, judgeAnswers, renderFiles, writeFiles } from '../support/render.js'
import { tool } from '../support/specs.js'
import { describeWith, run } from '../support/tools.js'
import { contradictions } from './as-written.js'
import { unpasteable } from './pasteable.js'
import { soundAnswers } from './specs.js'

const seed = Number(process.env['MATRIX_SEED'] ?? Date.now() % 2 ** 31)
const everything = process.env['REQUIRE_ALL_TIERS'] === '1'
const runs = Number(process.env['MATRIX_RUNS'] ?? (everything ? 3_000 : 150))
const replay = `replay: MATRIX_SEED=${seed} MATRIX_RUNS=${runs} npm test -- test/matrix`

/** For many runs: three thousand take minutes, and a nightly may want more. */
const patience = 3600_000

/** Files that were judged already: most of a project's are those of another one, byte for byte. */
const judged = new Set<string>()

/** Go files and scripts of all specs, each content once, for the tools that start slowly. */
const seen = new Map<string, { readonly file: OutputFile; readonly answers: Answers }>()

/** @throws Error with the seed, where no spec could be made at all */
function checked(property: (answers: Answers) => void): fc.RunDetails<[Answers]> {
  try {
    return fc.check(fc.property(soundAnswers, property), { seed, numRuns: runs })
  } catch (error) {
    throw new Error(`${String(error)}\n\n${replay}`)
  }
}

function holds(tool: string, property: (answers: Answers) => void): void {
  const outcome = checked(property)
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
    let count = 0
    holds('fast-check, every file', (answers) => {
      const resolved = judgeAnswers(answers) as Resolved
      const files = renderFiles(resolved)
      const parsed = new Map<string, unknown[]>()
      const ownHoles = hasHoles(answers)
      for (const file of files) {
        // Whether a hole may be the user's own words is part of the judgement.
        const hash = createHash('sha256').update(`${ownHoles}\0${file.path}\0`).update(file.content)
        const digest = hash.digest('hex')
        if (!judged.has(digest)) {
          checkText(file, ownHoles)
          parsed.set(file.path, checkFormat(file))
          judged.add(digest)
          if (/\.(go|sh)$/.test(file.path)) {
            seen.set(createHash('sha256').update(file.content).digest('hex'), { file, answers })
          }
        }
      }
      const parse = ({ path, content }: OutputFile) => parsed.get(path) ?? readYaml(path, content)[0]
      expectSame(contradictions(files, parse), [])
      // What depends on chance or a clock shows in some of many as well as in all.
      if (count++ % 10 === 0) {
        expectSame(bytes(renderFiles(resolved)), bytes(files))
      }
      if ('description' in answers) {
        expectSame(shape(renderFiles(withPlainWords(answers))), shape(files))
      }
    })
  },
  patience,
)

test('commands that a shell takes for something else are found in documents', () => {
  const block = (...lines: string[]) => ['Do this:', '', '```sh', ...lines, '```', ''].join('\n')
  expect(unpasteable(block('make x ENV=dev', 'curl "http://a/b?c" | sh -c \'echo # d\'', 'echo "$?" ${x#y}'))).toEqual(
    [],
  )
  expect(unpasteable(block("cat <<'END'", '# of the file, with a [list]', 'END'))).toEqual([])
  expect(
    unpasteable(block("printf '%s' ADDRESS | cat", 'TOKEN_OF=x GITLAB_TOKEN=TOKEN cosign', 'echo "$TOKEN"')),
  ).toEqual([expect.stringContaining('a secret in the history'), expect.stringContaining('a secret in the history')])
  expect(unpasteable(block('make x   # does x'))).toEqual(['a comment in "make x   # does x"'])
  expect(unpasteable(block('# does x', 'curl a/b?c', 'grep --include=*.go x'))).toHaveLength(3)
})

test('numbers that contradict each other are found in the files', () => {
  const read = (change: (content: string) => string) => {
    const files = renderFiles(judgeAnswers({ 'istio.enabled': true }) as Resolved)
    return contradictions(
      files.map((file) => ({ ...file, content: change(file.content) })),
      ({ path, content }) => readYaml(path, content)[0],
    )
  }
  expect(read((content) => content)).toEqual([])
  expect(read((content) => content.replace(/(terminationGracePeriodSeconds:) \d+/, '$1 30'))).toHaveLength(1)
  expect(read((content) => content.replace(/(perTryTimeout:) \d+s/, '$1 1s'))).toHaveLength(1)
  expect(read((content) => content.replace(/^EXPOSE \d+/m, 'EXPOSE 1'))).toHaveLength(1)
})

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

/** What a template leaves where a value is missing; `{{args.x}}` is for Argo Rollouts to fill. */
const holes = /\{\{(?!args\.)[^{}"]*\}\}|\bundefined\b|\[object Object\]|(?<!math\.)\bNaN\b/

function hasHoles(answers: Answers): boolean {
  return holes.test(JSON.stringify(answers))
}

/** A line without the braces of templates that others fill in: GitHub, and below deploy/monitoring Prometheus and Grafana. */
function withoutTemplates(path: string, line: string): string {
  return /^deploy\/(monitoring\/|argocd\/(applicationset-|admin\/))/.test(path)
    ? line.replaceAll('{{', '')
    : line.replaceAll('${{', '$')
}

function checkText({ path, content }: OutputFile, ownHoles: boolean): void {
  const lines = content.split('\n')
  const faults = [
    ...(content.includes('\r') ? ['has a carriage return'] : []),
    ...(content.endsWith('\n') && !content.endsWith('\n\n') ? [] : ['does not end in one line feed']),
    ...lines.filter((line) => /[ \t]$/.test(line)).map((line) => `has blanks at the end of ${JSON.stringify(line)}`),
    ...(/\n\n\n/.test(content) ? ['has two empty lines in a row'] : []),
    // The user's own words may be any of these.
    ...(ownHoles ? [] : lines.filter((line) => holes.test(withoutTemplates(path, line)))).map(
      (line) => `has a hole in ${JSON.stringify(line)}`,
    ),
    ...(path.endsWith('.md') ? unpasteable(content).map((fault) => `has ${fault}`) : []),
  ]
  if (faults.length > 0) {
    expect(faults.map((fault) => `${path} ${fault}`)).toEqual([])
  }
}

/** The documents of a YAML file; none of another. */
function checkFormat({ path, content }: OutputFile): unknown[] {
  if (/\.json$/.test(path)) {
    JSON.parse(content)
  }
  if (!/\.ya?ml$/.test(path)) {
    return []
  }
  const [as12, as11] = readYaml(path, content)
  // GitHub's `on:` is true in YAML 1.1; every reader of workflows knows.
  if (!path.startsWith('.github/') && JSON.stringify(as11) !== JSON.stringify(as12)) {
    expect(as11).toEqual(as12)
  }
  return as12
}

/** The documents as YAML 1.2 and as YAML 1.1 reads them: what a token means differs, and not where it ends. */
function readYaml(path: string, content: string): [unknown[], unknown[]] {
  // A file mode is octal in YAML 1.1, which is what Kubernetes reads.
  const text = content.replace(/^( *defaultMode: )0(\d+)$/gm, '$1$2')
  try {
    const events = parseEvents(text, {})
    const read = (schema: typeof CORE_SCHEMA) => constructFromEvents(events, { schema, source: text })
    return [read(CORE_SCHEMA), read(YAML11_SCHEMA)]
  } catch (error) {
    throw new Error(`${path}: ${String(error)}`)
  }
}

/** The user's own words replaced by plain ones: whatever they are, they must not change a line more than their own. */
function withPlainWords(answers: Answers): Resolved {
  return judgeAnswers({ ...answers, description: 'plain' }) as Resolved
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
