// ioredis against a live cluster: arguments are the port of the leader and that of a follower.
const assert = require('assert');
const Redis = require('ioredis');

async function main(leader, follower) {
  const r = new Redis(leader, '127.0.0.1');
  assert.strictEqual(await r.set('js:s', 'v'), 'OK');
  assert.strictEqual(await r.get('js:s'), 'v');
  await r.rpush('js:l', 1, 2, 3);
  assert.deepStrictEqual(await r.lrange('js:l', 0, -1), ['1', '2', '3']);
  await r.hset('js:h', { a: 1, b: 2 });
  assert.deepStrictEqual(await r.hgetall('js:h'), { a: '1', b: '2' });
  assert.deepStrictEqual(await r.multi().set('js:t', 1).incr('js:t').exec(), [[null, 'OK'], [null, 2]]);
  r.disconnect();

  const c = new Redis.Cluster([{ host: '127.0.0.1', port: follower }]);
  assert.strictEqual(await c.set('js:c', 'cluster'), 'OK');
  assert.strictEqual(await c.get('js:c'), 'cluster');
  c.disconnect();
  console.log('ok');
}

main(Number(process.argv[2]), Number(process.argv[3])).catch((e) => { console.error(e); process.exit(1); });
