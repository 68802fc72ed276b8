// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT
//
// usage: node faultproxy.js UPSTREAM-URL
// An HTTP proxy in front of a real server, on a port of 127.0.0.1, that does to requests what bad networks do. It is
// driven by one JSON command a line on stdin and tells one JSON record a line on stdout; it ends when stdin does.
//
// Commands, each answered by {"type":"ok"} or {"type":"error","message"} behind all records of what came before:
//   {"do":"add","match":{…},"fault":{…}}   see Rule and the table of faults below
//   {"do":"clear"}                         no faults from now on; what is held back is dropped
//   {"do":"release"}                       what is held back goes on
//   {"do":"refuse"} {"do":"accept"}        close the port and every connection, open it again
//   {"do":"keep"}                          the bodies of replies are told from now on
//   {"do":"ping"}                          nothing
// Records: {"type":"ready","port","strayPort"} first, then for each request
//   {"type":"request","ordinal","method","path","headers","hasAuthorization","authorizationDigest","body","fault"} when it
//   has arrived,
//   {"type":"done","ordinal","serverStatuses","status","bytes"[,"reply"]} before the first byte of a reply, or when there
//   will be none; "bytes" and "reply" are of the body that the client is about to get,
//   {"type":"stray",…as request} for what comes to the second port, to which redirects lead: there should be none.

'use strict';

const crypto = require('crypto');
const http = require('http');
const net = require('net');
const readline = require('readline');
const { Duplex } = require('stream');

const upstream = new URL(process.argv[2]);

function tell(record) {
  process.stdout.write(JSON.stringify(record) + '\n');
}

// A socket whose outgoing bytes can be slowed down, and cut off at any of them.
class Cable extends Duplex {
  constructor(socket) {
    super();
    this.socket = socket;
    this.shape({});
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.push(chunk) || socket.pause());
    socket.on('end', () => this.push(null));
    socket.on('error', () => this.destroy());
    socket.on('close', () => this.destroy());
    this.on('error', () => {});
  }

  // Of the bytes from now on only cutAt go out, and no more than `bytes` of them within `ms` milliseconds.
  shape({ cutAt = Infinity, ending = 'end', bytes = Infinity, ms = 0 }) {
    Object.assign(this, { left: cutAt, ending, bytes, ms });
  }

  cut() {
    this.left = 0;
    if (this.ending === 'reset') {
      this.socket.resetAndDestroy();
    } else {
      this.socket.end(() => this.socket.destroy());
    }
  }

  reset() {
    this.socket.resetAndDestroy();
  }

  _read() {
    this.socket.resume();
  }

  _write(chunk, encoding, done) {
    if (this.destroyed || this.socket.destroyed) {
      done();
      return;
    }
    const part = chunk.subarray(0, Math.min(chunk.length, this.left, this.bytes));
    const rest = chunk.subarray(part.length);
    this.left -= part.length;
    this.socket.write(part, () => {
      const goOn = () => (rest.length > 0 ? this._write(rest, encoding, done) : done());
      if (this.left === 0) {
        this.cut();
        done();
      } else if (this.ms > 0) {
        setTimeout(goOn, this.ms);
      } else {
        goOn();
      }
    });
  }

  _final(done) {
    this.socket.end(done);
  }

  _destroy(error, done) {
    this.socket.destroy();
    done(error);
  }
}

// Which requests a fault befalls: those of this method, whose path (with its query) matches the regular expression, that
// are the ordinal-th of all; and of these from the `first` on every `every`-th, `times` times, for `ms` milliseconds.
class Rule {
  constructor(match = {}, fault) {
    this.match = { first: 1, every: 1, times: Infinity, ...match };
    this.fault = fault;
    this.path = new RegExp(this.match.path || '');
    this.until = this.match.ms ? Date.now() + this.match.ms : Infinity;
    this.seen = 0;
    this.done = 0;
  }

  takes(request) {
    const { method, ordinal, first, every, times } = this.match;
    if (method && method !== request.method) return false;
    if (ordinal && ordinal !== request.ordinal) return false;
    if (!this.path.test(request.path) || Date.now() > this.until || this.done >= times) return false;
    this.seen += 1;
    if (this.seen < first || (this.seen - first) % every !== 0) return false;
    this.done += 1;
    return true;
  }
}

let rules = [];
let held = [];
let ordinal = 0;
let keepsReplies = false;
let port = 0;
const cables = new Set();

