/** Where people read a repository: the address of its host, whatever Git speaks with it. */
export function webAddress(repository: string): string {
  return repository
    .replace(/\.git$/, '')
    .replace(/^ssh:\/\/(?:[^@/]+@)?([^:/]+)(?::\d+)?\//, 'https://$1/')
    .replace(/^[^@/:]+@([^:/]+):/, 'https://$1/')
}

/** The host of such an address. */
export function hostOf(address: string): string {
  return /^[a-z]+:\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)/.exec(address)?.[1] ?? 'localhost'
}
