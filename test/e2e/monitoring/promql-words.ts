/** Words of PromQL that these rules may use; a word that is none of them is a metric or a label. */
const functions = ['absent', 'avg', 'changes', 'count', 'histogram_quantile', 'increase', 'max', 'min', 'rate', 'sum']
const keywords = ['and', 'by', 'group_left', 'ignoring', 'offset', 'on', 'or', 'unless']

/** What an expression consists of, as far as facts ask. */
export interface Words {
  readonly metrics: readonly string[]
  /** Labels in braces and in groupings. */
  readonly labels: readonly string[]
  /** What is between braces, of each selector. */
  readonly selectors: readonly string[]
  /** What is no word of PromQL. */
  readonly strange: readonly string[]
}

/**
 * Reads an expression without Prometheus: enough to find a misspelt word, thousands of times. promtool and promql judge the
 * expressions as they are.
 */
export function wordsOf(expr: string): Words {
  const selectors = [...expr.matchAll(/\{([^{}]*)\}/g)].map(([, text = '']) => text)
  const grouped = [...expr.matchAll(/\b(?:by|on|ignoring) ?\(([^()]*)\)/g)].map(([, text = '']) => text)
  const labels = [
    ...selectors.flatMap((text) => [...text.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, name = '']) => name)),
    ...grouped.flatMap((text) => text.split(',').map((name) => name.trim())),
  ]
  const bare = expr
    .replace(/\{[^{}]*\}/g, ' ')
    .replace(/\b(by|on|ignoring) ?\([^()]*\)/g, ' ')
    .replace(/\[\d+[smhd]\]|\boffset \d+[smhd]\b/g, ' ')
  const words = bare.match(/[\w:.]+|[^\s\w:.]/g) ?? []
  const isNumber = (word: string) => /^\d+(\.\d+)?(e-?\d+)?$/.test(word)
  const isOther = (word: string) => /^[()<>=!*/+,-]$/.test(word) || isNumber(word)
  const names = words.filter((word) => !isOther(word) && ![...functions, ...keywords].includes(word))
  return {
    metrics: names.filter((name) => /^[a-z_][\w:]*$/.test(name)),
    labels,
    selectors,
    strange: [
      ...names.filter((name) => !/^[a-z_][\w:]*$/.test(name)),
      ...selectors.filter((text) => !/^(\w+(=|!=|=~|!~)"[^"]*"(,|$))+$/.test(text)),
    ],
  }
}
