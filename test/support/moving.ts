import net from 'node:net'

/**
 * A name that moves, as clients see it: new connections lead to where it points now, and those that exist stay where
 * they are, as they do when DNS has changed or a virtual address has moved on.
 */
export class MovingName {
  private readonly sockets = new Set<net.Socket>()

  private constructor(
    private readonly listener: net.Server,
    private target: number,
  ) {}

  /** Begins to lead to a port of this machine. */
  static async to(target: number): Promise<MovingName> {
    const listener = net.createServer()
    const name = new MovingName(listener, target)
    listener.on('connection', (client) => name.lead(client))
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    return name
  }

  get port(): number {
    return (this.listener.address() as net.AddressInfo).port
  }

  /** From now on it leads elsewhere. */
  move(target: number): void {
    this.target = target
  }

  end(): void {
    this.listener.close()
    for (const socket of this.sockets) {
      socket.destroy()
    }
  }

  private lead(client: net.Socket): void {
    const server = net.connect({ host: '127.0.0.1', port: this.target })
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(from)
      from.pipe(to)
      // What one side has lost, the other learns.
      from.on('error', () => to.destroy()).on('close', () => to.destroy())
    }
  }
}
