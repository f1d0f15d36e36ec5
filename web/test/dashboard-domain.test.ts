// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { bareOf, judgeDomain, meaningOf, readDomain, type DomainProblem } from "../dashboard/lib/domain.ts";
import { projects } from "../dashboard/texts/en/projects.ts";

test("a_domain_is_read_as_the_server_keeps_it", () => {
  const good: [string, string][] = [
    ["example.com", "https://example.com"],
    [" https://www.Example.com/ ", "https://www.example.com"],
    ["*.example.com", "https://*.example.com"],
    ["https://*.example.com:8443", "https://*.example.com:8443"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["https://example.com:443", "https://example.com"],
    ["bücher.example", "https://xn--bcher-kva.example"],
    ["http://[::1]:3000", "http://[::1]:3000"],
  ];
  for (const [typed, kept] of good) {
    const read = readDomain(typed);
    assert.notEqual(typeof read, "string", `${typed}: ${String(read)}`);
    assert.equal(typeof read === "string" ? "" : read.value, kept);
  }
});

test("each_mistake_in_a_domain_has_its_own_words", () => {
  const bad: [string, DomainProblem][] = [
    ["", "empty"], ["a".repeat(301), "long"], ["www.*.com", "wildcard"], ["*", "wildcard"], ["*.com*", "wildcard"], ["*.localhost", "wildcardDot"], ["*.203.0.113.9", "wildcardDot"],
    ["https://example.com/chat", "path"], ["example.com?x", "path"], ["user@example.com", "path"], ["ftp://example.com", "scheme"], ["ex ample.com", "host"], ["example", "host"], ["example.com:99999", "port"], ["example.com:abc", "port"],
  ];
  for (const [typed, problem] of bad) {
    assert.equal(readDomain(typed), problem, typed);
    assert.ok(projects.domains.problems[problem]);
  }
});

test("a_domain_is_added_once", () => {
  assert.equal(judgeDomain("EXAMPLE.com", ["https://example.com"]), "twice");
  assert.equal(judgeDomain("www.example.com", ["https://example.com"]), null);
});

test("each_line_says_what_it_lets_in", () => {
  assert.equal(meaningOf("https://example.com"), "exact");
  assert.equal(meaningOf("https://*.example.com"), "subdomains");
  assert.equal(meaningOf("http://localhost:3000"), "local");
  assert.equal(meaningOf("http://127.0.0.1"), "local");
  assert.equal(meaningOf("http://example.com"), "insecure");
  assert.equal(meaningOf("https://203.0.113.9"), "address");
  assert.equal(bareOf("https://*.example.com:8443"), "example.com:8443");
});
