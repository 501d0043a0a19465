// node-redis against a live cluster: arguments are the port of the leader and that of a follower, then perhaps an authority's
// certificate, a user and a password.
const assert = require('assert');
const fs = require('fs');
const { BasicClientSideCache, createClient, createCluster } = require('redis');

const [ca, username, password] = process.argv.slice(4);
const login = ca ? { username, password } : {};
const secure = ca ? { tls: true, ca: fs.readFileSync(ca), servername: 'localhost' } : {};

async function eventually(action) {
  const deadline = Date.now() + 30000;
  for (;;) {
    try {
      return await action();
    } catch (e) {
      if (Date.now() > deadline) throw e;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function connected(port, options = {}) {
  const client = createClient({ ...login, ...options, socket: { host: '127.0.0.1', port, reconnectStrategy: false, ...secure } });
  client.on('error', () => {});
  await client.connect();
  return client;
}

// Subscribes, and answers what comes: a promise a message.
async function subscribed(port, channel) {
  const client = await connected(port);
  const heard = [];
  const waiting = [];
  try {
    await client.subscribe(channel, (message) => (waiting.length ? waiting.shift()(message) : heard.push(message)));
  } catch (e) {
    client.destroy();
    throw e;
  }
  return { client, next: () => (heard.length ? Promise.resolve(heard.shift()) : new Promise((resolve) => waiting.push(resolve))) };
}

async function main(leader, follower) {
  const r = await connected(leader);
  assert.strictEqual(await r.set('nr:s', 'v'), 'OK');
  assert.strictEqual(await r.get('nr:s'), 'v');
  await r.hSet('nr:h', { a: '1', b: '2' });
  assert.deepStrictEqual({ ...(await r.hGetAll('nr:h')) }, { a: '1', b: '2' });
  await r.zAdd('nr:z', [{ score: 1, value: 'one' }, { score: 2, value: 'two' }]);
  assert.deepStrictEqual((await r.zRangeWithScores('nr:z', 0, -1)).map((entry) => entry.score), [1, 2]);
  assert.deepStrictEqual(await r.multi().set('nr:t', '1').incr('nr:t').exec(), ['OK', 2]);
  assert.strictEqual(await r.eval("return redis.call('incrby', KEYS[1], ARGV[1])", { keys: ['nr:t'], arguments: ['3'] }), 5);

  const news = await subscribed(leader, 'nr:news');
  assert.strictEqual(await r.publish('nr:news', 'hello'), 1);
  assert.strictEqual(await news.next(), 'hello');

  // Client-side caching in RESP3: what is read is kept until an invalidation comes over the same connection.
  const cache = new BasicClientSideCache();
  const reader = await connected(leader, { RESP: 3, clientSideCache: cache });
  assert.strictEqual(await reader.get('nr:s'), 'v');
  assert.strictEqual(await reader.get('nr:s'), 'v');
  assert.strictEqual(cache.stats().hitCount, 1);
  await r.set('nr:s', 'w');
  await eventually(async () => assert.strictEqual(await reader.get('nr:s'), 'w'));
  reader.destroy();

  const c = createCluster({ rootNodes: [{ socket: { host: '127.0.0.1', port: follower, ...secure } }], defaults: { ...login, socket: { ...secure } } });
  c.on('error', () => {});
  await c.connect();
  assert.strictEqual(await c.set('nr:c', 'cluster'), 'OK');
  assert.strictEqual(await c.get('nr:c'), 'cluster');

  // Another node leads: the subscriber's connection ends, the cluster's client finds the way, and both go on there.
  const ended = new Promise((resolve) => news.client.on('error', resolve));
  assert.strictEqual(await r.sendCommand(['RAFT.TRANSFER_LEADER']), 'OK');
  await ended;
  assert.strictEqual(await eventually(() => c.set('nr:after', 'failover')), 'OK');
  assert.strictEqual(await eventually(() => c.get('nr:after')), 'failover');
  const now = (await eventually(() => r.sendCommand(['CLUSTER', 'SLOTS'])))[0][2][1];
  assert.notStrictEqual(now, leader);
  const again = await eventually(() => subscribed(now, 'nr:news'));
  const other = await connected(now);
  assert.strictEqual(await other.publish('nr:news', 'again'), 1);
  assert.strictEqual(await again.next(), 'again');
  console.log('ok');
  process.exit(0);
}

main(Number(process.argv[2]), Number(process.argv[3])).catch((e) => { console.error(e); process.exit(1); });
