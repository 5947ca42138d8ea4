// The development network of the AT Protocol: a directory of accounts, one server for accounts, and the app view.
'use strict'
const readline = require('node:readline')
const getPort = require('get-port')
const { TestBsky, TestPds, TestPlc, mockNetworkUtilities } = require('@atproto/dev-env')

async function main() {
  const plc = await TestPlc.create({})
  const pdsPort = await getPort()
  const bsky = await TestBsky.create({
    plcUrl: plc.url,
    pdsPort,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresUrl: process.env.BLUESKY_DATABASE,
    dbPostgresSchema: 'bluesky',
    redisHost: process.env.REDIS_SOCKET,
  })
  const pds = await TestPds.create({
    port: pdsPort,
    didPlcUrl: plc.url,
    bskyAppViewUrl: bsky.url,
    bskyAppViewDid: bsky.ctx.cfg.serverDid,
  })
  mockNetworkUtilities(pds, bsky)
  console.log(JSON.stringify({ pds: pds.url, appview: bsky.url }))

  const http = bsky.server.server
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line === 'stop') {
      await new Promise((resolve) => {
        http.close(resolve)
        http.closeAllConnections()
      })
    } else if (line === 'start') {
      await new Promise((resolve) => http.listen(bsky.port, resolve))
    }
    console.log(line)
  }
  process.exit(0)
}

main()
