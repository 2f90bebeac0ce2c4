// @ts-check
// Installs the tools that judge generated projects, by pinned version, into
// ~/.cache/create-go-k8s-service/tools/<name>-<version>. Idempotent: a finished folder is used as it is, a tool is built
// beside its folder and renamed into place, so that parallel and interrupted runs leave nothing half done.
//   npm run tools            all of them
//   npm run tools kustomize  one of them
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { strictSources, tools, toolsFolder } from './table.mjs'

const wanted = process.argv.slice(2)
let failed = false
for (const tool of tools) {
  if (wanted.length === 0 || wanted.includes(tool.name)) {
    failed = install(tool) || failed
  }
}
process.exitCode = failed ? 1 : 0

/** @param {import('./table.mjs').Tool} tool @returns {boolean} true when it failed */
function install(tool) {
  const target = path.join(toolsFolder, `${tool.name}-${tool.version}`)
  if (fs.existsSync(target)) {
    return false
  }
  const started = Date.now()
  const stage = `${target}.new-${process.pid}`
  fs.mkdirSync(stage, { recursive: true })
  try {
    build(tool, stage)
    fs.renameSync(stage, target)
    console.error(`installed ${tool.name} ${tool.version} in ${Math.round((Date.now() - started) / 1000)} s`)
    return false
  } catch (error) {
    fs.rmSync(stage, { recursive: true, force: true })
    if (fs.existsSync(target)) {
      return false // another run was faster
    }
    console.error(`could not install ${tool.name} ${tool.version}: ${error instanceof Error ? error.message : error}`)
    return true
  }
}

/** @param {import('./table.mjs').Tool} tool @param {string} stage */
function build(tool, stage) {
  const env = { ...process.env, GOBIN: stage, GOTOOLCHAIN: tool.toolchain ?? 'local', GOFLAGS: '' }
  if (tool.goInstall !== undefined) {
    execFileSync('go', ['install', tool.goInstall], { env, cwd: stage, stdio: 'inherit' })
  } else if (tool.pip !== undefined) {
    // A virtual environment knows its own path, so it is made where it stays; the marker is the rename of the stage.
    const home = path.join(toolsFolder, `.python-${tool.name}-${tool.version}`)
    execFileSync('python3', ['-m', 'venv', '--clear', home], { stdio: 'inherit' })
    execFileSync(path.join(home, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', tool.pip], {
      stdio: 'inherit',
    })
    fs.symlinkSync(path.join(home, 'bin', tool.name), path.join(stage, tool.name))
  } else {
    execFileSync('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', path.join(stage, tool.name), '.'], {
      env,
      cwd: strictSources,
      stdio: 'inherit',
    })
  }
}
