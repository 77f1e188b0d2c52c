import assert from 'node:assert/strict';

const sent: string[] = [];
const sendMail = async (to: string) => {
  sent.push(to);
  return `message to ${to}`;
};

// #region usage
import { createQueue } from '@xc/queue';

const queue = createQueue<{ 'mail.send': { in: { to: string }; out: string } }>('mails');

queue.work({
  // Runs at least once; what `once` has recorded is not done again when it runs a second time.
  'mail.send': (job) => job.once('send', () => sendMail(job.data.to)),
});

// The same id again is the same job; mails to one address leave one after the other.
const ref = await queue.add('mail.send', { to: 'ada@example.org' }, { id: 'welcome-ada', key: 'ada@example.org' });
const message = await ref.result();
// #endregion

assert.equal(message, 'message to ada@example.org');
assert.deepEqual(sent, ['ada@example.org']);
await queue.close();
