/* SPDX-License-Identifier: Apache-2.0 */
#include "check/rows/tls_private.h"

/* Suites that OpenSSL 1.1.1 and later know; with forward secrecy and authenticated encryption. */
#define CIPHERS                                                                                    \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"     \
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

#define CLOUDFLARE_API "curl -X PATCH https://api.cloudflare.com/client/v4/zones/$ZONE_ID/settings/"

#define CLOUDFLARE_TOKEN " -H \"Authorization: Bearer $CLOUDFLARE_API_TOKEN\" --json "

void tls_fix_look(struct verdict *v, const struct tls_endpoint *x, const char *options)
{
    bool v4 = addr_is_v4(&x->address);
    verdict_fix_other(v, "openssl s_client -connect %s%s%s:%u -servername %.*s%s%s </dev/null",
                      v4 ? "" : "[", addr_text(&x->address).c, v4 ? "" : "]", x->address.port,
                      STR_ARG(x->host), options[0] ? " " : "", options);
}

void tls_fix_reach(struct verdict *v, const struct tls_endpoint *x)
{
    struct addr_text where = addr_text(&x->address);
    verdict_fix(v,
                "Serve %.*s over HTTPS at %s (open port 443 in the firewall too), or delete the "
                "address record that points there.",
                STR_ARG(x->host), where.c);
    verdict_fix_nginx(v,
                      "server {\n    listen 443 ssl;\n    listen [::]:443 ssl;\n"
                      "    http2 on;\n    server_name %.*s;\n"
                      "    ssl_certificate /etc/letsencrypt/live/%.*s/fullchain.pem;\n"
                      "    ssl_certificate_key /etc/letsencrypt/live/%.*s/privkey.pem;\n}",
                      STR_ARG(x->host), STR_ARG(x->host), STR_ARG(x->host));
    verdict_fix_caddy(v, "%.*s {\n    reverse_proxy localhost:8080\n}", STR_ARG(x->host));
    verdict_fix_cloudflare(v, "DNS: set the record %.*s to \"Proxied\"; SSL/TLS: Full (strict)",
                           STR_ARG(x->host));
    tls_fix_look(v, x, "");
}

void tls_fix_chain(struct verdict *v, const struct tls_endpoint *x)
{
    verdict_fix(v,
                "Serve the file that has the whole chain: the certificate of %.*s first, then "
                "that of its issuer, and so on; without the root.",
                STR_ARG(x->host));
    verdict_fix_nginx(v,
                      "ssl_certificate /etc/letsencrypt/live/%.*s/fullchain.pem;  # not cert.pem\n"
                      "ssl_certificate_key /etc/letsencrypt/live/%.*s/privkey.pem;",
                      STR_ARG(x->host), STR_ARG(x->host));
    verdict_fix_caddy(v,
                      "tls /etc/letsencrypt/live/%.*s/fullchain.pem "
                      "/etc/letsencrypt/live/%.*s/privkey.pem",
                      STR_ARG(x->host), STR_ARG(x->host));
    verdict_fix_cloudflare(v,
                           "SSL/TLS → Edge Certificates → the custom certificate of %.*s → "
                           "Replace: bundle method \"Compatible\"",
                           STR_ARG(x->host));
    tls_fix_look(v, x, "-showcerts");
}

void tls_fix_issue(struct verdict *v, const struct tls_endpoint *x, const char *why)
{
    verdict_fix(v,
                "%s: certbot certonly --nginx --key-type ecdsa --force-renewal -d %.*s, then "
                "nginx -s reload; or acme.sh --issue --nginx -d %.*s --force.",
                why, STR_ARG(x->host), STR_ARG(x->host));
    verdict_fix_nginx(v,
                      "ssl_certificate /etc/letsencrypt/live/%.*s/fullchain.pem;\n"
                      "ssl_certificate_key /etc/letsencrypt/live/%.*s/privkey.pem;",
                      STR_ARG(x->host), STR_ARG(x->host));
    verdict_fix_caddy(v,
                      "%.*s {\n    reverse_proxy localhost:8080  # Caddy gets and renews the "
                      "certificate\n}",
                      STR_ARG(x->host));
    verdict_fix_cloudflare(v,
                           "SSL/TLS → Edge Certificates → Universal SSL: on; the record %.*s: "
                           "Proxied",
                           STR_ARG(x->host));
    tls_fix_look(v, x, "");
}

