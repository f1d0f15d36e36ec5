// SPDX-License-Identifier: Apache-2.0
export function startServer(port?: number): Promise<unknown>;
