// SPDX-License-Identifier: Apache-2.0
// The description of the interface is served, and it describes what the route table has.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Doorward } from "./harness/doorward.ts";

const METHODS = ["get", "put", "post", "delete", "patch"];
let doorward: Doorward;

before(async () => {
  doorward = await Doorward.init({});
  await doorward.serve();
});

after(() => doorward.stop());

test("openapi.json has every route of the table and no other", async () => {
  const answer = await doorward.ask("/openapi.json");
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers["content-type"] as string, /^application\/json/);
  const described = Object.entries(answer.json.paths as Record<string, object>).flatMap(([path, item]) =>
    Object.keys(item).filter((key) => METHODS.includes(key)).map((key) => `${key.toUpperCase()} ${path}`));
  const routes = ((await doorward.json(["policy"])) as { method: string; path: string }[])
    .map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(described.filter((row) => !routes.includes(row)), [], "described and not there");
  assert.deepEqual(routes.filter((row) => !described.includes(row)), [], "there and not described");
});

test("the summaries are those of the route table", async () => {
  const { paths } = (await doorward.ask("/openapi.json")).json;
  for (const { method, path, summary } of await doorward.json(["policy"])) {
    assert.equal(paths[path][method.toLowerCase()].summary, summary, `${method} ${path}`);
  }
});

test("the description is there as YAML too", async () => {
  const answer = await doorward.ask("/openapi.yaml");
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.text, /^openapi: 3/m);
});
