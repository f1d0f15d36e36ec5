// SPDX-License-Identifier: Apache-2.0
// The widget's behaviour in a real browser against the development server, faults included.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch, until } from "./browser.ts";
import { serve, visit, type Server, type Visitor } from "./widget.ts";

let browser: Browser;
let server: Server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const options: Record<string, string> = {};
const journey = (name: string, run: (v: Visitor) => Promise<void>, parameters = options, view = {}): void => {
  test(name, async () => {
    server.control.requests.length = 0;
    const v = await visit(browser, server.origin, parameters, view);
    try {
      await run(v);
      assert.deepEqual(v.problems, []);
    } finally {
      await v.page.context().close();
    }
  });
};
const calls = (end: string, method = "POST"): typeof server.control.requests => server.control.requests.filter((r) => r.method === method && r.path.endsWith(end));
const live = async (): Promise<{ send(data: object): void; drop(): void; lastId?: string }> => {
  const chat = [...server.control.chats.keys()].at(-1) as string;
  await until(() => server.control.live.has(chat), "the widget follows its chat");
  return server.control.live.get(chat) as { send(data: object): void; drop(): void };
};

journey("answers_stream_in_and_carry_their_sources", async (v) => {
  await v.open();
  const answer = await v.ask("How do I put the widget on my site?");
  assert.match(await answer.innerText(), /just before the end of the body/);
  const chip = answer.locator(".body a.cite").first();
  assert.equal(await chip.getAttribute("href"), "https://docs.example.com/embed.html#script");
  assert.equal(await chip.getAttribute("rel"), "noopener noreferrer nofollow");
  assert.equal(await answer.locator(".sources li").count(), 2);
  assert.equal(await v.page.locator("[role=log]").getAttribute("aria-live"), "polite");
});

journey("nothing_is_asked_of_the_server_before_the_visitor_acts_but_the_projects_face", async (v) => {
  await v.button("Open chat").waitFor();
  assert.deepEqual(server.control.requests.map((r) => r.path), ["/projects/demo"]);
  assert.deepEqual(await v.page.context().cookies(), []);
});

journey("the_conversation_survives_a_reload", async (v) => {
  await v.open();
  await v.ask("first");
  await v.page.reload();
  await v.answers.first().waitFor();
  await v.ask("second");
  assert.equal(await v.answers.count(), 2);
  assert.equal(calls("/sessions").length, 1);
  assert.equal(calls("/chats").length, 1);
  assert.equal(calls("/messages").length, 1);
});

journey("a_session_that_ended_is_replaced_without_a_word_lost", async (v) => {
  await v.open();
  await v.ask("first");
  server.control.sessions.clear();
  await v.ask("second");
  assert.equal(await v.answers.count(), 2);
  assert.equal(calls("/sessions").length, 2);
  assert.equal(calls("/chats").length, 2);
});

journey("a_stream_that_breaks_is_completed_from_the_server", async (v) => {
  await v.open();
  const answer = await v.ask("resume");
  assert.match(await answer.innerText(), /address of your server/);
  assert.equal(await v.notice.isVisible(), false);
});

journey("an_answer_that_is_lost_says_so_and_can_be_asked_for_again", async (v) => {
  await v.open();
  await v.input.fill("broken");
  await v.input.press("Enter");
  await v.notice.getByText("No answer from the server").waitFor();
  await v.button("Try again").click();
  await until(() => calls("/messages").length === 1, "the question is sent again");
  const keys = [...calls("/chats"), ...calls("/messages")].map((r) => r.headers["idempotency-key"]);
  assert.ok(keys[0], "a question has a key");
  assert.deepEqual(keys, [keys[0], keys[0]], "the server knows it as the same");
  assert.equal(await v.page.locator(".msg.visitor").count(), 1);
});

journey("a_limit_says_when_and_opens_again_by_itself", async (v) => {
  await v.page.clock.install();
  await v.open();
  await v.input.fill("limit");
  await v.input.press("Enter");
  await v.notice.getByText(/You can write again at \d/).waitFor();
  await v.input.fill("more");
  assert.equal(await v.button("Send").isDisabled(), true);
  await v.page.clock.runFor(21_000);
  await until(async () => !(await v.button("Send").isDisabled()), "sending is open again");
});

journey("offline_is_said_and_what_was_written_is_kept", async (v) => {
  await v.open();
  await v.input.fill("draft");
  await v.page.context().setOffline(true);
  await v.notice.getByText("You are offline").waitFor();
  await v.input.press("Enter");
  assert.equal(await v.input.inputValue(), "draft");
  await v.page.context().setOffline(false);
  await v.notice.waitFor({ state: "hidden" });
  await v.ask("draft");
});

