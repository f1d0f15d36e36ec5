/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config_schema.h"

#include "base/near.h"

#define AT(member) offsetof(struct config, member), sizeof(((struct config *)0)->member)
#define DAYS_MS 86400000.0

#define TEXT(key, member, fallback, help)                                                          \
    {                                                                                              \
        key, CONFIG_TEXT, AT(member), 0, SIZE_MAX, 0, 0, NULL, fallback, help                      \
    }
#define FILE_PATH(key, member, fallback, help)                                                     \
    {                                                                                              \
        key, CONFIG_PATH, AT(member), 0, SIZE_MAX, 0, 0, NULL, fallback, help                      \
    }
#define CHOICE(key, member, choices, fallback, help)                                               \
    {                                                                                              \
        key, CONFIG_CHOICE, AT(member), 0, SIZE_MAX, 0, 0, choices, fallback, help                 \
    }
#define NUMERIC(kind, key, member, min, max, fallback, help)                                       \
    {                                                                                              \
        key, kind, AT(member), 0, SIZE_MAX, min, max, NULL, fallback, help                         \
    }
#define SECRET(key, member, help)                                                                  \
    {                                                                                              \
        key, CONFIG_SECRET, AT(member), 0, SIZE_MAX, 0, 0, NULL, "none", help                      \
    }
#define LIST(key, member, counter, fallback, help)                                                 \
    {                                                                                              \
        key, CONFIG_LIST, offsetof(struct config, member),                                         \
            sizeof(((struct config *)0)->member[0]),                                               \
            sizeof(((struct config *)0)->member) / sizeof(((struct config *)0)->member[0]),        \
            counter, 0, 0, NULL, fallback, help                                                    \
    }

