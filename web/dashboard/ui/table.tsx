// SPDX-License-Identifier: Apache-2.0
// A table that is one on a wide screen and a list of cards on a phone; to a screen reader always a table.
import type { ComponentChildren } from "preact";

export interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
  /** The row's own name: a heading of the row. */
  main?: boolean;
  /** The head is for screen readers only: a column of buttons. */
  silent?: boolean;
  look?: string;
}

export function Table<T>({ label, columns, rows, id, scroll }: { label: string; columns: readonly Column<T>[]; rows: readonly T[]; id: (row: T) => string; scroll?: boolean }) {
  return (
    <div class={scroll ? "table-box scroll" : "table-box"} {...(scroll ? { tabIndex: 0, role: "region", "aria-label": label } : {})}>
      <table role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => <th key={column.head} role="columnheader" scope="col">{column.silent ? <span class="sr">{column.head}</span> : column.head}</th>)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={id(row)} role="row">
              {columns.map((column) =>
                column.main ? (
                  <th key={column.head} role="rowheader" scope="row" class={column.look}>{column.cell(row)}</th>
                ) : (
                  <td key={column.head} role="cell" class={column.look} data-head={column.silent ? undefined : column.head}>{column.cell(row)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
