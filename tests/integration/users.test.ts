// SPDX-License-Identifier: Apache-2.0
// People by the command line: accounts, roles, the last owner, invitations and resets.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { sqlite } from "./harness/database.ts";
import { Doorward } from "./harness/doorward.ts";

const PASSWORD = "turnip lantern quarry osprey";
const ADA = "ada@example.com";
const EVA = "eva@example.com";

let doorward: Doorward;

const create = (email: string, role: string, more: string[] = [], input = `${PASSWORD}\n`) =>
  doorward.cli(["user", "create", email, "--role", role, "--password-stdin", ...more], { input });

// eslint-disable-next-line @typescript-eslint/no-explicit-any
const person = async (email: string): Promise<any> =>
  (await doorward.json(["user", "list"])).find((one: { email: string }) => one.email === email);

before(async () => {
  doorward = await Doorward.init();
  const made = await create("Ada@Example.COM", "owner", ["--name", "Ada Lovelace"]);
  assert.equal(made.status, 0, made.stderr);
});

test("an account is made with a password from standard input and listed", async () => {
  const ada = await person(ADA);
  assert.equal(ada.name, "Ada Lovelace");
  assert.equal(ada.role, "owner");
  assert.equal(ada.projects, "all");
  assert.equal(ada.second_factor, false);
  assert.equal(ada.disabled, false);
  const text = await doorward.cli(["user", "list"]);
  assert.match(text.stdout, /ada@example\.com +owner +password only +live/);
  assert.match((await doorward.cli(["user", "show", ADA])).stdout, /0 open sessions/);
});

test("the same address again is refused, whatever its case", async () => {
  const again = await create("ADA@example.com", "viewer");
  assert.equal(again.status, 1);
  assert.match(again.stderr, /has an account already/);
  assert.equal((await person(ADA)).role, "owner");
});

test("there is no option for a password, and without a terminal it says how to give one", async () => {
  const option = await doorward.cli(["user", "create", EVA, "--role", "agent", "--password", PASSWORD]);
  assert.equal(option.status, 2);
  assert.match(option.stderr, /unknown option --password/);
  assert.ok(!option.stderr.includes(PASSWORD));
  const child = await doorward.cli(["user", "create", EVA, "--role", "agent", "--password-stdin"], { input: "" });
  assert.equal(child.status, 2);
  assert.match(child.stderr, /no password on standard input/);
  assert.equal(await person(EVA), undefined);
});

test("a weak password is refused with words, and no account is left", async () => {
  for (const [weak, why] of [["short one\n", /12 characters/], ["password1234\n", /common/]] as const) {
    const refused = await create("weak@example.com", "agent", [], weak);
    assert.equal(refused.status, 2, refused.stdout);
    assert.match(refused.stderr, why);
    assert.ok(!refused.stderr.includes(weak.trim()), "the password is not repeated");
  }
  assert.equal(await person("weak@example.com"), undefined);
});

test("addresses, roles and projects that are none are refused by name", async () => {
  const cases: [string[], number, RegExp][] = [
    [["user", "create", "nobody", "--role", "agent", "--invite"], 2, /`nobody`/],
    [["user", "create", EVA, "--role", "king", "--invite"], 2, /`king` is no role: it is owner, admin/],
    [["user", "create", EVA, "--invite"], 2, /--role is needed/],
    [["user", "create", EVA, "--role", "agent", "--project", "nowhere=agent", "--invite"], 1, /no project `nowhere`/],
    [["user", "create", EVA, "--role", "agent", "--project", `${doorward.project}=admin`, "--invite"], 2, /agent is the most/],
    [["user", "role", "nobody@example.com", "agent"], 1, /there is no account nobody@example\.com/],
    [["user", "disable", ADA, "--team", "Nobody's"], 1, /there is no team `Nobody's`/],
  ];
  for (const [args, status, why] of cases) {
    const ended = await doorward.cli(args);
    assert.equal(ended.status, status, `${args.join(" ")}: ${ended.stderr}`);
    assert.match(ended.stderr, why);
  }
});