function describe(type, request, body) {
  const { authorization, ...headers } = request.headers;
  const hasAuthorization = authorization !== undefined;
  const digest = hasAuthorization ? crypto.createHash('sha256').update(authorization).digest('hex') : '';
  return { type, method: request.method, path: request.url, headers, hasAuthorization, authorizationDigest: digest,
           body: body.toString() };
}

async function bodyOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// [name, value, name, value …] without those that belong to one connection, or those named.
function without(rawHeaders, ...names) {
  const dropped = ['connection', 'keep-alive', ...names];
  return rawHeaders.filter((_, i) => !dropped.includes(rawHeaders[i - (i % 2)].toLowerCase()));
}

// One request and its fault.
class Exchange {
  constructor(request, response, fault) {
    Object.assign(this, { request, response, fault, cable: request.socket, ordinal: (ordinal += 1) });
    this.serverStatuses = [];
    response.on('error', () => {});
  }

  done(status, body = Buffer.alloc(0)) {
    const reply = keepsReplies ? { reply: body.toString() } : {};
    tell({ type: 'done', ordinal: this.ordinal, serverStatuses: this.serverStatuses, status, bytes: body.length, ...reply });
  }

  break() {
    this.done(0);
    this.cable.reset();
  }

  // Resolves when a command releases it; never, when it is dropped.
  hold() {
    return new Promise((resolve) => held.push(resolve));
  }

  // Sends the request to the server. Null: no reply came.
  ask(shape = {}) {
    return new Promise((resolve) => {
      const cable = new Cable(net.connect(upstream.port, upstream.hostname));
      cable.shape(shape);
      const { method, url, rawHeaders } = this.request;
      // Told that the connection ends, a server may end it before it has read a body that it refuses, and so lose its answer.
      const headers = [...without(rawHeaders), 'Connection', 'keep-alive'];
      const question = http.request({ createConnection: () => cable, method, path: url, headers });
      const giveUp = () => {
        cable.destroy();
        resolve(null);
      };
      question.on('error', giveUp);
      question.on('response', (answer) => {
        bodyOf(answer).then((body) => {
          this.serverStatuses.push(answer.statusCode);
          cable.destroy();
          resolve({ status: answer.statusCode, message: answer.statusMessage, headers: without(answer.rawHeaders), body });
        }, giveUp);
      });
      question.end(this.body);
    });
  }

  reply(answer, shape = {}) {
    if (!answer) {
      this.break();
      return;
    }
    this.done(answer.status, answer.body);
    this.cable.shape(shape);
    this.response.writeHead(answer.status, answer.message, answer.headers);
    this.response.end(answer.body);
  }

  // 200 and then for ever.
  replyEndlessly(headers, shape) {
    this.done(200);
    this.cable.shape(shape);
    this.response.writeHead(200, headers);
    const more = Buffer.alloc(shape.bytes ? shape.bytes : 65536, ' ');
    const write = () => {
      while (!this.cable.destroyed && this.response.write(more));
    };
    this.response.on('drain', write);
    write();
  }
}

// What each kind of fault does once the request was read; its parameters are those that each reads from `fault`.
const faults = {
  async pass(exchange) {
    exchange.reply(await exchange.ask());
  },
  async reset(exchange) {
    exchange.break();
  },
  // Closes the port, for `ms` milliseconds where given.
  async refuse(exchange, { ms }) {
    exchange.done(0);
    refuse();
    if (ms) setTimeout(accept, ms);
  },
  // Until a command releases it: at "request" the server has not seen it, at "reply" it has answered.
  async hang(exchange, { at }) {
    if (at === 'reply') {
      const answer = await exchange.ask();
      tell({ type: 'held', ordinal: exchange.ordinal });
      await exchange.hold();
      exchange.reply(answer);
    } else {
      tell({ type: 'held', ordinal: exchange.ordinal });
      await exchange.hold();
      exchange.reply(await exchange.ask());
    }
  },
  // `bytes` every `ms` milliseconds, to the "server" or to the "client".
  async drip(exchange, { towards, bytes, ms }) {
    const shape = { bytes, ms };
    exchange.reply(await exchange.ask(towards === 'server' ? shape : {}), towards === 'server' ? {} : shape);
  },
  // The server gets so many bytes of head and body and then the end of the connection.
  async cutRequest(exchange, { at, ending }) {
    exchange.reply(await exchange.ask({ cutAt: at, ending }));
  },
  async cutReply(exchange, { at, ending }) {
    exchange.reply(await exchange.ask(), { cutAt: at, ending });
  },
  // The server has done it, and nobody hears of that.
  async dropReply(exchange) {
    await exchange.ask();
    exchange.break();
  },
  // The server gets it twice, the second time at once or when a command releases it; the client has one of the answers.
  async duplicate(exchange, { answer, isLate }) {
    const first = await exchange.ask();
    if (isLate) {
      exchange.reply(first);
      await exchange.hold();
      await exchange.ask();
      tell({ type: 'done', ordinal: exchange.ordinal, serverStatuses: exchange.serverStatuses, status: first.status });
    } else {
      const second = await exchange.ask();
      exchange.reply(answer === 2 ? second : first);
    }
  },
  // Answers without the server, unless `asks`; what is not given then stays as the server said it. `keep` cuts the body
  // within a frame that is whole.
  async rewrite(exchange, { asks, status, headers, body, keep }) {
    const answer = (asks && (await exchange.ask())) || { status: 200, headers: [], body: Buffer.alloc(0) };
    const given = Object.entries(headers || {});
    const text = body === undefined ? answer.body : Buffer.from(body);
    exchange.reply({
      status: status || answer.status,
      headers: [...without(answer.headers, 'content-length', 'transfer-encoding', ...given.map(([name]) => name.toLowerCase())),
                ...given.flat()],
      body: text.subarray(0, keep === undefined ? text.length : keep),
    });
  },
  async endless(exchange, { bytes, ms }) {
    exchange.replyEndlessly({ 'Content-Type': 'application/json' }, { bytes, ms });
  },
};

