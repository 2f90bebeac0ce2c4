import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { Server, serverPort } from './servers.js'
import { succeed } from './tools.js'

/** How a broker's JVM and a busy machine take their time. */
const commandWithin = 60_000

/** Milliseconds after which a client has to say its password again: soon, so that a test sees a rotation. */
const logsInFor = 3_000

/**
 * One node of Kafka, broker and controller in one. Services come over TLS with SCRAM, and the tests by a listener of their own
 * that is open.
 */
export class Kafka extends Server {
  private constructor(
    port: number,
    private readonly openPort: number,
    private readonly controllerPort: number,
    private readonly user: string,
  ) {
    super('kafka', port)
  }

  /** A broker that knows one user, with topics of four partitions. */
  static async start({ user, password }: { user: string; password: string }): Promise<Kafka> {
    const server = new Kafka(await serverPort(), await serverPort(), await serverPort(), user)
    server.writeKeystore()
    server.writeConfig()
    const scram = `SCRAM-SHA-512=[name=${user},password=${password}]`
    const id = ['-t', 'AAAAAAAAAAAAAAAAAAAAAQ', '-c', server.config]
    await server.tool('kafka', ['kafka.tools.StorageTool', 'format', ...id, '--add-scram', scram], {
      timeout: commandWithin,
    })
    await server.launch()
    return server
  }

  /** The authority that services have to believe, in PEM. */
  get authority(): string {
    return fs.readFileSync(path.join(this.folder, 'kafka.pem'), 'utf8')
  }

  /** Where clients come in without a password and without TLS. */
  get openAddress(): string {
    return `127.0.0.1:${this.openPort}`
  }

  /** Gives the user another password. Who is logged in has to say it within {@link logsInFor}. */
  async setPassword(password: string): Promise<void> {
    const what = ['--alter', '--add-config', `SCRAM-SHA-512=[password=${password}]`]
    const who = ['--entity-type', 'users', '--entity-name', this.user]
    await this.admin('ConfigCommand', ...what, ...who)
  }

  /** Forbids the user to read as a member of a group, and takes that back again. */
  async forbidGroup(group: string, forbidden: boolean): Promise<void> {
    const acl = ['--deny-principal', `User:${this.user}`, '--operation', 'All', '--group', group]
    await this.admin('AclCommand', ...(forbidden ? ['--add'] : ['--remove', '--force']), ...acl)
  }

  /** Publishes records as any client may, without ids, all with one text. */
  async publish(topic: string, text: string, count = 1): Promise<void> {
    const file = path.join(this.folder, 'record')
    fs.writeFileSync(file, text)
    const settings = ['--num-records', `${count}`, '--throughput', '-1', '--payload-file', file]
    await this.admin('ProducerPerformance', '--topic', topic, ...settings)
  }

  protected override command() {
    return ['kafka', 'kafka.Kafka', this.config] as const
  }

  /** ApiVersions, the first request of every client: it is answered once all has started. */
  protected override ask(): Promise<void> {
    const [key, version, correlation, noClient] = [18, 0, 1, -1]
    const request = Buffer.alloc(14)
    request.writeInt32BE(10, 0)
    request.writeInt16BE(key, 4)
    request.writeInt16BE(version, 6)
    request.writeInt32BE(correlation, 8)
    request.writeInt16BE(noClient, 12)
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: '127.0.0.1', port: this.openPort, timeout: 5_000 })
      socket.once('data', () => resolve()).once('error', reject)
      socket.once('timeout', () => reject(new Error('no answer'))).once('close', () => reject(new Error('hung up')))
      socket.once('data', () => socket.destroy())
      socket.write(request)
    })
  }

  private admin(command: string, ...args: readonly string[]): Promise<string> {
    const all = [`org.apache.kafka.tools.${command}`, '--bootstrap-server', this.openAddress, ...args]
    return this.tool('kafka', all, { timeout: commandWithin })
  }

  private get config(): string {
    return path.join(this.folder, 'server.properties')
  }

  /** The certificate of an authority for this machine, in PEM, whose key is beside it in the folder. */
  makeAuthority(name: string): string {
    const [key, certificate] = [`${name}-key.pem`, `${name}.pem`].map((file) => path.join(this.folder, file)) as [
      string,
      string,
    ]
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
    const files = ['-keyout', key, '-out', certificate]
    succeed('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files])
    return fs.readFileSync(certificate, 'utf8')
  }

  private writeKeystore(): void {
    const certificate = this.makeAuthority('kafka')
    const key = fs.readFileSync(path.join(this.folder, 'kafka-key.pem'), 'utf8')
    fs.writeFileSync(path.join(this.folder, 'keystore.pem'), key + certificate)
  }

  private writeConfig(): void {
    const clients = 'listener.name.clients'
    const settings = {
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.voters': `1@127.0.0.1:${this.controllerPort}`,
      listeners: `CLIENTS://${this.address},TESTS://${this.openAddress},CONTROLLER://127.0.0.1:${this.controllerPort}`,
      'advertised.listeners': `CLIENTS://${this.address},TESTS://${this.openAddress}`,
      'listener.security.protocol.map': 'CLIENTS:SASL_SSL,TESTS:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name': 'TESTS',
      'controller.listener.names': 'CONTROLLER',
      'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
      [`${clients}.scram-sha-512.sasl.jaas.config`]:
        'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      [`${clients}.scram-sha-512.connections.max.reauth.ms`]: `${logsInFor}`,
      [`${clients}.ssl.keystore.type`]: 'PEM',
      [`${clients}.ssl.keystore.location`]: path.join(this.folder, 'keystore.pem'),
      'log.dirs': path.join(this.folder, 'data'),
      'num.partitions': '4',
      // Topics are the service's to make.
      'auto.create.topics.enable': 'false',
      // One node is all there is, and nobody waits for others to join.
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '1',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'group.initial.rebalance.delay.ms': '0',
      // Who is not named may do everything, until somebody forbids it.
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': 'true',
      'super.users': 'User:ANONYMOUS',
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
    fs.writeFileSync(this.config, lines.join(''))
  }
}
