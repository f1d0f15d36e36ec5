/* SPDX-License-Identifier: Apache-2.0 */
#include "access/passkey.h"

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/json.h"
#include "net/url.h"

enum { OPTIONS_MAX = 64 << 10, TIMEOUT_MS = 300000, HANDLE_MAX = 64 };

static err no_memory(void) { return err_new(ERR_NO_MEMORY, "no memory for a passkey"); }

err passkey_site(struct arena *a, str origin, str name, struct passkey_site *ret)
{
    struct url url;
    err e = url_parse(a, origin, &url);
    if (!err_ok(e)) {
        return e;
    }
    bool local = str_eq(url.host, STR("localhost")) || str_ends(url.host, STR(".localhost"));
    if (url.host_is_ip || (!str_eq(url.scheme, STR("https")) && !local)) {
        return err_new(ERR_INVALID,
                       "passkeys need an https origin with a host name, or http://localhost");
    }
    if (url.path.n > 1 || url.query.n || url.fragment.n || url.user.n) {
        return err_new(ERR_INVALID, "an origin is scheme, host and port, nothing more");
    }
    struct passkey_site site = {url_origin(a, &url), arena_str(a, url.host), arena_str(a, name)};
    if (!site.origin.p || !site.rp_id.p || !site.rp_name.p) {
        return no_memory();
    }
    *ret = site;
    return ERR_NONE;
}

static void add_member(struct buf *b, const char *before, str value)
{
    buf_add_c(b, before);
    json_write_str(b, value);
}

static void add_known(struct buf *b, const char *name, const str *known, size_t count)
{
    buf_addf(b, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        buf_add_c(b,
                  i ? ",{\"type\":\"public-key\",\"id\":\"" : "{\"type\":\"public-key\",\"id\":\"");
        bytes_base64url(b, known[i].p, known[i].n);
        buf_add_c(b, "\"}");
    }
    buf_add_byte(b, ']');
}

/* Draws a challenge as base64url: what the browser will send back. */
static str challenge_new(struct arena *a)
{
    unsigned char bytes[PASSKEY_CHALLENGE_BYTES];
    struct buf b;
    buf_init(&b, 64);
    crypto_random(bytes, sizeof bytes);
    bytes_base64url(&b, bytes, sizeof bytes);
    str challenge = b.failed ? (str){NULL, 0} : arena_str(a, buf_str(&b));
    buf_done(&b);
    return challenge;
}

/* Hands the text over and frees the buffer. */
static err finish(struct arena *a, struct buf *b, str challenge, str *ret_json, str *ret_challenge)
{
    err e = buf_err(b);
    str json = err_ok(e) ? arena_str(a, buf_str(b)) : STR_EMPTY;
    buf_done(b);
    if (err_ok(e) && !json.p) {
        e = no_memory();
    }
    if (err_ok(e)) {
        *ret_json = json;
        *ret_challenge = challenge;
    }
    return e;
}

err passkey_create_options(struct arena *a, const struct passkey_site *site, str user_handle,
                           str user_email, str user_name, const str *known, size_t known_count,
                           str *ret_json, str *ret_challenge)
{
    struct buf b;
    str challenge = challenge_new(a);
    if (!challenge.p) {
        return no_memory();
    }
    if (str_empty(user_handle) || user_handle.n > HANDLE_MAX || known_count > PASSKEYS_MAX) {
        return err_new(ERR_INTERNAL, "a passkey's account is named by 1 to 64 bytes");
    }
    buf_init(&b, OPTIONS_MAX);
    add_member(&b, "{\"rp\":{\"id\":", site->rp_id);
    add_member(&b, ",\"name\":", site->rp_name);
    buf_add_c(&b, "},\"user\":{\"id\":\"");
    bytes_base64url(&b, user_handle.p, user_handle.n);
    add_member(&b, "\",\"name\":", user_email);
    add_member(&b, ",\"displayName\":", str_empty(user_name) ? user_email : user_name);
    add_member(&b, "},\"challenge\":", challenge);
    buf_addf(&b,
             ",\"pubKeyCredParams\":[{\"type\":\"public-key\",\"alg\":-7},"
             "{\"type\":\"public-key\",\"alg\":-8},{\"type\":\"public-key\",\"alg\":-257}],"
             "\"timeout\":%d,\"attestation\":\"none\","
             "\"authenticatorSelection\":{\"residentKey\":\"preferred\","
             "\"requireResidentKey\":false,\"userVerification\":\"preferred\"}",
             TIMEOUT_MS);
    add_known(&b, "excludeCredentials", known, known_count);
    buf_add_byte(&b, '}');
    return finish(a, &b, challenge, ret_json, ret_challenge);
}

err passkey_get_options(struct arena *a, const struct passkey_site *site, const str *known,
                        size_t known_count, str *ret_json, str *ret_challenge)
{
    struct buf b;
    str challenge = challenge_new(a);
    if (!challenge.p) {
        return no_memory();
    }
    if (known_count > PASSKEYS_MAX) {
        return err_new(ERR_INTERNAL, "an account has too many passkeys");
    }
    buf_init(&b, OPTIONS_MAX);
    add_member(&b, "{\"rpId\":", site->rp_id);
    add_member(&b, ",\"challenge\":", challenge);
    buf_addf(&b, ",\"timeout\":%d,\"userVerification\":\"preferred\"", TIMEOUT_MS);
    add_known(&b, "allowCredentials", known, known_count);
    buf_add_byte(&b, '}');
    return finish(a, &b, challenge, ret_json, ret_challenge);
}
