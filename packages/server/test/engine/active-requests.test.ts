import { expect, test } from 'vitest';
import { ActiveRequests } from '../../src/engine/active-requests.ts';
import { RequestState } from '../../src/engine/request-state.ts';

const [one, two, three] = [1, 2, 3].map((id) => new RequestState<string>(id, 1, true, 0)) as [
  RequestState<string>,
  RequestState<string>,
  RequestState<string>,
];

function content(requests: ActiveRequests<string>) {
  const listed = requests.list().map(({ requestId }) => requestId);
  const found = [1, 2, 3].filter((id) => requests.get(id)?.requestId === id);
  expect(requests.size).toBe(listed.length);
  expect(found).toEqual(listed.toSorted());
  return listed;
}

test('active requests are found by their IDs, one or many, whatever has ended before', () => {
  const requests = new ActiveRequests<string>();
  expect(content(requests)).toEqual([]);
  requests.add(two);
  expect(content(requests)).toEqual([2]);
  requests.remove(two);
  expect(content(requests)).toEqual([]);
  requests.add(three);
  requests.add(one);
  requests.add(two);
  expect(content(requests)).toEqual([3, 1, 2]);
  requests.remove(one);
  requests.remove(three);
  expect(content(requests)).toEqual([2]);
  requests.add(one);
  expect(content(requests)).toEqual([2, 1]);
  requests.remove(two);
  requests.remove(one);
  expect(content(requests)).toEqual([]);
  requests.add(three);
  expect(content(requests)).toEqual([3]);
});

test('removing a request that is not there removes no other one', () => {
  const requests = new ActiveRequests<string>();
  requests.remove(one);
  requests.add(two);
  requests.remove(one);
  expect(content(requests)).toEqual([2]);
  requests.add(three);
  requests.remove(one);
  expect(content(requests)).toEqual([2, 3]);
});
