// SPDX-License-Identifier: Apache-2.0
// The build minifies a style sheet and hands it over as text.
declare module "*.css" {
  const text: string;
  export default text;
}
