import { fileJudges } from './files.js'
import type { Judge } from './judgement.js'
import { kubeScore } from './kube-score.js'
import { monitoringJudges } from './monitoring.js'
import { restated } from './restated.js'

/** Every linter that judges a project by itself; checkov.ts judges many at once. */
export const judges: readonly Judge[] = [kubeScore, ...restated, ...fileJudges, ...monitoringJudges]
