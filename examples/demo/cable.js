// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT
//
// usage: node cable.js LISTEN-PORT TARGET-PORT
// One client's network: what arrives at the first port of this machine goes to the second. Kill it and only that client
// is offline. Listening on 0 takes a free port; the port is printed as soon as it works.

'use strict';

const net = require('net');
const [listenPort, targetPort] = process.argv.slice(2).map(Number);

const server = net.createServer((client) => {
  const target = net.connect(targetPort, '127.0.0.1');
  client.pipe(target).pipe(client);
  client.on('error', () => target.destroy());
  target.on('error', () => client.destroy());
});
server.on('error', (error) => {
  console.error(`cable: ${error.message}`);
  process.exit(1);
});
server.listen(listenPort, '127.0.0.1', () => console.log(server.address().port));
