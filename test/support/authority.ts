import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import type { Account } from './servers.js'

/** A certificate authority of a test, and what it signs; needs openssl. */
export class Authority {
  /** The authority's own certificate, in PEM. */
  readonly certificate: string

  /** @param folder that exists */
  constructor(private readonly folder: string) {
    this.certificate = path.join(folder, 'ca.crt')
    this.openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-days',
      '1',
      '-subj',
      '/CN=test authority',
    )
  }

  /** A certificate for 127.0.0.1 alone, whose key only `account` can read. */
  sign(name: string, account?: Account): { readonly certificate: string; readonly key: string } {
    const own = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1']
    const added = ['-addext', 'basicConstraints=critical,CA:FALSE', '-addext', 'extendedKeyUsage=serverAuth']
    const files = ['-keyout', `${name}.key`, '-out', `${name}.crt`]
    this.openssl('req', '-x509', '-CA', 'ca.crt', '-CAkey', 'ca.key', ...key, ...own, ...added, ...files)
    const made = { certificate: path.join(this.folder, `${name}.crt`), key: path.join(this.folder, `${name}.key`) }
    fs.chmodSync(made.key, 0o600)
    if (account !== undefined) {
      fs.chownSync(made.key, account.uid, account.gid)
    }
    return made
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] })
  }
}

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
