// SPDX-License-Identifier: Apache-2.0
// Line icons on a 24 px grid. They decorate: the words beside them say what they mean.

const PATHS = {
  door: "M6 21V10a6 6 0 0 1 12 0v11M3 21h18M14 14v.01",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c0-3.3 2.9-6 6.5-6s6.5 2.7 6.5 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.6c2.1.8 3.5 2.9 3.5 5.4",
  project: "M4 5h16v12H4ZM4 9h16M9 21h6M12 17v4",
  key: "M14.5 14a5.5 5.5 0 1 0-5.2-3.7L3 16.6V21h4.4v-2.6H10v-2.6l1.7-1.7M16 8v.01",
  rules: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  audit: "M6 3h9l4 4v14H6ZM14 3v5h5M9 13h7M9 17h5",
  policy: "M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6ZM9 12l2.2 2.2L15.5 10",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21c0-4 3.6-6.5 8-6.5s8 2.5 8 6.5",
  out: "M14 4h5v16h-5M10 16l4-4-4-4M14 12H3",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h11v11H9ZM5 15H4V4h11v1",
  check: "M5 12.5l4.5 4.5L19 7.5",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  hidden: "M4 4l16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.8M6.2 7.7A17 17 0 0 0 2.5 12S6 18.5 12 18.5c1.7 0 3.2-.5 4.5-1.2",
  theme: "M12 3.5a8.5 8.5 0 1 0 0 17ZM12 3.5a8.5 8.5 0 0 1 0 17",
  more: "M5 12v.01M12 12v.01M19 12v.01",
  warn: "M12 4 2.5 20h19ZM12 10v4M12 17v.01",
  phone: "M7 3h10v18H7ZM11 18h2",
  finger: "M6 18c1-2 1.5-4 1.5-6a4.5 4.5 0 0 1 9 0c0 2.500-.3 5-1.200 7.500M12 12c0 3-.6 5.500-1.800 8.500M4 14v-2a8 8 0 0 1 14-5.300M20 11.500c0 1.500 0 3-.3 4.500",
  terminal: "M4 5h16v14H4ZM8 10l2.500 2L8 14M13 15h3",
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
