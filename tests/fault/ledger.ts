// SPDX-License-Identifier: Apache-2.0
// What visitors were promised: every lead that was answered with 201, and whether the promise is kept.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { QUESTION } from "../integration/harness/company.ts";
import type { Doorward } from "../integration/harness/doorward.ts";
import type { Answer } from "../integration/harness/http.ts";

/** Limits out of the way: one client plays many visitors here. */
export const UNLIMITED: Record<string, string> = {
  LIMITS_SESSIONS_PER_HOUR: "1000000", LIMITS_MESSAGES_PER_MINUTE: "1000000", LIMITS_MESSAGES_PER_HOUR: "1000000",
  LIMITS_LEADS_PER_HOUR: "1000000", LIMITS_REQUESTS_PER_MINUTE: "1000000", LIMITS_SEARCHES_PER_MINUTE: "1000000",
};

export interface Listed { uuid: string; email: string }

/** One lead as a client sends it, again and again with the same key when it must. */
export interface Attempt { email: string; key: string; chat: string }

export class Ledger {
  /** E-mail address to the lead's id as it was acknowledged. */
  readonly promised = new Map<string, string>();
  /** Addresses that were sent at all. */
  readonly sent = new Set<string>();
  /** Answers that must not be. */
  readonly wrong: string[] = [];
  private count = 0;

  constructor(readonly doorward: Doorward) {}

  async chat(): Promise<string> {
    const answer = await this.doorward.ask("/api/v1/chats", {
      key: this.doorward.ownerKey, json: { project: this.doorward.project, message: QUESTION },
    });
    assert.equal(answer.status, 201, answer.text);
    return answer.json.uuid as string;
  }

  attempt(chat: string): Attempt {
    const email = `lead-${++this.count}-${randomUUID().slice(0, 8)}@customer.example`;
    this.sent.add(email);
    return { email, key: randomUUID(), chat };
  }

  /** Sends a lead once. A connection that breaks throws; any answer is judged. */
  async send(attempt: Attempt, allowed: number[] = []): Promise<Answer> {
    const answer = await this.doorward.ask(`/api/v1/chats/${attempt.chat}/lead`, {
      key: this.doorward.ownerKey, seconds: 30, headers: { "Idempotency-Key": attempt.key },
      json: { name: "A visitor", email: attempt.email, message: "Please call me.", consent: true },
    });
    if (answer.status === 201) {
      const before = this.promised.get(attempt.email);
      const uuid = answer.json.uuid as string;
      if (before !== undefined && before !== uuid) this.wrong.push(`${attempt.email}: ${before}, then ${uuid}`);
      this.promised.set(attempt.email, uuid);
    } else if (!allowed.includes(answer.status)) {
      this.wrong.push(`${attempt.email}: ${answer.status} ${answer.text.slice(0, 300)}`);
    } else {
      const error = answer.json as { code?: string; message?: string };
      if (!error.code || !error.message) this.wrong.push(`${answer.status} without words: ${answer.text}`);
    }
    return answer;
  }

  /** Compares with what the command line lists. */
  async verify(): Promise<{ listed: number }> {
    const ended = await this.doorward.cli(["lead", "list", "--limit", "10000", "--format", "json"]);
    assert.equal(ended.status, 0, ended.stderr);
    const listed = leads(JSON.parse(ended.stdout));
    const byEmail = new Map<string, string[]>();
    for (const lead of listed) byEmail.set(lead.email, [...(byEmail.get(lead.email) ?? []), lead.uuid]);
    for (const [email, uuid] of this.promised) {
      assert.deepEqual(byEmail.get(email) ?? [], [uuid], `${email} was acknowledged`);
    }
    for (const [email, uuids] of byEmail) {
      assert.ok(this.sent.has(email), `nobody sent ${email}`);
      assert.equal(uuids.length, 1, `${email} is there ${uuids.length} times`);
    }
    assert.deepEqual(this.wrong, []);
    return { listed: listed.length };
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
function leads(printed: any): Listed[] {
  const list = Array.isArray(printed) ? printed : printed.leads;
  return list.map((one: Record<string, string>) => ({ uuid: one["uuid"] ?? one["id"] ?? "", email: one["email"] ?? "" }));
}