const struct config_row config_rows[] = {
    TEXT("server.listen", http.listen, "127.0.0.1:8080",
         "address and port; port 0 takes a free one"),
    TEXT("server.origin", http.origin, "none",
         "the one public origin, https://chat.example.com; other host names redirect to it"),
    TEXT("server.redirect_listen", http.redirect_listen, "none",
         "a second, plain address that only redirects to server.origin"),
    LIST("server.trusted_proxies", http.trusted_proxies, SIZE_MAX, "none",
         "networks whose X-Forwarded-For is believed"),
    FILE_PATH("server.tls.certificate", http.tls_certificate, "none",
              "PEM chain, leaf first; reloaded on SIGHUP"),
    FILE_PATH("server.tls.key", http.tls_key, "none", "PEM key of the certificate"),
    NUMERIC(CONFIG_COUNT, "server.loops", http.loops, 0, 256, "one a core", "event loops"),
    NUMERIC(CONFIG_COUNT, "server.workers", http.work_threads, 0, 1024, "twice the cores",
            "threads for short work"),
    NUMERIC(CONFIG_COUNT, "server.slow_workers", http.slow_threads, 1, 4096, "64",
            "threads that may wait for a model or a source"),
    NUMERIC(CONFIG_COUNT, "server.slow_queue", http.slow_queue, 0, 1e6, "128",
            "requests that wait for such a thread; beyond, 503"),
    NUMERIC(CONFIG_COUNT, "server.connections", http.connections_max, 16, 1e6, "16384",
            "open connections, all together"),
    NUMERIC(CONFIG_COUNT, "server.connections_per_address", http.connections_per_address, 1, 1e6,
            "512", "open connections of one address (IPv6: /64)"),
    NUMERIC(CONFIG_DURATION, "server.header_timeout", http.header_ms, 100, 600000, "10s",
            "for the whole head of a request"),
    NUMERIC(CONFIG_DURATION, "server.body_timeout", http.body_ms, 100, 3600000, "30s",
            "for the whole body"),
    NUMERIC(CONFIG_DURATION, "server.idle_timeout", http.idle_ms, 100, 3600000, "60s",
            "between two requests"),
    NUMERIC(CONFIG_DURATION, "server.write_timeout", http.write_ms, 100, 3600000, "30s",
            "without progress of output"),
    NUMERIC(CONFIG_DURATION, "server.drain_timeout", http.drain_ms, 0, 3600000, "30s",
            "for accepted requests after a stop signal"),
    NUMERIC(CONFIG_BOOL, "server.access_log", http.access_log, 0, 1, "true",
            "one line a request, without personal data"),
    TEXT("store.url", store.url, "sqlite:data/doorward.db", "sqlite:PATH, relative to this file"),
    FILE_PATH("store.backups", store.backup_dir, "beside the database",
              "folder of the backups before migrations"),
    FILE_PATH("store.key_file", key_file, "data/doorward.key",
              "the installation's key: without it no key or session is recognised, no one-time "
              "password read"),
    CHOICE("model.kind", model.kind, "extractive|openai", "extractive",
           "extractive needs no model; openai is any OpenAI-compatible server"),
    TEXT("model.url", model.url, "none", "base URL, https://api.example.com/v1"),
    TEXT("model.name", model.name, "none", "the model's name"),
    SECRET("model.key", model.key, "the API key"),
    NUMERIC(CONFIG_DURATION, "model.first_timeout", model.first_ms, 100, 600000, "10s",
            "until the answer begins"),
    NUMERIC(CONFIG_DURATION, "model.stall_timeout", model.stall_ms, 100, 600000, "10s",
            "between two pieces"),
    NUMERIC(CONFIG_DURATION, "model.total_timeout", model.total_ms, 100, 600000, "60s",
            "for the whole answer"),
    NUMERIC(CONFIG_COUNT, "model.output_tokens", model.output_tokens_max, 16, 1e6, "1024",
            "tokens of one answer"),
    NUMERIC(CONFIG_REAL, "model.temperature", model.temperature, 0, 2, "0.2",
            "0 is the most literal"),
    FILE_PATH("model.ca_file", model.ca_file, "the system's",
              "PEM file of a private certificate authority"),
    TEXT("mail.url", outbox.mail.url, "none", "smtp://host:587 or smtps://host, the user as user@"),
    SECRET("mail.password", outbox.mail.password, "password of the user in mail.url"),
    TEXT("mail.from", outbox.mail.from, "none", "\"Example Ltd <chat@example.com>\""),
    LIST("mail.to", outbox.mail.to, offsetof(struct config, outbox.mail.to_count), "none",
         "who gets leads and notices"),
    CHOICE("mail.starttls", outbox.mail.starttls, "auto|always|never", "auto",
           "auto: required except on loopback"),
    FILE_PATH("mail.ca_file", outbox.mail.ca_file, "the system's",
              "PEM file of a private certificate authority"),
    NUMERIC(CONFIG_DURATION, "outbox.give_up", outbox.give_up_ms, 1000, 30 * DAYS_MS, "3d",
            "after this an entry is a dead letter"),
    TEXT("webhooks[].url", outbox.webhooks[0].url, "none",
         "https URL that gets events (Standard Webhooks)"),
    SECRET("webhooks[].secret", outbox.webhooks[0].secret, "whsec_… for the signature"),
    SECRET("webhooks[].secret_old", outbox.webhooks[0].secret_old,
           "the former secret while it is rotated"),
    NUMERIC(CONFIG_BOOL, "outbox.allow_private", outbox.allow_private, 0, 1, "false",
            "webhooks to loopback and private addresses"),
    NUMERIC(CONFIG_BOOL, "know.allow_private", know.allow_private, 0, 1, "false",
            "read sources on loopback and private addresses"),
    NUMERIC(CONFIG_COUNT, "know.documents", know.documents_max, 1, 1e6, "20000",
            "documents of one source"),
    NUMERIC(CONFIG_COUNT, "know.depth", know.depth_max, 0, 100, "8",
            "links followed from the start page"),
    NUMERIC(CONFIG_SIZE, "know.document_size", know.document_bytes_max, 1024, 1e9, "32MB",
            "bytes of one document"),
    NUMERIC(CONFIG_DURATION, "know.fetch_timeout", know.fetch_ms, 100, 600000, "20s",
            "for one page"),
    NUMERIC(CONFIG_DURATION, "know.parse_timeout", know.parse_ms, 100, 600000, "20s",
            "for one document"),
    NUMERIC(CONFIG_DURATION, "know.crawl_timeout", know.crawl_ms, 1000, DAYS_MS, "30min",
            "for one sync of a site"),
    TEXT("know.user_agent", know.user_agent, "doorward/VERSION", "how the crawler names itself"),
    NUMERIC(CONFIG_COUNT, "limits.sessions_per_hour", api.sessions_per_hour, 1, 1e6, "240",
            "new visitors of one address"),
    NUMERIC(CONFIG_COUNT, "limits.messages_per_minute", api.messages_per_minute, 1, 1e6, "30",
            "of one visitor"),
    NUMERIC(CONFIG_COUNT, "limits.messages_per_hour", api.messages_per_hour, 1, 1e6, "600",
            "of one address"),
    NUMERIC(CONFIG_COUNT, "limits.leads_per_hour", api.leads_per_hour, 1, 1e6, "20",
            "leads and handoffs of one visitor"),
    NUMERIC(CONFIG_COUNT, "limits.searches_per_minute", api.searches_per_minute, 1, 1e6, "600",
            "of one key"),
    NUMERIC(CONFIG_COUNT, "limits.requests_per_minute", api.requests_per_minute, 1, 1e6, "1200",
            "of one key, other routes"),
    NUMERIC(CONFIG_COUNT, "limits.logins_per_minute", api.logins_per_minute, 1, 1e6, "120",
            "log-ins, codes and links of one address; wrong ones are counted besides"),
    NUMERIC(CONFIG_COUNT, "limits.refusals_per_minute", api.refusals_per_minute, 1, 1e6, "600",
            "refused requests of one address; then all are refused unseen"),
    NUMERIC(CONFIG_COUNT, "limits.streams_per_address", api.streams_per_address, 1, 1e6, "64",
            "open event streams"),
    NUMERIC(CONFIG_SIZE, "limits.upload_size", api.upload_bytes_max, 1024, 1e9, "32MB",
            "one uploaded document"),
    NUMERIC(CONFIG_NUMBER, "limits.model_tokens_per_day", api.model_tokens_per_day, 0, 1e15,
            "0 (no limit)", "of one project; afterwards answers are extractive"),
    NUMERIC(CONFIG_COUNT, "limits.session_minutes", api.session_minutes, 1, 10080, "720",
            "life of a visitor's session"),
    LIST("metrics.allow", api.metrics_from, SIZE_MAX, "none",
         "networks that may read /metrics without a key"),
    TEXT("security.contact", api.contact, "none", "for security.txt: mailto:… or https://…"),
    CHOICE("log.level", log_level, "debug|info|warn|error", "info", "lowest level that is written"),
};

const size_t config_row_count = sizeof config_rows / sizeof *config_rows;

const struct config_row *config_row_find(str key, const char **ret_nearest)
{
    size_t distance = SIZE_MAX;
    *ret_nearest = NULL;
    for (size_t i = 0; i < config_row_count; i++) {
        if (str_eq(key, str_c(config_rows[i].key))) {
            return &config_rows[i];
        }
        near_consider(key, config_rows[i].key, ret_nearest, &distance);
    }
    return NULL;
}

bool config_section_known(str section)
{
    for (size_t i = 0; i < config_row_count; i++) {
        str key = str_c(config_rows[i].key);
        if (key.n > section.n && str_starts(key, section) &&
            (key.p[section.n] == '.' || key.p[section.n] == '[')) {
            return true;
        }
    }
    return false;
}

void config_reference(struct buf *b)
{
    buf_add_c(b, "| key | default | meaning |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < config_row_count; i++) {
        const struct config_row *row = &config_rows[i];
        buf_addf(b, "| `%s` | %s | %s |\n", row->key, row->fallback, row->help);
    }
}
