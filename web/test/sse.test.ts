// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { SSE_MAX, sseParser } from "../widget/sse.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function parse(chunks: Uint8Array[]): [string, string][] {
  const out: [string, string][] = [];
  const push = sseParser((data, id) => out.push([data, id]));
  chunks.forEach(push);
  return out;
}

const STREAM = ': ping\nid: 1.1\nevent: message_delta\ndata: {"text":"Grüße 🙂"}\n\nid: 1.2\ndata: a\ndata: b\n\n:x\n\ndata:c\n\n';
const EVENTS = [
  ['{"text":"Grüße 🙂"}', "1.1"],
  ["a\nb", "1.2"],
  ["c", "1.2"],
];

test("events_are_the_same_wherever_the_stream_is_cut", () => {
  const all = bytes(STREAM);
  for (let i = 0; i <= all.length; i++) assert.deepEqual(parse([all.slice(0, i), all.slice(i)]), EVENTS, `cut at ${i}`);
  assert.deepEqual(parse([...all].map((b) => Uint8Array.of(b))), EVENTS);
});

test("each_of_the_three_line_ends_is_understood_wherever_it_is_cut", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const all = bytes(STREAM.replaceAll("\n", end) + ":" + end);
    for (let i = 0; i <= all.length; i++) assert.deepEqual(parse([all.slice(0, i), all.slice(i)]), EVENTS, JSON.stringify(end) + i);
  }
});

test("an_event_that_never_ends_is_not_told", () => {
  assert.deepEqual(parse([bytes("data: half")]), []);
});

test("unknown_fields_and_fields_without_a_value_do_no_harm", () => {
  assert.deepEqual(parse([bytes("retry: 5\nfoo: bar\ndata\nid\ndata: x\n\n")]), [["\nx", ""]]);
});

test("an_endless_line_and_an_endless_event_are_refused", () => {
  assert.throws(() => parse([bytes("data: " + "x".repeat(SSE_MAX + 1))]));
  assert.throws(() => parse(Array.from({ length: 40 }, () => bytes("data: " + "x".repeat(SSE_MAX / 32) + "\n"))));
});
