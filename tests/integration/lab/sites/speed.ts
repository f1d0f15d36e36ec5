// SPDX-License-Identifier: Apache-2.0
// A site without a fault but with six hosts, for measuring.
import type { Site } from "../site.ts";

const MORE = ["app", "chat", "api", "login"];

export const SPEED_SITES: Site[] = [{
  name: "six-hosts",
  expect: {},
  zone: (zone, self) => {
    for (const name of MORE) zone.add(name, "A", self.address);
  },
  certificate: { names: ["six-hosts.test", "www.six-hosts.test", "mta-sts.six-hosts.test", ...MORE.map((name) => `${name}.six-hosts.test`)] },
  web: (web) => {
    web.moreNames = MORE.map((name) => `${name}.DOMAIN`);
  },
}];
