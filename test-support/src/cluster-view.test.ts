import { expect, test } from 'vitest';
import { parseClusterNodes } from './cluster-view.ts';

test('reads ids, roles, links and slots', () => {
  const text = [
    'aaa 127.0.0.1:10001@20001,name myself,master - 0 0 1 connected 0-5460 7000 [93->-bbb]',
    'bbb 127.0.0.1:10002@20002 slave aaa 0 1 1 connected',
    'ccc 127.0.0.1:10003@20003 master,fail - 1 1 2 disconnected',
    '',
  ].join('\n');
  expect(parseClusterNodes(text)).toEqual([
    {
      id: 'aaa',
      port: 10_001,
      myself: true,
      role: 'master',
      masterId: undefined,
      failing: false,
      connected: true,
      slots: [
        [0, 5460],
        [7000, 7000],
      ],
    },
    {
      id: 'bbb',
      port: 10_002,
      myself: false,
      role: 'replica',
      masterId: 'aaa',
      failing: false,
      connected: true,
      slots: [],
    },
    {
      id: 'ccc',
      port: 10_003,
      myself: false,
      role: 'master',
      masterId: undefined,
      failing: true,
      connected: false,
      slots: [],
    },
  ]);
});
