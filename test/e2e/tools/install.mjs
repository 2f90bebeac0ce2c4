// @ts-check
// Installs the tools that judge generated projects, by pinned version, into
// ~/.cache/create-go-k8s-service/tools/<name>-<version>. Idempotent: a finished folder is used as it is, a tool is built
// beside its folder and renamed into place, so that parallel and interrupted runs leave nothing half done. A run that
// was cut short goes on where it was: Go and pip keep what they have downloaded and compiled.
//   npm run tools            all of them
//   npm run tools kustomize  one of them
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { cacheFolder, e2e, folderOf, goToolchain, moduleOf, sumsFile, tools, toolsFolder } from './table.mjs'

/** @typedef {import('./table.mjs').Tool} Tool */

const wanted = process.argv.slice(2)
let failed = false
for (const name of wanted.filter((word) => !tools.some((tool) => tool.name === word))) {
  console.error(`no tool ${name}; there are ${tools.map((tool) => tool.name).join(', ')}`)
  failed = true
}
for (const tool of tools) {
  if (wanted.length === 0 || wanted.includes(tool.name)) {
    failed = install(tool) || failed
  }
}
process.exitCode = failed ? 1 : 0

/** @param {Tool} tool @returns {boolean} true when it failed */
function install(tool) {
  const target = folderOf(tool)
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

/** @param {Tool} tool @param {string} stage */
function build(tool, stage) {
  const { goInstall, goBuild, pip, npm, maven, moduleFiles = [] } = tool
  if (goInstall !== undefined) {
    go(stage, ['install', '-ldflags=-s -w', goInstall], { GOBIN: stage })
    const [program = ''] = fs.readdirSync(stage)
    fs.renameSync(path.join(stage, program), path.join(stage, tool.name))
  } else if (goBuild !== undefined) {
    const { modfile, command = '.', variables = {} } = goBuild
    const link = ['-s', '-w', ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)].join(' ')
    go(moduleOf(goBuild), [
      'build',
      `-ldflags=${link}`,
      ...(modfile === undefined ? [] : [`-modfile=${modfile}`]),
      '-o',
      path.join(stage, tool.name),
      command,
    ])
  } else if (pip !== undefined) {
    // A virtual environment knows its own path, so it is made where it stays; the marker is the rename of the stage.
    const home = path.join(toolsFolder, `.python-${tool.name}-${tool.version}`)
    execFileSync('python3', ['-m', 'venv', '--clear', home], { stdio: 'inherit' })
    execFileSync(path.join(home, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', pip], {
      stdio: 'inherit',
    })
    fs.symlinkSync(path.join(home, 'bin', tool.name), path.join(stage, tool.name))
  } else if (maven !== undefined) {
    copyJars(path.join(e2e, maven), path.join(stage, 'jars'))
    // One program for every class with a main; small, and soon up: it is for tests.
    const options = '-Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1'
    const start = `#!/bin/sh\nexec java ${options} -cp "$(dirname "$0")/jars/*" "$@"\n`
    fs.writeFileSync(path.join(stage, tool.name), start, { mode: 0o755 })
  } else if (npm !== undefined) {
    // Programs of packages know their own folder, as above.
    const home = path.join(toolsFolder, `.npm-${tool.name}-${tool.version}`)
    fs.rmSync(home, { recursive: true, force: true })
    fs.mkdirSync(home, { recursive: true })
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    execFileSync('npm', ['install', `--prefix=${home}`, ...quiet, npm.package, ...(npm.beside ?? [])], {
      stdio: 'inherit',
    })
    const program = path.join(stage, tool.name)
    if (npm.beside !== undefined) {
      fs.writeFileSync(program, `#!/bin/sh\nMODULES=${home} exec node "$@"\n`, { mode: 0o755 })
    } else if (npm.jars === undefined) {
      fs.symlinkSync(path.join(home, 'node_modules/.bin', tool.name), program)
    } else {
      const name = npm.package.slice(0, npm.package.lastIndexOf('@'))
      fs.writeFileSync(program, javaProgram(path.join(home, 'node_modules', name, npm.jars), npm.main ?? ''), {
        mode: 0o755,
      })
    }
  } else {
    for (const { module, version, paths } of moduleFiles) {
      copyFiles(downloadModule(stage, `${module}@${version}`), paths, path.join(stage, tool.name))
    }
  }
}

/** Runs Go with the settings that all tools share, so that they share its cache of compiled packages, too. */
function go(/** @type {string} */ cwd, /** @type {string[]} */ args, /** @type {Record<string, string>} */ extra = {}) {
  const env = {
    ...process.env,
    GOTOOLCHAIN: goToolchain,
    GOFLAGS: '-trimpath -buildvcs=false',
    CGO_ENABLED: '0',
    ...extra,
  }
  execFileSync('go', args, { env, cwd, stdio: 'inherit' })
}

/**
 * The jars that a pom.xml names, with all that they need. @param {string} from @param {string} to
 * @throws Error when they are not those that the folder lists
 */
function copyJars(from, to) {
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
  const settings = [`-Dmaven.repo.local=${path.join(cacheFolder, 'maven')}`, `-DoutputDirectory=${to}`]
  const args = ['-B', '-q', '-C', '-f', path.join(from, 'pom.xml'), plugin, '-DincludeScope=runtime', ...settings]
  execFileSync('mvn', args, { stdio: 'inherit' })
  const found = fs
    .readdirSync(to)
    .sort()
    .map(
      (file) =>
        `${createHash('sha256')
          .update(fs.readFileSync(path.join(to, file)))
          .digest('hex')}  ${file}\n`,
    )
    .join('')
  if (found !== fs.readFileSync(path.join(from, sumsFile), 'utf8')) {
    throw new Error(`these are not the jars of ${sumsFile}:\n${found}`)
  }
}

/** @param {string} folder with archives, in folders of it too @param {string} main @returns {string} a script that runs it */
function javaProgram(folder, main) {
  const jars = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.jar'))
  const archives = jars.sort().map((file) => path.join(folder, file))
  return `#!/bin/sh\nexec java -cp '${archives.join(':')}' ${main} "$@"\n`
}

/** @param {string} cwd outside of any module @param {string} module with version @returns {string} its folder */
function downloadModule(cwd, module) {
  const env = { ...process.env, GOTOOLCHAIN: goToolchain, GOFLAGS: '' }
  const answer = execFileSync('go', ['mod', 'download', '-json', module], { env, cwd, encoding: 'utf8' })
  return JSON.parse(answer).Dir
}

/** @param {string} from @param {readonly string[]} paths files, or folders whose YAML files are meant @param {string} to */
function copyFiles(from, paths, to) {
  fs.mkdirSync(to, { recursive: true })
  for (const entry of paths) {
    const source = path.join(from, entry)
    const files = fs.statSync(source).isDirectory()
      ? fs.readdirSync(source).filter((file) => file.endsWith('.yaml'))
      : ['']
    for (const file of files) {
      const target = path.join(to, path.basename(path.join(source, file)))
      // Files of the module cache are read-only.
      fs.writeFileSync(target, fs.readFileSync(path.join(source, file)), { flag: 'wx' })
    }
  }
}
