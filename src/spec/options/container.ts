import * as hosts from '../hosts.js'
import { boolean, choice, integer, list, text } from '../option.js'
import * as rules from '../rules.js'

/** The image and what runs in it. */
export const container = {
  'image.repository': text(rules.imageRepository, {
    help: 'image reference without tag',
    derived: 'registry.example.com/<name>',
    ask: 'Image repository',
    common: true,
  }),
  'image.base': choice(['distroless', 'scratch', 'alpine', 'debian', 'ubuntu'], {
    default: 'distroless',
    help: 'base of the final image; an entrypoint script needs a shell',
    ask: 'Base image',
  }),
  'image.cgo': boolean({ default: false, help: 'link C code; needs a base with glibc', ask: 'Build with CGO?' }),
  'image.platforms': list(
    rules.platform,
    { min: 1, max: 7 },
    {
      default: ['linux/amd64', 'linux/arm64'],
      help: 'platforms that CI builds for',
    },
  ),
  'entrypoint.enabled': boolean({
    default: false,
    help: 'start through a script that waits for dependencies',
    ask: 'Wait for dependencies in an entrypoint script?',
  }),
  'entrypoint.waitFor': list(
    hosts.waitTarget,
    { min: 1, max: 10 },
    {
      help: 'dependencies that must accept connections first',
      when: 'entrypoint.enabled',
      ask: 'Dependencies to wait for (host:port, comma-separated)',
    },
  ),
  'entrypoint.timeout': integer(1, 600, {
    default: 60,
    unit: 's',
    help: 'longest wait for all dependencies together',
    when: 'entrypoint.enabled',
    ask: 'Longest wait, in seconds',
  }),
}
