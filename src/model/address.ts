import type { Address } from './types.js'

/** The parts of `host:port`; an IPv6 address comes out of its brackets. */
export function addressOf(text: string): Address {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|(.*)):(\d+)$/.exec(text) ?? []
  return { host: bracketed ?? plain ?? '', port: Number(port) }
}

/** The host of a URL, without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

/** As it stands in an address: the colons of IPv6 are kept apart from the port's. */
export function hostPort({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
