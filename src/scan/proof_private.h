/* SPDX-License-Identifier: Apache-2.0 */
/* What the proofs share. */
#pragma once

#include "scan/proof.h"

enum {
    PROOF_BYTES_MAX = 12288, /* decoded bytes that are looked at */
    PROOF_JSON_DEPTH_MAX = 16,
};

/* Value of a base64 letter of either alphabet, or -1. */
int proof_base64_value(char c);
/* Decodes base64 of either alphabet, unpadded or padded, as far as `max` bytes; SIZE_MAX when
 * another letter is in it. */
size_t proof_unbase64(str s, unsigned char *ret, size_t max);
/* True when the bytes are one JSON object (RFC 8259) and no more; with `cut`, its beginning. */
bool proof_is_json_object(str s, bool cut);
/* True when every byte is one of `letters`. */
bool proof_only(str s, const char *letters);
extern const char proof_alnum[];

enum proof_result proof_jwt(str secret);
enum proof_result proof_aws_key_id(str secret);
enum proof_result proof_base64_json(str secret);
enum proof_result proof_azure_storage(str secret);
enum proof_result proof_telegram(str secret);
enum proof_result proof_discord(str secret);
enum proof_result proof_macaroon(str secret);
enum proof_result proof_basic_auth(str secret);
/* Decodes "name:password" into `bytes`; gives the password, empty when it is none. */
str proof_basic_password(str secret, unsigned char *bytes, size_t max);
enum proof_result proof_pem_private(str secret);
enum proof_result proof_base58_check(str secret);
enum proof_result proof_bech32(str secret);
enum proof_result proof_crypt(str secret);
