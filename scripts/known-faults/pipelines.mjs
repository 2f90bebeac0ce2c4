// @ts-check

const jobs = ['test/e2e/pipelines/jobs.test.ts']
const gates = ['test/e2e/pipelines/gates.test.ts']
const github = 'templates/features/github/dot-github/workflows'

/**
 * Pipelines as they really run.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const pipelines = [
  {
    id: 'E15',
    what: 'GitLab tests alerts in an image without promtool, and fails on every run',
    file: 'templates/partials/gitlab-pipeline.hbs',
    from: 'name: {{jobs.prometheus}}',
    to: 'name: {{image.builder}}',
    test: jobs,
    pattern: 'gitlab checks, image, staging',
  },
  {
    id: 'E15',
    what: 'Jenkins tests alerts in a container without promtool, and fails on every run',
    file: 'templates/features/jenkins/Jenkinsfile.hbs',
    from: "container('promtool')",
    to: "container('go')",
    test: jobs,
    pattern: 'jenkins checks, image, staging',
  },
  {
    id: 'E16',
    what: 'GitHub pushes to a protected branch with a token that no rule can let through',
    file: 'templates/partials/github-key.hbs',
    from: 'ssh-key: $\\{{ secrets.DEPLOY_KEY }}',
    to: 'token: $\\{{ github.token }}',
    test: jobs,
    pattern: 'github a canary that answers 500',
  },
  {
    id: 'E16',
    what: 'where the plan has no required reviewers production goes out without anybody’s word',
    file: 'templates/partials/github-reviewers.hbs',
    from: '"$reviewers" -gt 0',
    to: '"$reviewers" -ge 0',
    test: jobs,
    pattern: 'github without required reviewers',
  },
  {
    id: 'E16',
    what: 'the job that deploys to production does not wait for the look at its reviewers',
    file: `${github}/release.yaml.hbs`,
    from: '{{#if isProduction}}, approval{{/if}}',
    to: '',
    test: gates,
    pattern: 'github: every job that changes it',
  },
  {
    id: 'E17',
    what: 'the smoke test of a canary takes what the old version answers for a proof',
    file: 'templates/features/http/scripts/smoke.sh.hbs',
    from: '*) continue ;;',
    to: '*) met=$((met + 1)) ;;',
    test: jobs,
    pattern: 'where pods alone divide the traffic',
  },
  {
    id: 'E17',
    what: 'the smoke test of a canary does not ask by the header that the routes have',
    file: 'src/model/promotions.ts',
    from: "isRouted ? 'canary' : undefined",
    to: "isRouted ? 'stable' : undefined",
    test: gates,
    pattern: 'the smoke test of a canary',
  },
  {
    id: 'E17',
    what: 'a rollback does not look whether the older version answers',
    file: `${github}/rollback.yaml.hbs`,
    from: 'run: sh scripts/smoke.sh',
    to: 'run: true scripts/smoke.sh',
    test: jobs,
    pattern: 'github a way back smokes too',
  },
  {
    id: 'E17',
    what: 'Jenkins takes production back without asking anybody',
    file: 'templates/features/jenkins/Jenkinsfile.hbs',
    from: "params.ROLLBACK == '{{productionEnv.name}}'",
    to: "params.ROLLBACK == ''",
    test: gates,
    pattern: 'jenkins: a person stands before',
  },
  {
    id: 'E17',
    what: 'with rollout.engine none a rollback is offered that always fails',
    file: 'src/model/promotions.ts',
    from: 'const back = !(isProduction && hasColours(spec))',
    to: 'const back = !(isProduction && hasColours(spec)) || all.length > 0',
    test: gates,
    pattern: 'github, blue-green by none',
  },
  {
    id: 'E18',
    what: 'the job that takes a canary past its first step asks nobody',
    file: `${github}/release.yaml.hbs`,
    from: '    environment: {{yaml ../name}}\n',
    to: '',
    test: gates,
    pattern: 'github: every job that changes it',
  },
  {
    id: 'E18',
    what: 'a release goes past the first step of a canary by itself',
    file: 'templates/features/pipeline/scripts/promote.sh.hbs',
    from: '|| set_gate {{productionEnv.gate}} ;;',
    to: '|| set_gate {{productionEnv.open}} ;;',
    test: jobs,
    pattern: 'github checks, image, staging',
  },
]
