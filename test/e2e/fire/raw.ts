import net from 'node:net'

export interface Ending {
  readonly answer: string
  readonly bytes: number
  /** Milliseconds until the connection was over. */
  readonly took: number
}

interface Slowness {
  /** Sent one character each fifth of a second, after the opening. */
  readonly drip?: string
  /** Don't read for this long, in milliseconds. */
  readonly deafFor?: number
}

/** Says something on a connection and waits until the other side ends it, twenty seconds at most. */
export function converse(
  port: number,
  opening: string | Buffer,
  { drip = '', deafFor = 0 }: Slowness = {},
): Promise<Ending> {
  return new Promise((resolve) => {
    const begin = Date.now()
    let answer = ''
    let bytes = 0
    const socket = net.connect(port, '127.0.0.1', () => socket.write(opening))
    socket.on('data', (part) => {
      bytes += part.length
      answer += answer.length < 4096 ? part.toString('latin1') : ''
    })
    if (deafFor > 0) {
      socket.pause()
      setTimeout(() => socket.resume(), deafFor)
    }
    let position = 0
    const dripping = setInterval(() => {
      if (position < drip.length && socket.writable) {
        socket.write(drip[position] as string)
        position += 1
      }
    }, 200)
    const late = setTimeout(() => socket.destroy(), 20_000)
    // A reset is an end, too.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(dripping)
      clearTimeout(late)
      resolve({ answer, bytes, took: Date.now() - begin })
    })
  })
}

/** The status of a raw answer; 0 when the connection ended without one. */
export function statusOf({ answer }: Ending): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0)
}
