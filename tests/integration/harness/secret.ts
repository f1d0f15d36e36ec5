// SPDX-License-Identifier: Apache-2.0
// Secrets of real forms, made at run time: none stands in a file of the project.
import { randomBytes, randomInt } from "node:crypto";

const ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export function letters(of: string, count: number): string {
  return Array.from({ length: count }, () => of[randomInt(of.length)]).join("");
}

/** CRC-32 of a text in six letters of base62. */
function checksum(text: string): string {
  let number = crc(text);
  let out = "";
  for (; number > 0; number = Math.floor(number / 62)) out = ALNUM[number % 62] + out;
  return out.padStart(6, "0");
}

/** CRC-32 as zip has it; zlib.crc32 is not in Debian 12's Node. */
function crc(text: string): number {
  let value = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    value ^= byte;
    for (let i = 0; i < 8; i++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

export function githubToken(): string {
  const body = letters(ALNUM, 30);
  return "ghp_" + body + checksum(body);
}

export const stripeKey = () => ["sk", "live", letters(ALNUM, 24)].join("_");
export const stripePublishable = () => ["pk", "live", letters(ALNUM, 24)].join("_");
export const awsKeyId = () => "AKIA" + "4" + letters(BASE32, 15);
export const anthropicKey = () => "sk-ant-" + "api03-" + randomBytes(90).toString("base64url").slice(0, 93) + "AA";
export const password = () => letters(ALNUM, 22);

export function doorwardKey(kind: "sk" | "pk"): string {
  const text = `dw_${kind}_` + letters(ALNUM, 32);
  return text + checksum(text);
}
