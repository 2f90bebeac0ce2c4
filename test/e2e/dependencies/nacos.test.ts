import { NacosDouble } from '../../support/nacos-double.js'
import { describeWith } from '../../support/tools.js'
import { scenarios } from './centre.js'

describeWith(['go', 'make'], 'settings from a double of Nacos 2 on the wire', () => {
  scenarios(async () => {
    const server = await NacosDouble.prepare()
    const document: Record<string, string | undefined> = {}
    return {
      name: 'Nacos (a double on the wire)',
      version: '2',
      source: 'nacos',
      env: { NACOS_ADDRESS: `http://${server.address}` },
      set: (values) => {
        Object.assign(document, values)
        const lines = Object.entries(document).filter(([, value]) => value !== undefined)
        server.publish(lines.map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join(''))
      },
      launch: () => server.launch(),
      kill: () => server.kill(),
      pause: () => server.pause(),
      resume: () => server.resume(),
    }
  })
})
