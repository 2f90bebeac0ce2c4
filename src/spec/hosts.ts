import { storeNames } from './stores.js'

/** Where servers are. An IPv6 address stands in brackets wherever a port or a path may follow it: RFC 3986, section 3.2.2. */

const octet = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = `${octet}(\\.${octet}){3}`
const group = '[0-9a-f]{1,4}'
/** All eight groups, or one gap, which is not at the front: nothing that serves is there. */
const ipv6 = [
  `${group}(:${group}){7}`,
  ...[1, 2, 3, 4, 5, 6].map((left) => `${group}(:${group}){${left - 1}}::(${group}(:${group}){0,${6 - left}})?`),
].join('|')
const label = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?'
/** A DNS name whose last label is not all digits: 10.0.0.999 is neither a name nor an address. */
const name = `(${label}\\.)*(?!\\d+([:/]|$))${label}`
/** What a port or a path may follow. */
const authority = `(${ipv4}|\\[(${ipv6})\\]|${name})`
const port = '[1-9]\\d{0,4}'

/** The port of `host:port` or of a URL, if it names one, is one that there is. */
function hasPort(value: string): boolean {
  const [, text] = /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?(?:\[[^\]]*\]|[^:/]*):(\d+)(?:\/|$)/.exec(value) ?? []
  return text === undefined || Number(text) <= 65_535
}

/** The host of a server that has an option of its own for the port. */
export const host = {
  pattern: new RegExp(`^(${ipv4}|${ipv6}|${name})$`),
  max: 253,
  expect: 'a DNS name in lower case, or an IP address without port and brackets',
}

/** Addresses that begin alike. Networks of one address are none: those of a cluster's pods are many. */
export const network = {
  pattern: new RegExp(`^(${ipv4}/([89]|[12]\\d|3[01])|(${ipv6})/(1[6-9]|[2-9]\\d|1[01]\\d|12[0-7]))$`),
  max: 43,
  expect: 'a network such as 10.1.0.0/16',
}

/** host:port. */
export const brokerAddress = {
  pattern: new RegExp(`^${authority}:${port}$`),
  max: 200,
  expect: 'host:port, an IPv6 address in brackets as in [fd00::1]:9092',
  also: hasPort,
}

/** host:port, or a data store by name. */
export const waitTarget = {
  pattern: new RegExp(`^(${authority}:${port}|${storeNames.join('|')})$`),
  expect: `host:port, an IPv6 address in brackets as in [fd00::1]:5432, or one of ${storeNames.join(', ')}`,
  also: hasPort,
}

/** Scheme, host and port, and no password: that is a Secret. */
export const natsUrl = {
  pattern: new RegExp(`^(nats|tls)://${authority}:${port}$`),
  max: 200,
  expect: 'nats://host:port or tls://host:port, without a password, an IPv6 address in brackets',
  also: hasPort,
}

/** Address of an HTTP API: no path, no credentials. */
export const httpAddress = {
  pattern: new RegExp(`^https?://${authority}(:${port})?$`),
  max: 200,
  expect: 'an address such as https://consul.example.com:8501, without a path, an IPv6 address in brackets',
  also: hasPort,
}

/** A cluster as Argo CD knows it: by its name there, or by the address of its API server. */
export const cluster = {
  pattern: new RegExp(`^(https://${authority}(:${port})?|(${label}\\.)*${label})$`),
  max: 253,
  expect: 'the name of a cluster in Argo CD, or https://host:port of its API server, an IPv6 address in brackets',
  also: hasPort,
}

/** The `iss` of a token: OpenID Connect Core wants an https URL, and Istio finds the issuer's configuration below it. */
export const issuer = {
  pattern: new RegExp(`^https://${authority}(:${port})?(/[A-Za-z0-9._~-]+)*/?$`),
  max: 200,
  expect: 'the https:// address of an issuer, such as https://login.example.com/realms/shop',
  also: hasPort,
}

/** An address of a document, without credentials and without a query. */
export const httpsUrl = {
  pattern: new RegExp(`^https://${authority}(:${port})?(/[A-Za-z0-9._~-]+)+$`),
  max: 200,
  expect: 'an https:// address with a path, such as https://login.example.com/realms/shop/certs',
  also: hasPort,
}

const gitHost = `([A-Za-z0-9.-]+|\\[(${ipv6})\\])`
const gitPath = '[A-Za-z0-9._~-]+'

/** A Git remote that Argo CD reads: https, ssh or the scp form, whose colon leaves no room for an IPv6 address. */
export const gitRepository = {
  pattern: new RegExp(
    `^((https://|ssh://([a-z0-9._-]+@)?)${gitHost}(:\\d{1,5})?(/${gitPath})+|[a-z0-9._-]+@[A-Za-z0-9.-]+:${gitPath}(/${gitPath})*)$`,
  ),
  expect:
    'a Git address such as https://git.example.com/team/orders.git, with an IPv6 address as in ssh://git@[fd00::1]/team/orders.git',
  also: hasPort,
}
