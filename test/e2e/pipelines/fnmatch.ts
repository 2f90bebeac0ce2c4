/** Whether Ruby's `File.fnmatch` with FNM_PATHNAME, FNM_DOTMATCH and FNM_EXTGLOB finds that a path matches, as GitLab asks it. */
export function fnmatch(pattern: string, path: string): boolean {
  return choices(pattern).some((one) => expression(one).test(path))
}

/** The patterns that braces stand for. */
function choices(pattern: string): string[] {
  const [whole, head = '', inner = '', tail = ''] = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern) ?? []
  return whole === undefined ? [pattern] : inner.split(',').flatMap((one) => choices(`${head}${one}${tail}`))
}

function expression(pattern: string): RegExp {
  const parts = pattern.matchAll(/\*\*\/|\*|\?|\[\^?[^\]]+\]|[^*?[]+/g)
  const source = [...parts].map(([part]) => {
    if (part === '**/') {
      return '(?:[^/]+/)*'
    }
    if (part === '*' || part === '?') {
      return part === '*' ? '[^/]*' : '[^/]'
    }
    return part.startsWith('[^') ? `[^/${part.slice(2)}` : part.startsWith('[') ? part : escaped(part)
  })
  return new RegExp(`^${source.join('')}$`)
}

function escaped(text: string): string {
  return text.replaceAll(/[.+^$()|\\{}]/g, '\\$&')
}
