// @ts-check
// Renders examples/<name>/service.yaml into examples/<name>/output. CI runs it and requires no difference. The baseline stays
// out of it: compressed bytes that change with every template would be most of the repository (a test renders it).
import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { root } from './templates.mjs'

for (const name of readdirSync(path.join(root, 'examples'))) {
  const folder = path.join(root, 'examples', name)
  rmSync(path.join(folder, 'output'), { recursive: true, force: true })
  const args = ['output', '--config', 'service.yaml', '--yes', '--quiet']
  execFileSync(process.execPath, [path.join(root, 'dist/bin.js'), ...args], { cwd: folder, stdio: 'inherit' })
  rmSync(path.join(folder, 'output/.go-k8s-service/baseline.br'))
}
