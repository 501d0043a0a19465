const Redis = require('ioredis');

class OutcomeUnknown extends Error {}  // it may have happened, may happen yet, or never: look before doing it again

const nothingHappened = /^(MOVED|CLUSTERDOWN|NOCLUSTER|LOADING|TRYAGAIN|NOTLEADER|UNBLOCKED)/;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Cluster {
  constructor(addresses) { this.addresses = addresses; }  // ['node1:6379', ...]

  async connect() {
    if (this.node && this.node.status === 'ready') return this.node;
    if (this.node) this.node.disconnect();
    const [host, port] = this.addresses[0].split(':');
    // No retries by the library: it would repeat what may have happened.
    this.node = new Redis(port, host, {
      lazyConnect: true, retryStrategy: null, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: 5000,
    });
    this.node.on('error', () => {});
    await this.node.connect();
    return this.node;
  }

  // repeatable: doing it twice is as good as once (SET, DEL, any read; not INCR, LPUSH, SPOP)
  async call(command, { repeatable = false, patience = 20000 } = {}) {
    for (const deadline = Date.now() + patience; ; await pause(100)) {
      let error;
      let sent = false;
      try {
        const node = await this.connect();
        sent = true;
        return await node.call(...command);
      } catch (caught) {
        error = caught;
      }
      const answered = error.name === 'ReplyError';
      if (answered && !nothingHappened.test(error.message) && !error.message.startsWith('TIMEOUT')) throw error;
      if (sent && !repeatable && !nothingHappened.test(error.message)) throw new OutcomeUnknown(error.message);
      if (Date.now() > deadline) throw error;
      if (this.node) this.node.disconnect();
      this.node = null;
      if (error.message.startsWith('MOVED')) this.addresses.unshift(error.message.split(' ')[2]);
      else this.addresses.push(this.addresses.shift());
      this.addresses = [...new Set(this.addresses)];
    }
  }
}
