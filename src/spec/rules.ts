import { storeNames } from './stores.js'

/** Alphabets of the strings that options take, each with the document that defines it. */

/** RFC 1035 label. 40 characters leave room for suffixes and a StatefulSet's `controller-revision-hash` below 63. */
export const serviceName = {
  pattern: /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
  max: 40,
  expect: 'a DNS label of at most 40 characters: lower-case letters, digits and dashes, starting with a letter',
}

/** RFC 1123 label, as metadata.name of a Namespace. */
export const dnsLabel = {
  pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  max: 63,
  expect: 'a DNS label of at most 63 characters: lower-case letters, digits and dashes',
}

/** A namespace of the service's own. */
export const namespace = {
  ...dnsLabel,
  expect: `${dnsLabel.expect}; not default, and not one of Kubernetes' own kube-*`,
  also: (value: string) => value !== 'default' && !value.startsWith('kube-'),
}

/** A cluster as Argo CD knows it: by its name there, or by the address of its API server. */
export const cluster = {
  pattern:
    /^(https:\/\/[a-z0-9]([-a-z0-9.]{0,200}[a-z0-9])?(:[1-9]\d{0,4})?|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*)$/,
  max: 253,
  expect: 'the name of a cluster in Argo CD, or https://host:port of its API server',
}

/** RFC 1123 subdomain. */
export const dnsSubdomain = {
  pattern: /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/,
  max: 253,
  expect: 'a DNS name: lower-case labels of letters, digits and dashes, joined by dots',
}

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = `${octet}(\\.${octet}){3}`
const group = '[0-9a-f]{1,4}'
/** All eight groups, or one gap, which is not at the front: nothing that serves is there. */
const ipv6 = [
  `${group}(:${group}){7}`,
  ...[1, 2, 3, 4, 5, 6].map((left) => `${group}(:${group}){${left - 1}}::(${group}(:${group}){0,${6 - left}})?`),
].join('|')
const label = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?'

/** Where a server is: a DNS name, whose last label is not all digits, or an address. */
export const host = {
  pattern: new RegExp(`^(${ipv4}|${ipv6}|(${label}\\.)*(?!\\d+$)${label})$`),
  max: 253,
  expect: 'a DNS name in lower case, or an IP address without port and brackets',
}

/** Addresses that begin alike. Networks of one address are none: those of a cluster's pods are many. */
export const network = {
  pattern: new RegExp(`^(${ipv4}/([89]|[12]\\d|3[01])|(${ipv6})/(1[6-9]|[2-9]\\d|1[01]\\d|12[0-7]))$`),
  max: 43,
  expect: 'a network such as 10.1.0.0/16',
}

const address = new RegExp(`^${ipv4}$`)