test("the last owner can be neither removed, disabled nor made less; with a second one they can", async () => {
  for (const args of [["role", ADA, "admin"], ["disable", ADA], ["remove", ADA]]) {
    const refused = await doorward.cli(["user", ...args]);
    assert.equal(refused.status, 1, args.join(" "));
    assert.match(refused.stderr, /last owner of a team; make another one first/);
  }
  assert.equal((await person(ADA)).role, "owner");
  assert.equal((await create(EVA, "owner")).status, 0);
  assert.equal((await doorward.cli(["user", "disable", EVA])).status, 0);
  assert.equal((await doorward.cli(["user", "role", ADA, "admin"])).status, 1, "a disabled owner is none");
  assert.equal((await doorward.cli(["user", "enable", EVA])).status, 0);
  assert.equal((await doorward.json(["user", "role", ADA, "admin"])).role, "admin");
  assert.equal((await doorward.json(["user", "role", ADA, "owner"])).role, "owner");
  assert.equal((await doorward.json(["user", "remove", EVA])).state, "removed");
  assert.equal(await person(EVA), undefined);
});

test("a role is narrowed to projects, stays so when it changes, and is widened again", async () => {
  const slug = doorward.project;
  assert.equal((await create("tom@example.com", "editor", ["--project", `${slug}=agent`])).status, 0);
  assert.deepEqual((await person("tom@example.com")).projects, [{ slug, role: "agent" }]);
  await doorward.json(["user", "role", "tom@example.com", "admin"]);
  assert.deepEqual((await person("tom@example.com")).projects, [{ slug, role: "agent" }]);
  await doorward.json(["user", "role", "tom@example.com", "agent", "--all-projects"]);
  assert.equal((await person("tom@example.com")).projects, "all");
});

test("without mail an invitation and a reset are printed as links that are stored as hashes only", async () => {
  const invited = await doorward.json(["user", "create", "ivy@example.com", "--role", "agent", "--invite"]);
  assert.equal(invited.mailed, false);
  assert.match(invited.link, /\/admin\/invitation#dw_iv_[0-9A-Za-z]{36}$/);
  assert.equal((await person("ivy@example.com")).state, "invited");
  const again = await doorward.json(["user", "create", "ivy@example.com", "--role", "viewer", "--invite"]);
  assert.notEqual(again.link, invited.link);
  const people = await doorward.json(["user", "list"]);
  assert.equal(people.filter((one: { email: string }) => one.email === "ivy@example.com").length, 1, "the newest replaces");
  const reset = await doorward.json(["user", "reset-password", ADA]);
  assert.match(reset.link, /\/admin\/reset#dw_rs_[0-9A-Za-z]{36}$/);
  const life = Date.parse(reset.expires_at) - Date.now();
  assert.ok(life > 55 * 60000 && life <= 60 * 60000, `${life} ms`);
  assert.equal(await sqlite(doorward, "SELECT count(*) FROM reset"), "1");
});

test("no link is made for a disabled account", async () => {
  await doorward.json(["user", "disable", "tom@example.com"]);
  const refused = await doorward.cli(["user", "reset-password", "tom@example.com"]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /disabled/);
  assert.equal((await person("tom@example.com")).disabled, true);
});

test("rules are read back as they were set; what is none is refused and changes nothing", async () => {
  const set = await doorward.json(["team", "set", "second_factor=true", "--grace", "14d", "key_age_days=180"]);
  assert.equal(set.rules.second_factor, true);
  assert.equal(set.rules.key_age_days, 180);
  const grace = set.rules.second_factor_from_ms - Date.now();
  assert.ok(Math.abs(grace - 14 * 86400000) < 60000);
  for (const wrong of ["second_factors=true", "key_age_days=-1", "key_age_days=many", "nonsense"]) {
    const refused = await doorward.cli(["team", "set", wrong]);
    assert.equal(refused.status, 2, wrong);
    assert.match(refused.stderr, /rule|KEY=VALUE|key_age_days/);
  }
  assert.deepEqual((await doorward.json(["team", "show"]))[0].rules, set.rules);
  assert.equal((await doorward.json(["team", "set", "second_factor=", "second_factor_from_ms="])).rules.second_factor, false);
});

test("with several teams it is asked for which one", async () => {
  await sqlite(doorward, "INSERT INTO team(id, name, created_ms) VALUES (randomblob(16), 'Second', 1)");
  const asked = await doorward.cli(["user", "list"]);
  assert.equal(asked.status, 2);
  assert.match(asked.stderr, /add --team NAME/);
  assert.deepEqual(await doorward.json(["user", "list", "--team", "Second"]), []);
  const foreign = await doorward.cli(["user", "role", ADA, "viewer", "--team", "Second"]);
  assert.equal(foreign.status, 1);
  assert.match(foreign.stderr, /not in the team Second/);
});