void tls_fix_protocols(struct verdict *v, const struct tls_endpoint *x)
{
    verdict_fix(v, "Let %.*s offer TLS 1.2 and 1.3 and nothing else.", STR_ARG(x->host));
    verdict_fix_nginx(v,
                      "ssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers %s;\n"
                      "ssl_prefer_server_ciphers off;",
                      CIPHERS);
    verdict_fix_caddy(v, "tls {\n    protocols tls1.2 tls1.3\n}");
    verdict_fix_cloudflare(v, CLOUDFLARE_API "min_tls_version" CLOUDFLARE_TOKEN
                                             "'{\"value\":\"1.2\"}'\n" CLOUDFLARE_API
                                             "tls_1_3" CLOUDFLARE_TOKEN "'{\"value\":\"on\"}'");
    tls_fix_look(v, x, "-tls1_3");
}

void tls_fix_ciphers(struct verdict *v, const struct tls_endpoint *x)
{
    verdict_fix(v,
                "Let %.*s accept only cipher suites with forward secrecy and authenticated "
                "encryption, over strong groups.",
                STR_ARG(x->host));
    verdict_fix_nginx(v,
                      "ssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers %s;\n"
                      "ssl_prefer_server_ciphers off;\nssl_ecdh_curve X25519:prime256v1:"
                      "secp384r1;  # and X25519MLKEM768 in front with OpenSSL 3.5",
                      CIPHERS);
    verdict_fix_caddy(v, "tls {\n    protocols tls1.2 tls1.3  # Caddy's own suites are sound\n}");
    verdict_fix_cloudflare(
        v, CLOUDFLARE_API
        "ciphers" CLOUDFLARE_TOKEN
        "'{\"value\":[\"ECDHE-ECDSA-AES128-GCM-SHA256\",\"ECDHE-RSA-AES128-GCM-SHA256\","
        "\"ECDHE-ECDSA-AES256-GCM-SHA384\",\"ECDHE-RSA-AES256-GCM-SHA384\","
        "\"ECDHE-ECDSA-CHACHA20-POLY1305\",\"ECDHE-RSA-CHACHA20-POLY1305\"]}'");
    tls_fix_look(v, x, "-tls1_2");
}

void tls_fix_h2(struct verdict *v, const struct tls_endpoint *x)
{
    verdict_fix(v, "Switch HTTP/2 on for %.*s.", STR_ARG(x->host));
    verdict_fix_nginx(v, "listen 443 ssl http2;  # nginx 1.25.1 and later: listen 443 ssl; "
                         "http2 on;");
    verdict_fix_caddy(v, "{\n    servers {\n        protocols h1 h2 h3\n    }\n}");
    verdict_fix_cloudflare(v, CLOUDFLARE_API "http2" CLOUDFLARE_TOKEN "'{\"value\":\"on\"}'");
}

void tls_fix_stapling(struct verdict *v, const struct tls_endpoint *x)
{
    verdict_fix(v,
                "Let %.*s staple the authority's current response, or issue a certificate "
                "without must-staple.",
                STR_ARG(x->host));
    verdict_fix_nginx(v,
                      "ssl_stapling on;\nssl_stapling_verify on;\n"
                      "ssl_trusted_certificate /etc/letsencrypt/live/%.*s/chain.pem;\n"
                      "resolver 127.0.0.1;",
                      STR_ARG(x->host));
    verdict_fix_caddy(v, "# Caddy staples by itself: see that it can reach the authority");
    verdict_fix_cloudflare(v, "Cloudflare staples by itself: set the record to \"Proxied\"");
    tls_fix_look(v, x, "-status");
}

void tls_fix_hsts(struct verdict *v, str host)
{
    verdict_fix(v,
                "Send Strict-Transport-Security with a year for %.*s, with every answer over "
                "HTTPS, redirects and errors too.",
                STR_ARG(host));
    verdict_fix_nginx(v, "add_header Strict-Transport-Security \"max-age=31536000\" always;");
    verdict_fix_caddy(v, "header Strict-Transport-Security \"max-age=31536000\"");
    verdict_fix_cloudflare(
        v, CLOUDFLARE_API "security_header" CLOUDFLARE_TOKEN
                          "'{\"value\":{\"strict_transport_security\":{\"enabled\":true,"
                          "\"max_age\":31536000,\"include_subdomains\":false,\"nosniff\":true}}}'");
    verdict_fix_other(v, "curl -sI https://%.*s/ | grep -i strict-transport-security",
                      STR_ARG(host));
}