/** The host of `host:port`, `scheme://host:port` or a URL is a name, or an address that can be one: 10.0.0.999 is neither. */
function namesHost(value: string): boolean {
  const name = value.replace(/^[a-z]+:\/\//, '').replace(/[:/].*$/, '')
  return !/(^|\.)\d+$/.test(name) || address.test(name)
}

/** A host name with at least two labels; the last is not all digits, so an IP address is none. */
export const fqdn = {
  pattern: /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
  max: 253,
  expect: 'a fully qualified host name such as orders.example.com',
}

/**
 * golang.org/x/mod/module.CheckPath: the first element has a dot and only lower-case letters, digits,
 * dots and dashes; no element begins or ends with a dot, none is a Windows device name, and a `/vN`
 * suffix is at least v2 (gopkg.in's own `.vN` form included). An element `vendor` is a path that Go refuses to import.
 */
export const modulePath = {
  pattern: /^(?![-.])[a-z0-9-]+(\.[a-z0-9-]+)+(\/[A-Za-z0-9_~-]([A-Za-z0-9._~-]*[A-Za-z0-9_~-])?)*$/,
  max: 200,
  expect: 'a Go module path such as example.com/team/orders',
  also: isModulePath,
}

/** Names that Windows keeps for devices, in every folder: learn.microsoft.com/windows/win32/fileio/naming-a-file */
export const windowsDevice = /^(con|prn|aux|nul|com\d|lpt\d)$/i

function isModulePath(value: string): boolean {
  const elements = value.split('/')
  const last = elements.at(-1) ?? ''
  if (elements.length > 1 && /^v[01]$|^v0\d*$/.test(last)) {
    return false
  }
  if (elements[0] === 'gopkg.in' && !/\.v\d+$/.test(value)) {
    return false
  }
  return elements.every((element) => {
    const stem = element.split('.')[0] ?? ''
    return !windowsDevice.test(stem) && !/~\d+$/.test(stem) && element !== 'vendor'
  })
}

/** A folder of a repository, from its root; no segment that git or Windows keeps for itself. */
export const folderPath = {
  pattern: /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
  max: 200,
  expect: 'a path of letters, digits and . _ - from the root of the repository, such as services/orders',
  also: (value: string) => value.split('/').every((part) => !windowsDevice.test(part.split('.')[0] ?? '')),
}

/** Words: everything but control characters (line feed and tab aside) and unpaired surrogates. */
export const words = {
  pattern: /^(?:[\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\uffff]|[\ud800-\udbff][\udc00-\udfff])*$/,
  max: 500,
  expect: 'text of at most 500 characters without control characters',
}

/** A value of config.values. */
export const configText = { ...words, max: 4096, expect: 'text of at most 4096 characters without control characters' }

/** A key of config.values; also a key of a map in YAML and Go, so no `__proto__` and no leading dash. */
export const configKey = {
  pattern: /^[A-Za-z][A-Za-z0-9]*([._-][A-Za-z0-9]+)*$/,
  max: 100,
  expect: 'words of letters and digits joined by dots, dashes or underscores',
}

/** An OCI reference without tag or digest: [host[:port]/]path, distribution/reference grammar. */
export const imageRepository = {
  pattern:
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(:[1-9]\d{0,4})?\/)?[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*$/,
  max: 200,
  expect: 'an image reference without tag, such as registry.example.com/orders',
}

/** os/arch[/variant]. */
export const platform = {
  pattern: /^linux\/(amd64|arm64|arm\/v7|386|ppc64le|s390x|riscv64)$/,
  expect: 'linux/amd64, linux/arm64, linux/arm/v7, linux/386, linux/ppc64le, linux/s390x or linux/riscv64',
}

/** A database or role that needs no quotes anywhere: at most the 32 characters that MySQL gives a user name. */
export const sqlIdentifier = {
  pattern: /^[a-z_][a-z0-9_]{0,31}$/,
  max: 32,
  expect: 'an SQL name of at most 32 lower-case letters, digits and underscores',
}

/** Scheme, host and port, and no password: that is a Secret. */
export const natsUrl = {
  pattern: /^(nats|tls):\/\/[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*:[1-9]\d{0,4}$/,
  max: 200,
  expect: 'nats://host:port or tls://host:port, without a password',
  also: namesHost,
}

/** host:port. */
export const brokerAddress = {
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*:[1-9]\d{0,4}$/,
  max: 200,
  expect: 'host:port',
  also: (value: string) => Number(value.split(':')[1]) <= 65_535 && namesHost(value),
}

/** A topic, a consumer group or a user. A topic may have 249 characters, and each environment has a name of its own. */
export const kafkaName = {
  pattern: /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/,
  max: 128,
  expect: 'at most 128 letters, digits, full stops, dashes and underscores, no full stop in front',
}

/** A stream or a durable consumer: a part of subjects and of file names. */
export const natsName = {
  pattern: /^[A-Za-z0-9_-]{1,48}$/,
  max: 48,
  expect: 'at most 48 letters, digits, dashes and underscores',
}

/** A subject that can be published to: no wildcards. */
export const natsSubject = {
  pattern: /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/,
  max: 128,
  expect: 'words of letters, digits, dashes and underscores, with full stops between them',
}

/** host:port, or a data store by name. */
export const waitTarget = {
  pattern: new RegExp(
    `^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*:([1-9]\\d{0,4})|${storeNames.join('|')})$`,
  ),
  expect: `host:port, or one of ${storeNames.join(', ')}`,
  also: (value: string) => !value.includes(':') || (Number(value.split(':')[1]) <= 65_535 && namesHost(value)),
}

/** resource.Quantity, positive, without exponent: what a reader of a manifest expects to see. */
export const cpu = {
  pattern: /^([1-9]\d{0,4}m|[1-9]\d{0,2}(\.\d{1,3})?|0\.\d{1,3})$/,
  expect: 'an amount of CPU such as 500m, 1 or 2.5',
  also: (value: string) => Number.parseFloat(value) > 0,
}

export const cpuOrNone = {
  pattern: /^(none|[1-9]\d{0,4}m|[1-9]\d{0,2}(\.\d{1,3})?|0\.\d{1,3})$/,
  expect: `${cpu.expect}, or none`,
  also: (value: string) => value === 'none' || Number.parseFloat(value) > 0,
}

export const bytes = {
  pattern: /^[1-9]\d{0,6}(Ki|Mi|Gi|Ti|k|M|G|T)$/,
  expect: 'an amount of bytes with a unit, such as 256Mi or 10Gi',
}

/** time.ParseDuration, one or more of h, m, s, ms; positive. */
export const duration = {
  pattern: /^(\d{1,4}h)?(\d{1,5}m(?!s))?(\d{1,6}(\.\d{1,3})?s)?(\d{1,7}ms)?$/,
  expect: 'a duration such as 15s, 1m30s or 800ms',
  also: (value: string) => /[1-9]/.test(value),
}

/** A duration of Go in whole seconds, which Argo Rollouts and PromQL take alike. */
export const rolloutPause = {
  pattern: /^(\d{1,2}h)?(\d{1,4}m)?(\d{1,5}s)?$/,
  expect: 'a duration in hours, minutes and seconds, such as 10m or 1h30m',
  also: (value: string) => /[1-9]/.test(value),
}

/** A label value of Kubernetes, as the autoscaler's selector holds it. */
export const queueName = {
  pattern: /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/,
  max: 63,
  expect: 'letters, digits and . _ -, with a letter or digit at both ends, at most 63',
}

/** A path of an HTTP request on the admin port. */
export const httpPath = {
  pattern: /^\/[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*$/,
  max: 100,
  expect: 'an absolute path such as /readyz, of letters, digits and . _ ~ -',
  also: (value: string) => !/(^|\/)\.{1,2}(\/|$)/.test(value),
}

/** A mount path in a container, not one that the image or the kubelet owns. */
export const mountPath = {
  pattern: /^\/[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
  max: 200,
  expect: 'an absolute path such as /data; not /tmp, /etc, /proc, /sys, /dev, /usr, /bin, /lib or below',
  also: (value: string) =>
    !/(^|\/)\.{1,2}(\/|$)/.test(value) &&
    !/^\/(tmp|etc|proc|sys|dev|usr|bin|sbin|lib|lib64|var\/run)(\/|$)/.test(value),
}

/** `create`, or namespace/name of a Gateway. */
export const gateway = {
  pattern: /^(create|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)$/,
  expect: 'create, or the namespace/name of a Gateway that exists',
}

/** The `iss` of a token: OpenID Connect Core wants an https URL, and Istio finds the issuer's configuration below it. */
export const issuer = {
  pattern: /^https:\/\/[a-z0-9]([-a-z0-9.]{0,200}[a-z0-9])?(:[1-9]\d{0,4})?(\/[A-Za-z0-9._~-]+)*\/?$/,
  max: 200,
  expect: 'the https:// address of an issuer, such as https://login.example.com/realms/shop',
}

/** An address of a document, without credentials and without a query. */
export const httpsUrl = {
  pattern: /^https:\/\/[a-z0-9]([-a-z0-9.]{0,200}[a-z0-9])?(:[1-9]\d{0,4})?(\/[A-Za-z0-9._~-]+)+$/,
  max: 200,
  expect: 'an https:// address with a path, such as https://login.example.com/realms/shop/certs',
}

/** The `aud` of a token: a name or a URL. */
export const audience = {
  pattern: /^[A-Za-z0-9]([A-Za-z0-9._~:/-]*[A-Za-z0-9/])?$/,
  max: 200,
  expect: 'an audience of letters, digits and . _ ~ : / -, such as orders or https://orders.example.com',
}

/** A Git remote that Argo CD reads: https, ssh or the scp form. */
export const gitRepository = {
  pattern:
    /^(https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~-]+)+|ssh:\/\/([a-z0-9._-]+@)?[A-Za-z0-9.-]+(:\d{1,5})?(\/[A-Za-z0-9._~-]+)+|[a-z0-9._-]+@[A-Za-z0-9.-]+:[A-Za-z0-9._~-]+(\/[A-Za-z0-9._~-]+)*)$/,
  expect: 'a Git address such as https://git.example.com/team/orders.git',
}

/** Address of an HTTP API: no path, no credentials. */
export const httpAddress = {
  pattern: /^https?:\/\/[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*(:[1-9]\d{0,4})?$/,
  max: 200,
  expect: 'an address such as https://consul.example.com:8501, without a path',
  also: (value: string) => Number(/:(\d+)$/.exec(value)?.[1] ?? 80) <= 65_535 && namesHost(value),
}

/** Path in a key-value store, ending in a slash. */
export const keyPrefix = {
  pattern: /^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\/)+$/,
  max: 200,
  expect: 'a path of letters, digits, dots, dashes and underscores that ends in a slash, such as apps/orders/',
}

/** Path of a secret in a store; AWS Parameter Store wants the leading slash, Vault wants none. */
export const secretPath = {
  pattern: /^\/?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)*$/,
  max: 200,
  expect: 'a path of letters, digits, dots, dashes and underscores such as apps/orders',
}

/** com.alibaba.nacos ParamUtils: letters, digits and `_-.:`. */
export const nacosName = {
  pattern: /^[A-Za-z0-9_.:-]+$/,
  max: 128,
  expect: 'letters, digits and _ - . :, at most 128',
}

/** `ww` or `wx` and hexadecimal digits: "My company" at work.weixin.qq.com shows it. */
export const wecomCorpId = {
  pattern: /^[A-Za-z0-9_-]{4,64}$/,
  max: 64,
  expect: 'the id of a company in WeCom, such as ww0123456789abcdef',
}

/** The page of a self-built application shows it; the first one is 1000002. */
export const wecomAgentId = { pattern: /^\d{1,10}$/, max: 10, expect: 'the id of an application in WeCom: digits' }
