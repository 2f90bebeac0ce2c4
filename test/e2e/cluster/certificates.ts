import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/** Files of a control plane's own authority, valid for a day. */
export interface Certificates {
  readonly authority: string
  readonly server: KeyPair
  /** The API server's identity towards the servers behind it, metrics-server among them. */
  readonly frontProxy: KeyPair
  /** Signs service accounts' tokens. */
  readonly serviceAccount: { readonly publicKey: string; readonly privateKey: string }
}

interface KeyPair {
  readonly certificate: string
  readonly key: string
}

const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']

/** The common name by which aggregated servers know the API server. */
export const frontProxyName = 'front-proxy-client'

/** Makes what the API server insists on; needs openssl. @throws Error with openssl's words */
export function makeCertificates(folder: string): Certificates {
  const at = (name: string) => path.join(folder, name)
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  fs.mkdirSync(folder, { recursive: true })
  openssl('req', '-x509', ...elliptic, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=test-authority')
  const sign = (name: string, commonName: string, extensions: readonly string[]): KeyPair => {
    const own = ['-keyout', `${name}.key`, '-out', `${name}.crt`, '-subj', `/CN=${commonName}`]
    const added = extensions.flatMap((extension) => ['-addext', extension])
    openssl('req', '-x509', '-CA', 'ca.crt', '-CAkey', 'ca.key', ...elliptic, ...own, ...added)
    return { certificate: at(`${name}.crt`), key: at(`${name}.key`) }
  }
  openssl('genrsa', '-out', 'sa.key', '2048')
  openssl('rsa', '-in', 'sa.key', '-pubout', '-out', 'sa.pub')
  const leaf = 'basicConstraints=CA:FALSE'
  return {
    authority: at('ca.crt'),
    server: sign('server', 'kube-apiserver', [
      leaf,
      'extendedKeyUsage=serverAuth',
      'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc',
    ]),
    frontProxy: sign('front-proxy', frontProxyName, [leaf, 'extendedKeyUsage=clientAuth']),
    serviceAccount: { publicKey: at('sa.pub'), privateKey: at('sa.key') },
  }
}