journey("a_lead_is_checked_beside_its_fields_and_sent_once", async (v) => {
  server.control.leads.length = 0;
  await v.open();
  await v.page.evaluate(() => (window as never as { Doorward: { setUser(u: object): void } }).Doorward.setUser({ company: "Example Ltd" }));
  await v.ask("weather");
  await v.button("Leave my details").click();
  const card = v.page.locator("form.card");
  assert.equal(await card.getByLabel(/^You may use/).isChecked(), false);
  assert.equal(await card.getByLabel("Name").getAttribute("autocomplete"), "name");
  await card.getByRole("button", { name: "Send" }).click();
  assert.equal(await card.getByText("This is needed.").count(), 3);
  await card.getByLabel("Name").fill("A Visitor");
  await card.getByLabel("Email").fill("nobody");
  await card.getByLabel(/^You may use/).check();
  await card.getByRole("button", { name: "Send" }).click();
  await card.getByText("Like name@example.com, please.").waitFor();
  await card.getByLabel("Email").fill("taken@example.com");
  await card.getByRole("button", { name: "Send" }).click();
  await card.getByText("This address cannot be used.").waitFor();
  await card.getByLabel("Email").fill("visitor@example.com");
  server.control.fail["lead"] = 503;
  await card.getByRole("button", { name: "Send" }).click();
  await card.getByText("No answer from the server").waitFor();
  delete server.control.fail["lead"];
  await card.getByRole("button", { name: "Send" }).click();
  await v.page.getByText("Thank you. We will get back to you.").waitFor();
  assert.equal(new Set(calls("/lead").map((r) => r.headers["idempotency-key"])).size, 1);
  const [lead, ...more] = server.control.leads;
  assert.deepEqual(more, []);
  const { key, chat, ...values } = lead as Record<string, unknown>;
  assert.ok(key && chat);
  assert.deepEqual(values, { name: "A Visitor", email: "visitor@example.com", company: "Example Ltd", consent: true });
});

journey("details_can_be_left_before_the_first_question", async (v) => {
  await v.open();
  await v.menu("Talk to a person");
  const card = v.page.locator("form.card");
  await card.getByLabel("Ask a question").fill("Do you serve Lisbon?");
  await card.getByLabel("Email").fill("visitor@example.com");
  await card.getByRole("button", { name: "Send" }).click();
  await v.page.getByText("Waiting for a person").waitFor();
  assert.equal(calls("/chats")[0]?.input["message"], "Do you serve Lisbon?");
  assert.equal(calls("/handoff").length, 1);
});

journey("a_person_is_heard_live_also_after_the_line_broke", async (v) => {
  await v.open();
  await v.ask("x");
  const first = await live();
  first.send({ type: "message", uuid: "1", content: "Hello from a person", from: "human", name: "Support" });
  await v.page.getByText("Hello from a person").waitFor();
  await v.page.getByText("Support is here").waitFor();
  first.drop();
  await until(async () => (await live()) !== first, "the widget comes back");
  const second = await live();
  assert.ok(second.lastId, "with the last event's id");
  second.send({ type: "message", uuid: "1", content: "Hello from a person", from: "human", name: "Support" });
  second.send({ type: "message", uuid: "2", content: "Still here", from: "human", name: "Support" });
  await v.page.getByText("Still here").waitFor();
  assert.equal(await v.page.locator(".msg.human").count(), 2);
  await v.button("Close chat").click();
  second.send({ type: "message", uuid: "3", content: "And later", from: "human", name: "Support" });
  await v.page.locator('.launcher[data-unread="1"]').waitFor();
});

journey("a_turn_that_a_person_will_answer_shows_no_empty_answer", async (v) => {
  await v.open();
  await v.input.fill("human");
  await v.input.press("Enter");
  await until(async () => (await v.page.locator(".dots").count()) === 0 && calls("/chats").length === 1, "the turn ends");
  assert.equal(await v.answers.count(), 0);
  assert.equal(await v.notice.isVisible(), false);
});

journey("hostile_answers_stay_text", async (v) => {
  await v.open();
  const answer = await v.ask("hostile");
  assert.equal(await v.page.evaluate(() => (window as never as { hacked?: number }).hacked), undefined);
  assert.equal(await answer.locator("img, script, iframe").count(), 0);
  assert.match(await answer.innerText(), /<img src=x onerror/);
  for (const href of await answer.locator("a").evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))) assert.match(href, /^https:\/\/docs\.example\.com\//);
});

