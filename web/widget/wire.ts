// SPDX-License-Identifier: Apache-2.0
// The shapes that travel between the widget and the server (docs: openapi.yaml).

export interface Terms {
  text: string;
  url?: string | null;
  version?: string | number | null;
}

export interface LeadField {
  name: string;
  type?: string;
  label?: string | null;
  required?: boolean;
}

export interface LeadForm {
  fields: LeadField[];
  consent?: { text: string; required?: boolean } | null;
}

export interface Project {
  name: string;
  whitelabel?: boolean;
  suggested_questions?: string[] | null;
  initial_message?: string | null;
  terms?: Terms | null;
  lead_form?: LeadForm | null;
  theme?: { accent?: string | null } | null;
  /** Longest message in characters, if the server tells it. */
  message_chars_max?: number;
}

export interface Session {
  token: string;
  expires_at: string;
}

export interface Citation {
  index: number;
  title: string;
  url?: string | null;
}

export interface WireMessage {
  uuid: string;
  content: string;
  is_human_message: boolean;
  feedback?: number | null;
  citations?: Citation[] | null;
  /** Who wrote it: visitor, ai, human (a person of the company) or system. */
  from?: string;
  name?: string | null;
  answered?: boolean | null;
}

export interface Chat {
  uuid: string;
  messages: WireMessage[];
  handoff?: string | null;
}

/** The data of one server-sent event; `type` says which fields are there. */
export interface WireEvent {
  type: string;
  chat?: string;
  message?: string;
  user_message?: string;
  text?: string;
  content?: string;
  uuid?: string;
  from?: string;
  name?: string | null;
  state?: string;
  reason?: string;
  code?: string;
  answered?: boolean;
  citations?: Citation[];
  index?: number;
  title?: string;
  url?: string;
}

export interface LeadValues {
  [field: string]: string | boolean;
}
