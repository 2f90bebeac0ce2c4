/** A user's own words: any Unicode text, line breaks included. Reaches a file through an encoder only. */
export interface FreeText {
  readonly text: string
}

/** A length of time, in the notations of the languages it lands in. */
export interface Duration {
  /** Milliseconds, a positive integer. */
  readonly ms: number
  /** Go expression, e.g. `15 * time.Second`. */
  readonly go: string
  /** Go duration text, e.g. `15s`; what people read. */
  readonly text: string
  /** As protocol buffers, and so Istio, write it: seconds alone, `0.8s`. */
  readonly proto: string
  /** As the Gateway API writes it (GEP-2257): whole numbers, `1s800ms`. */
  readonly gateway: string
}
