/* SPDX-License-Identifier: Apache-2.0 */
/* SANITIZED: built with AddressSanitizer, which reserves terabytes and makes calls of its own. */
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#if (defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)) && !defined(SANITIZED)
#define SANITIZED 1
#endif
