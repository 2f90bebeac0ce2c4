import { isHidden } from '../../spec/effects.js'
import { type Layer, layerOf, merge } from '../../spec/resolve.js'
import { type Key, optionOf, type Spec } from '../../spec/table.js'

/**
 * The answers so far: what files and flags said, and above it what was answered here.
 *
 * Only an answer that differs from what would hold without it is kept, so that Enter through a question
 * leaves no trace: a default that derives from the name goes on following the name.
 */
export class Draft {
  private readonly answers = new Map<Key, unknown>()

  constructor(
    private readonly given: readonly Layer[],
    /** The name that the folder suggests. */
    private readonly fallbackName: string | undefined,
  ) {}

  /** All layers, lowest first. An answer whose condition no longer holds is left out, not forgotten. */
  layers(): Layer[] {
    const all = this.merged(this.answers)
    return [...this.given, promptLayer([...this.answers].filter(([key]) => holds(key, all)))]
  }

  spec(): Spec {
    return merge(this.layers(), this.fallbackName).spec
  }

  isGiven(key: Key): boolean {
    return this.given.some((layer) => layer.values.has(key))
  }

  /** False when the option that this one depends on is off. */
  applies(key: Key): boolean {
    return holds(key, this.spec())
  }

  /** `undefined` leaves the answer to what lies below. */
  record(key: Key, value: unknown): void {
    const others = new Map(this.answers)
    others.delete(key)
    if (value === undefined || JSON.stringify(value) === JSON.stringify(this.merged(others)[key])) {
      this.answers.delete(key)
    } else {
      this.answers.set(key, value)
    }
  }

  /** Which of some options are not as the preset has them, whoever said so. */
  changed(keys: readonly Key[]): Key[] {
    const { answers } = merge(this.layers(), this.fallbackName)
    return keys.filter((key) => key !== 'preset' && Object.hasOwn(answers, key))
  }

  private merged(answers: ReadonlyMap<Key, unknown>): Spec {
    return merge([...this.given, promptLayer([...answers])], this.fallbackName).spec
  }
}

function holds(key: Key, spec: Spec): boolean {
  const condition = optionOf(key).when as Key | undefined
  return !isHidden(key, spec) && (condition === undefined || (spec[condition] === true && holds(condition, spec)))
}

function promptLayer(answers: readonly (readonly [Key, unknown])[]): Layer {
  return layerOf('prompt', Object.fromEntries(answers), (key) => key)
}
