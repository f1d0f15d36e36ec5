// SPDX-License-Identifier: Apache-2.0
// Everything the view shows, in one object.

import type { Citation, Project } from "./wire.ts";

export interface Message {
  id?: string | undefined;
  /** A note is the widget's own word, such as that details have arrived. */
  from: "visitor" | "ai" | "human" | "note";
  name?: string | null | undefined;
  text: string;
  citations?: Citation[];
  /** The answer is still coming. */
  open?: boolean;
  /** Sent with a question, the same when it is asked again. */
  key?: string;
  /** This question has no answer and can be asked again. */
  failed?: boolean;
  feedback?: number | null | undefined;
  /** Offer to leave details or to talk to a person below this answer. */
  offer?: boolean;
}

export type Card = "lead" | "handoff";

export interface State {
  project?: Project;
  messages: Message[];
  /** A question is on its way. */
  busy?: boolean;
  notice?: "limited" | "failed" | "closed" | "terms" | undefined;
  /** The server's own words for the notice. */
  reason?: string | undefined;
  /** Clock time from which sending is allowed again, while it is not. */
  until?: string | undefined;
  /** The server's word: requested, active, resolved or nothing. */
  handoff?: string | null | undefined;
  /** First name of the person who has taken over. */
  person?: string | null | undefined;
  card?: Card | undefined;
  /** The terms stand open in front of the conversation. */
  terms?: boolean;
}
