// ioredis against a live cluster: arguments are the port of the leader and that of a follower, then perhaps an authority's
// certificate, a user and a password.
const assert = require('assert');
const { once } = require('events');
const fs = require('fs');
const Redis = require('ioredis');

const [ca, username, password] = process.argv.slice(4);
const way = ca ? { tls: { ca: fs.readFileSync(ca) }, username, password } : {};

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

async function subscribed(port, channel) {
  const s = new Redis(port, '127.0.0.1', { ...way, protocol: 2, autoResubscribe: false, retryStrategy: null });
  s.on('error', () => {});
  const id = await s.client('ID');
  try {
    await s.subscribe(channel);
  } catch (e) {
    s.disconnect();
    throw e;
  }
  return { s, id };
}

async function main(leader, follower) {
  const r = new Redis(leader, '127.0.0.1', way);
  assert.strictEqual(await r.set('js:s', 'v'), 'OK');
  assert.strictEqual(await r.get('js:s'), 'v');
  await r.rpush('js:l', 1, 2, 3);
  assert.deepStrictEqual(await r.lrange('js:l', 0, -1), ['1', '2', '3']);
  await r.hset('js:h', { a: 1, b: 2 });
  assert.deepStrictEqual(await r.hgetall('js:h'), { a: '1', b: '2' });
  assert.deepStrictEqual(await r.multi().set('js:t', 1).incr('js:t').exec(), [[null, 'OK'], [null, 2]]);
  assert.strictEqual(await r.eval("return redis.call('incrby', KEYS[1], ARGV[1])", 1, 'js:t', 3), 5);

  const news = await subscribed(leader, 'js:news');
  let heard = once(news.s, 'message');
  assert.strictEqual(await r.publish('js:news', 'hello'), 1);
  assert.deepStrictEqual(await heard, ['js:news', 'hello']);

  // Client-side caching in RESP2: another connection is told what is stale.
  const told = await subscribed(leader, '__redis__:invalidate');
  const reader = new Redis(leader, '127.0.0.1', { ...way, protocol: 2 });
  await reader.client('TRACKING', 'ON', 'REDIRECT', told.id);
  assert.strictEqual(await reader.get('js:s'), 'v');
  heard = once(told.s, 'message');
  await r.set('js:s', 'w');
  assert.deepStrictEqual(await heard, ['__redis__:invalidate', 'js:s']);
  reader.disconnect();

  const c = new Redis.Cluster([{ host: '127.0.0.1', port: follower }], { redisOptions: way });
  assert.strictEqual(await c.set('js:c', 'cluster'), 'OK');
  assert.strictEqual(await c.get('js:c'), 'cluster');

  // Another node leads: the subscribers' connections end, the cluster's client finds the way, and both go on there.
  const ended = [once(news.s, 'end'), once(told.s, 'end')];
  assert.strictEqual(await r.call('RAFT.TRANSFER_LEADER'), 'OK');
  await Promise.all(ended);
  assert.strictEqual(await eventually(() => c.set('js:after', 'failover')), 'OK');
  assert.strictEqual(await eventually(() => c.get('js:after')), 'failover');
  const now = (await eventually(() => r.cluster('SLOTS')))[0][2][1];
  assert.notStrictEqual(now, leader);
  const again = await eventually(() => subscribed(now, 'js:news'));
  heard = once(again.s, 'message');
  assert.strictEqual(await c.publish('js:news', 'again') >= 0, true);
  assert.deepStrictEqual(await heard, ['js:news', 'again']);
  again.s.disconnect();
  r.disconnect();
  c.disconnect();
  console.log('ok');
}

main(Number(process.argv[2]), Number(process.argv[3])).catch((e) => { console.error(e); process.exit(1); });