journey("thumbs_and_a_comment_reach_the_server", async (v) => {
  server.control.feedback.length = 0;
  await v.open();
  await v.ask("x");
  await v.button("Not helpful").click();
  await v.page.getByLabel(/What was missing/).fill("the price");
  await v.page.keyboard.press("Enter");
  await until(() => server.control.feedback.length === 2, "both are there");
  assert.deepEqual(server.control.feedback.map(({ reaction, comment }) => [reaction, comment]), [
    [0, undefined],
    [0, "the price"],
  ]);
});

journey("starting_again_forgets_the_conversation", async (v) => {
  await v.open();
  await v.ask("x");
  await v.menu("Start again");
  await until(async () => (await v.page.locator(".msg.visitor").count()) === 0, "the conversation is gone");
  await v.ask("y");
  assert.equal(calls("/chats").length, 2);
});

journey("terms_come_first_and_no_session_is_made_without_them", async (v) => {
  await v.open();
  const dialog = v.page.getByRole("dialog", { name: "Privacy and terms" });
  await dialog.waitFor();
  for (let i = 0; i < 8; i++) {
    await v.page.keyboard.press("Tab");
    assert.ok(await v.page.evaluate(() => {
      const deep = document.querySelector("doorward-chat")?.shadowRoot?.activeElement;
      return !deep || !!deep.closest("dialog.terms");
    }), "the focus stays in the dialog");
  }
  await v.page.keyboard.press("Escape");
  await v.notice.getByText("Please accept the terms to chat.").waitFor();
  await v.input.fill("x");
  await v.input.press("Enter");
  await dialog.waitFor();
  assert.equal(calls("/sessions").length, 0);
  await v.button("Accept and continue").click();
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await v.input.inputValue(), "x");
  await v.ask("x");
  assert.equal(calls("/sessions")[0]?.input["terms_accepted"], true);
}, { project: "terms" });

journey("a_project_that_refuses_the_page_shows_nothing_to_open", async (v) => {
  await until(() => server.control.requests.length > 0, "the project was asked for");
  await v.page.waitForLoadState("networkidle");
  assert.equal(await v.page.locator(".launcher").isVisible(), false);
}, { project: "foreign" });

journey("the_script_interface_and_its_events_work", async (v) => {
  const names = await v.page.evaluate(async () => {
    const heard: string[] = [];
    for (const name of ["open", "close", "message", "answer", "error"]) addEventListener("doorward:" + name, () => heard.push(name));
    const { Doorward } = window as never as { Doorward: Record<string, (a?: unknown) => Promise<unknown>> };
    await Doorward["send"]?.("hello");
    Doorward["close"]?.();
    Doorward["setTheme"]?.("dark");
    Doorward["setLocale"]?.("de");
    Doorward["open"]?.();
    Doorward["reset"]?.();
    return heard;
  });
  assert.deepEqual(names, ["open", "message", "answer", "close", "open"]);
  await v.page.getByLabel("Stellen Sie eine Frage").waitFor();
  assert.equal(await v.page.locator(".dw").getAttribute("data-theme"), "dark");
  await until(async () => (await v.page.locator(".msg.visitor").count()) === 0, "the conversation is gone");
});

journey("a_reader_who_scrolled_up_is_not_pulled_down", async (v) => {
  await v.open();
  await v.ask("long");
  const box = v.page.locator(".scroller");
  await v.input.fill("slow");
  await v.input.press("Enter");
  await v.page.locator(".scroller .msg.ai").last().getByText("steps").waitFor();
  await box.evaluate((el) => (el.scrollTop = 0));
  await v.page.locator(".newest").waitFor();
  const text = v.page.locator(".msg.ai").last();
  const length = (await text.innerText()).length;
  await until(async () => (await text.innerText()).length > length + 100, "the answer grows");
  assert.equal(await box.evaluate((el) => el.scrollTop), 0);
});

journey("texts_and_direction_follow_the_site", async (v) => {
  await v.open();
  await v.page.getByLabel("اسأل").waitFor();
  assert.equal(await v.page.locator(".dw").getAttribute("dir"), "rtl");
  await v.ask("أين البيانات؟ long").catch(() => {});
  assert.ok(await v.page.locator(".scroller").evaluate((el) => el.scrollWidth <= el.clientWidth), "nothing sticks out");
}, { locale: "ar", texts: '{"ask":"اسأل","open":"Open chat"}' });
