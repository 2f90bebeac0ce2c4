import type { ControlPlane } from './control-plane.js'

interface Seen {
  readonly name: string
  readonly ready: boolean
  readonly leaving: boolean
}

/** What a watch tells of a namespace's pods: the order of their coming and going, and how many served at any time. */
export class PodWatch {
  /** Names in the order in which they appeared, became ready, and began to leave. */
  readonly appeared: string[] = []
  readonly becameReady: string[] = []
  readonly left: string[] = []
  /** Fewest ready and most living pods since {@link mark}. */
  fewestReady = Number.POSITIVE_INFINITY
  mostPods = 0
  private readonly pods = new Map<string, Seen>()
  private readonly end: () => void

  constructor(plane: ControlPlane, namespace: string) {
    const columns = [
      '{.type}',
      '{.object.metadata.name}',
      '{.object.metadata.uid}',
      '{.object.status.conditions[?(@.type=="Ready")].status}',
      '{.object.metadata.deletionTimestamp}',
    ]
    this.end = plane.follow(
      [
        'get',
        'pods',
        '-n',
        namespace,
        '--watch',
        '--output-watch-events',
        '-o',
        `jsonpath=${columns.join('|')}{"\\n"}`,
      ],
      (line) => this.see(line),
    )
  }

  get ready(): number {
    return [...this.pods.values()].filter(({ ready, leaving }) => ready && !leaving).length
  }

  get living(): number {
    return [...this.pods.values()].filter(({ leaving }) => !leaving).length
  }

  /** Whether these and no other pods are living, as far as the watch was read. */
  hasSeen(uids: readonly string[]): boolean {
    const living = [...this.pods].filter(([, { leaving }]) => !leaving).map(([uid]) => uid)
    return living.length === uids.length && uids.every((uid) => living.includes(uid))
  }

  /** Counts from here on. */
  mark(): void {
    this.fewestReady = this.ready
    this.mostPods = this.living
  }

  stop(): void {
    this.end()
  }

  private see(line: string): void {
    const [type = '', name = '', uid = '', ready, leaving] = line.split('|')
    const before = this.pods.get(uid)
    const now = { name, ready: ready === 'True', leaving: leaving !== '' || type === 'DELETED' }
    if (before === undefined && type !== 'DELETED') {
      this.appeared.push(name)
    }
    if (now.ready && before?.ready !== true) {
      this.becameReady.push(name)
    }
    if (now.leaving && before?.leaving === false) {
      this.left.push(name)
    }
    if (type === 'DELETED') {
      this.pods.delete(uid)
    } else {
      this.pods.set(uid, now)
    }
    this.fewestReady = Math.min(this.fewestReady, this.ready)
    this.mostPods = Math.max(this.mostPods, this.living)
  }
}
