// SPDX-License-Identifier: Apache-2.0
// Server-sent events from bytes (WHATWG HTML 9.2.6). The type of an event is in its data, so `event:` is not kept.

/** Longest event kept, in characters; a server that sends more is broken. */
export const SSE_MAX = 1 << 20;

/** Returns a function to feed with chunks cut anywhere, even inside a UTF-8 character. */
export function sseParser(onevent: (data: string, id: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  let data = "";
  let id = "";
  return (chunk) => {
    // A CR at the very end may be half of a CR LF: it waits for the next chunk.
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() as string;
    for (const line of lines) {
      const [, field, value = ""] = /^([^:]*):? ?(.*)/.exec(line) as RegExpExecArray;
      if (field === "data") data += value + "\n";
      else if (field === "id") id = value;
      else if (!line && data) {
        onevent(data.slice(0, -1), id);
        data = "";
      }
    }
    if (rest.length + data.length > SSE_MAX) throw new Error("event too long");
  };
}
