import type { Address } from './types.js'

/** Where a server is; an IPv6 address comes without brackets. */
export function addressAt(host: string, port: number): Address {
  return { host, port, address: `${host.includes(':') ? `[${host}]` : host}:${port}` }
}

/** The same, of `host:port` as it is answered. */
export function addressOf(text: string): Address {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|(.*)):(\d+)$/.exec(text) ?? []
  return addressAt(bracketed ?? plain ?? '', Number(port))
}

/** The same, of a URL; without a port it is that of the scheme. */
export function addressOfUrl(text: string): Address {
  const { hostname, port, protocol } = new URL(text)
  const known = { 'http:': 80, 'https:': 443 }[protocol] ?? 0
  return addressAt(hostname.replace(/^\[|\]$/g, ''), port === '' ? known : Number(port))
}
