// SPDX-License-Identifier: Apache-2.0
// Reports held against the schemas of their formats; each gives what is wrong, "" when nothing is.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ROOT, temporaryFolder } from "./doorward.ts";

const require = createRequire(join(ROOT, "web", "package.json"));
const SARIF = join(dirname(require.resolve("@microsoft/jest-sarif/package.json")), "lib/schemas/sarif-2.1.0-rtm.5.json");
const XSD = join(ROOT, "tests/fixtures/schemas/junit.xsd");

export const json = (path: string): object => JSON.parse(readFileSync(path, "utf8"));

export function validator(schema: object): (value: unknown) => string {
  const Ajv = require("ajv");
  const ajv = new Ajv({ schemaId: "auto", logger: false, unknownFormats: "ignore" });
  ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"));
  const valid = ajv.compile(schema);
  return (value) => (valid(value) ? "" : JSON.stringify(valid.errors, null, 1));
}

export const sarifFault = validator(json(SARIF));

export function junitFault(text: string): string {
  const file = join(temporaryFolder(), "junit.xml");
  writeFileSync(file, text);
  try {
    execFileSync("xmllint", ["--noout", "--nonet", "--schema", XSD, file], { stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error);
  }
}
