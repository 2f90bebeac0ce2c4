import { containerPolicies } from './kube-linter-containers.js'
import { objectPolicies } from './kube-linter-objects.js'
import { podPolicies } from './kube-linter-pods.js'
import { rightsPolicies } from './kube-linter-rights.js'
import { polarisPolicies } from './polaris.js'
import type { Policy } from './policy.js'

/**
 * The built-in checks of kube-linter and polaris, which can't be installed from package registries, by their names.
 * not-applicable.ts lists those that are left out.
 */
export const policies: readonly Policy[] = [
  ...containerPolicies,
  ...podPolicies,
  ...objectPolicies,
  ...rightsPolicies,
  ...polarisPolicies,
]
