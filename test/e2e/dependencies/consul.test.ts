import { Consul } from '../../support/consul.js'
import { describeWith } from '../../support/tools.js'
import { scenarios } from './centre.js'

describeWith(['go', 'make', 'consul'], 'settings from a real Consul', () => {
  scenarios(async () => {
    const server = await Consul.prepare()
    return {
      name: 'Consul',
      version: '1.20.6',
      source: 'consul',
      env: { CONSUL_ADDRESS: `http://${server.address}` },
      set: (values) =>
        server.set(
          Object.fromEntries(Object.entries(values).map(([key, value]) => [`orders/${key.replace('.', '/')}`, value])),
        ),
      launch: () => server.launch(),
      kill: () => server.kill(),
      pause: () => server.pause(),
      resume: () => server.resume(),
    }
  })
})