const server = http.createServer(async (request, response) => {
  request.socket.shape({});
  const seen = { method: request.method, path: request.url, ordinal: ordinal + 1 };
  const rule = rules.find((other) => other.fault.at !== 'connection' && other.takes(seen));
  const fault = rule ? rule.fault : { kind: 'pass' };
  const exchange = new Exchange(request, response, fault);
  const isUnread = fault.kind === 'reset' && fault.at === 'head';
  try {
    exchange.body = isUnread ? Buffer.alloc(0) : await bodyOf(request);
  } catch {
    return; // the client left in the middle of it
  }
  tell({ ...describe('request', request, exchange.body), ordinal: exchange.ordinal, fault: fault.kind });
  await faults[fault.kind](exchange, fault);
});
server.keepAliveTimeout = 0; // the client ends a connection, as with the real server
server.on('clientError', (error, socket) => socket.destroy());

const front = net.createServer((socket) => {
  socket.on('error', () => {});
  if (rules.some((rule) => rule.fault.at === 'connection' && rule.takes({ method: '', path: '', ordinal: ordinal + 1 }))) {
    // Not before the first byte: Qt's sockets miss a reset that comes together with the connection.
    socket.once('data', () => socket.resetAndDestroy());
    return;
  }
  const cable = new Cable(socket);
  cables.add(cable);
  cable.on('close', () => cables.delete(cable));
  server.emit('connection', cable);
});

function refuse() {
  front.close();
  cables.forEach((cable) => cable.reset());
}

function accept() {
  return new Promise((resolve, reject) => {
    if (front.listening) {
      resolve();
      return;
    }
    front.once('error', reject);
    front.listen(port, '127.0.0.1', () => {
      front.off('error', reject);
      resolve();
    });
  });
}

// Below the range that the kernel gives to clients: nobody takes the port while it is closed.
async function open(attempts = 50) {
  port = 10000 + Math.floor(Math.random() * 10000);
  try {
    await accept();
  } catch (error) {
    if (attempts === 0) throw error;
    await open(attempts - 1);
  }
}

const commands = {
  add: ({ match, fault }) => {
    if (fault.kind !== undefined && !faults[fault.kind]) throw new Error(`There is no fault ${fault.kind}.`);
    rules.push(new Rule(match, fault));
  },
  clear: () => {
    rules = [];
    held = [];
  },
  release: () => held.splice(0).forEach((goOn) => goOn()),
  refuse: () => refuse(),
  accept: () => accept(),
  keep: () => {
    keepsReplies = true;
  },
  ping: () => {},
};

const stray = http.createServer(async (request, response) => {
  tell(describe('stray', request, await bodyOf(request)));
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end('[]');
});

stray.listen(0, '127.0.0.1', async () => {
  await open();
  tell({ type: 'ready', port, strayPort: stray.address().port });
  const lines = readline.createInterface({ input: process.stdin });
  lines.on('close', () => process.exit(0)); // the owner is gone, however it went
  for await (const line of lines) {
    try {
      const command = JSON.parse(line);
      await commands[command.do](command);
      tell({ type: 'ok' });
    } catch (error) {
      tell({ type: 'error', message: error.message });
    }
  }
});
process.stdout.on('error', () => process.exit(0));
