// SPDX-License-Identifier: Apache-2.0
// What the development server knows: projects and answers chosen by a word in the question.

const lead_form = {
  fields: [
    { name: "name", type: "text", label: "", required: true },
    { name: "email", type: "email", label: "", required: true },
    { name: "company", type: "text", label: "", required: false },
    { name: "message", type: "textarea", label: "", required: false },
  ],
  consent: { text: "You may use these details to answer me.", required: true },
};
const base = {
  name: "Doorward",
  whitelabel: false,
  suggested_questions: ["How do I put the widget on my site?", "Where are my visitors' data stored?", "What does a lead's mail look like?"],
  initial_message: "",
  terms: null,
  lead_form,
  theme: { accent: "#2450c4" },
  challenge: null,
};
const terms = {
  text: "We keep this conversation for **30 days** to answer you and to improve our documents. Names, addresses and numbers are removed before anything is stored.\n\n- You can ask us to erase it at any time.\n- An AI writes the answers.",
  url: "/demo/#privacy",
  version: "2",
};

export const PROJECTS = {
  main: base,
  demo: base,
  terms: { ...base, terms },
  plain: { ...base, name: "Plain", lead_form: null, suggested_questions: [], message_chars_max: 60 },
  yellow: { ...base, name: "Hartmann & Söhne Steuerberatungsgesellschaft mbH", theme: { accent: "#ffd500" } },
  foreign: base,
};

const CITATIONS = [
  { index: 1, title: "Embed the widget", url: "https://docs.example.com/embed.html#script", snippet: "Put one line before the end of the body." },
  { index: 2, title: "Content Security Policy: what the widget needs from the page that carries it", url: "https://docs.example.com/guides/content-security-policy/embedding-in-detail", snippet: "script-src and connect-src." },
];
const SHORT = "Put **one line** on the page, just before the end of the body; the widget loads after the page is done [1]. A strict content policy needs two entries, `script-src` and `connect-src`, each with the address of your server [2].";
const LONG = `The steps are these [1]:

1. Make a project and name its **allowed domains**.
2. Add your documents:
   - files and folders
   - a sitemap, which is read again on each sync
3. Put this on the page:

\`\`\`html
<script async src="https://chat.example.com/widget.js" data-project="main"></script>
\`\`\`

Which option does what [2]:

| option | meaning | default |
|---|---|---|
| \`data-mode\` | \`launcher\` or \`inline\` | launcher |
| \`data-theme\` | light, dark or auto, as the device says | auto |
| \`data-offset\` | distance from the corner in pixels | 24 |

### After that
Open the page, ask something your documents answer, and look at the sources below the answer. If one is missing, the document was not read; \`doorward source list\` says why. Repeat until the ten most frequent questions of your customers are answered with the right page first.

A long word must not break the layout: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft.`;
const GERMAN = "Die Daten bleiben auf Ihrem eigenen Server; nichts wird an Dritte übertragen [1]. Vor dem Speichern werden Namen, Anschriften und Telefonnummern entfernt, und Gespräche werden nach der von Ihnen gesetzten Frist gelöscht [2].";
const ARABIC = "تبقى البيانات على خادمك الخاص ولا تُرسل إلى أي طرف ثالث [1]. تُحذف الأسماء والعناوين قبل التخزين، ويمكنك تحديد مدة الاحتفاظ بالمحادثات [2].";
const NONE = "I did not find this in our documents. You can leave your details or talk to a person.";
const HOSTILE = `<img src=x onerror="window.hacked=1"> [click](javascript:window.hacked=1) ![x](https://evil.example/?q=1) <script>window.hacked=1</script> [1] [9] **bold _and [2]_**`;

/** The scripted answer to a question. */
export function answerFor(question) {
  const has = (word) => question.toLowerCase().includes(word);
  const yes = (content, more = {}) => ({ content, citations: CITATIONS, answered: true, ...more });
  if (has("hostile")) return yes(HOSTILE, { citations: [{ ...CITATIONS[0], url: "javascript:window.hacked=1" }, CITATIONS[1]] });
  if (has("long")) return yes(LONG);
  if (has("slow")) return yes(LONG, { pace: 40, delay: 1500 });
  if (has("wait")) return yes(SHORT, { delay: 60_000 });
  if (has("daten") || has("wo ")) return yes(GERMAN);
  if (/[\u0600-\u06ff]/.test(question)) return yes(ARABIC);
  if (has("weather")) return { content: NONE, citations: [], answered: false };
  if (has("limit")) return { status: 429, code: "rate_limited", message: "Too many messages.", headers: { "Retry-After": "20" } };
  if (has("closed")) return { status: 409, code: "chat_closed", message: "closed" };
  if (has("broken")) return yes(SHORT, { error: true });
  if (has("cut off")) return yes(SHORT, { cut: "lost" });
  if (has("resume")) return yes(SHORT, { cut: "kept" });
  if (has("human")) return { content: "", citations: [], answered: true };
  return yes(SHORT);
}
