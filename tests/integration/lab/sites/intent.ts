// SPDX-License-Identifier: Apache-2.0
// Sites that do not keep to their launch.yaml.
import type { Site } from "../site.ts";

export const INTENT_SITES: Site[] = [
  {
    name: "intent-origin", expect: { "intent.origin": "fail" },
    launch: () => "version: 1\norigin: https://intent-origin.test\n",
  },
  {
    name: "intent-expired", expect: { "intent.exception-expired": "warn" },
    launch: () => "version: 1\nexceptions:\n  - {id: dns.caa.missing, reason: we move in spring, until: 2020-01-31}\n",
  },
];
